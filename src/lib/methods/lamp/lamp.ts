/**
 * LAMP: one decoded answer repaired at test time by a reward, without a change of weights (`latent-policy.ts`
 * has source and update). The least sure tokens are drawn anew from latents, everything else is decoded again
 * around them, K times; tokens that the latents have come to be sure of are clamped and the rest is decoded a
 * last time.
 *
 * What the paper leaves open, decided here [R]: confidence is that of the committed token when it was
 * committed; edits are of the answer up to its end token; the states are those of one further pass in which
 * all edits are masked again, since a masked model is trained to predict masked tokens only; the accepted
 * token is the latent's most probable one, not the last drawn; without an accepted edit the first answer
 * stays.
 */
import * as tf from "@tensorflow/tfjs-core";
import { sampleToken } from "../../core/distribution.js";
import type { Trajectory } from "../../core/records.js";
import type { Rng } from "../../core/rng.js";
import type { Denoiser } from "../../model/denoiser.js";
import { head, headGradient } from "../../model/transformer.js";
import { makeCanvas } from "../../decode/canvas.js";
import type { DecodeConfig } from "../../decode/types.js";
import { decode } from "../../decode/decode.js";
import {
  acceptedTokens,
  advantageOf,
  latentDefaults,
  latentsOf,
  latentStep,
  type Head,
  type LatentConfig,
  type Latents,
} from "./latent-policy.js";

/** A reward in [0, 1] for each completion, in the order of the prompts. */
export type CompletionReward = (completions: readonly Int32Array[]) => Promise<readonly number[]>;

/** One sample, and what became of it. */
export interface Repair {
  /** decoded plainly */
  readonly first: Trajectory;
  /** [K] completions decoded around drawn edits, with their rewards */
  readonly candidates: readonly { readonly completionIds: Int32Array; readonly reward: number }[];
  /** what the method returns */
  readonly completionIds: Int32Array;
  readonly edits: number;
  readonly accepted: number;
  /** denoiser calls of all of it, the first decoding included, and of all but the last decoding */
  readonly calls: number;
  readonly callsBeforeLast: number;
}

export type RepairingDenoiser = Pick<
  Denoiser,
  | "config"
  | "parameters"
  | "vocabSize"
  | "maskTokenId"
  | "padTokenId"
  | "eosTokenId"
  | "logitsAt"
  | "hiddenAt"
>;

/** @param rngs one stream a prompt; the first decoding draws what `decode` with them draws */
export async function latentAdaptation(
  denoiser: RepairingDenoiser,
  prompts: readonly Int32Array[],
  config: DecodeConfig,
  rngs: readonly Rng[],
  reward: CompletionReward,
  options: Partial<LatentConfig> = {},
): Promise<Repair[]> {
  const settings = { ...latentDefaults, ...options };
  const { maskTokenId } = denoiser;
  const { parameters: weights, config: model } = denoiser;
  const headOf: Head = {
    logits: states => head(weights, model, states) as tf.Tensor2D,
    gradient: byLogits => headGradient(weights, model, byLogits),
  };
  const first = await decode(denoiser, prompts, config, rngs);
  const works = worksOf(denoiser, first, headOf, settings);
  const decodeAround = async (given: readonly Int32Array[], name: string) => {
    const streams = rngs.map(rng => rng.split(name));
    const ts = await decode(denoiser, prompts, config, streams, { given });
    ts.forEach((t, b) => (works[b].calls += t.calls));
    return ts.map(t => t.completionIds);
  };
  for (let k = 0; k < settings.iterations; k++) {
    const drawn = works.map(({ latents }, b) => drawTokens(latents, rngs[b].split(`edits ${k}`)));
    const given = works.map((work, b) => clamp(work, drawn[b], maskTokenId));
    const completions = await decodeAround(given, `candidate ${k}`);
    const rewards = await reward(completions);
    works.forEach((work, b) => {
      work.candidates.push({ completionIds: completions[b], reward: rewards[b] });
      const { baseline, advantage } = advantageOf(work.baseline, rewards[b], settings);
      work.baseline = baseline;
      work.latents = latentStep(headOf, work.latents, drawn[b], advantage, settings, maskTokenId);
    });
  }
  const accepted = works.map(({ latents }) => acceptedTokens(latents, settings));
  const counts = accepted.map(tokens => tokens.filter(token => token !== null).length);
  const callsBeforeLast = works.map(({ calls }) => calls);
  // Without an accepted edit all tokens are given: nothing is decoded, and no call made.
  const kept = works.map((work, b) =>
    counts[b] === 0 ? work.first.completionIds : clamp(work, accepted[b], maskTokenId),
  );
  const last = await decodeAround(kept, "last");
  return works.map(({ first, positions, candidates, calls }, b) => ({
    ...{ first, candidates, completionIds: last[b], edits: positions.length, accepted: counts[b] },
    ...{ calls, callsBeforeLast: callsBeforeLast[b] },
  }));
}

/** A sample while it is repaired. */
interface Work {
  readonly first: Trajectory;
  /** of the edits, ascending */
  readonly positions: readonly number[];
  readonly candidates: { readonly completionIds: Int32Array; readonly reward: number }[];
  latents: Latents;
  baseline: number;
  calls: number;
}

function worksOf(
  denoiser: RepairingDenoiser,
  first: readonly Trajectory[],
  headOf: Head,
  { editShare }: LatentConfig,
): Work[] {
  const positions = first.map(t => editPositions(t, denoiser.eosTokenId, editShare));
  const states = editedStates(denoiser, first, positions);
  const { hiddenSize } = denoiser.config;
  return first.map((t, b) => ({
    ...{ first: t, positions: positions[b], candidates: [], baseline: 0, calls: t.calls + 1 },
    latents: latentsOf(headOf, states[b], hiddenSize, denoiser.maskTokenId),
  }));
}

/** The least sure positions of the answer, its end token included, the lower of equals first. */
export function editPositions(
  { completionIds, confidence }: Pick<Trajectory, "completionIds" | "confidence">,
  eosTokenId: number,
  share: number,
): number[] {
  const end = completionIds.indexOf(eosTokenId);
  const length = end < 0 ? completionIds.length : end + 1;
  return Array.from({ length }, (_, p) => p)
    .sort((a, b) => confidence[a] - confidence[b])
    .slice(0, Math.max(1, Math.floor(share * length)))
    .sort((a, b) => a - b);
}

/** A completion of masks with tokens at some positions. */
function clamp(
  { first, positions }: Work,
  tokens: readonly (number | null)[],
  maskTokenId: number,
): Int32Array {
  const given = new Int32Array(first.completionIds.length).fill(maskTokenId);
  positions.forEach((p, i) => (given[p] = tokens[i] ?? maskTokenId));
  return given;
}

function drawTokens({ probabilities }: Latents, rng: Rng): number[] {
  return probabilities.map(q => sampleToken(q, q.length, rng.uniform()));
}

/**
 * The states [E * D] that predict each sample's edits, from one pass over its answer with all of them masked.
 */
function editedStates(
  denoiser: RepairingDenoiser,
  first: readonly Trajectory[],
  positions: readonly (readonly number[])[],
): Float32Array[] {
  const { hiddenSize } = denoiser.config;
  const c = first[0].completionIds.length;
  const canvas = makeCanvas(
    denoiser,
    first.map(t => t.promptIds),
    c,
  );
  first.forEach((t, b) => {
    const ids = t.completionIds.map((id, p) => (positions[b].includes(p) ? denoiser.maskTokenId : id));
    canvas.ids.set(ids, b * canvas.length + canvas.promptLength);
  });
  const most = Math.max(...positions.map(list => list.length));
  const at = positions.map(list =>
    Array.from({ length: most }, (_, i) => canvas.promptLength + (list[i] ?? list[0])),
  );
  const states = tf.tidy(() => {
    const ids = tf.tensor2d(canvas.ids, [canvas.batch, canvas.length], "int32");
    return denoiser.hiddenAt(ids, canvas.attentionMask, at).dataSync<"float32">();
  });
  canvas.attentionMask?.dispose();
  return positions.map((list, b) =>
    states.slice(b * most * hiddenSize, (b * most + list.length) * hiddenSize),
  );
}
