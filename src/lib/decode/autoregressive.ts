/** Plain autoregressive decoding for the AR parent: left to right, one token a step, causal attention. */
import { nextTurn } from "../core/event-loop.js";
import { UserError } from "../core/errors.js";
import type { Trajectory } from "../core/records.js";
import type { Rng } from "../core/rng.js";
import type { Denoiser } from "../model/denoiser.js";
import { canvasRow, makeCanvas } from "./canvas.js";
import { CausalReader } from "./causal-reader.js";
import { checkDecodeConfig } from "./config.js";
import { takesOneGraph } from "./logit-rows.js";
import type { DecodeConfig } from "./types.js";
import { checkStreams } from "./decode.js";
import { proposer } from "./proposal.js";
import { seated } from "./seats.js";
import { samplerOf } from "./sampler.js";

/** What autoregressive decoding asks of a model. */
export type CausalDenoiser = Pick<
  Denoiser,
  "vocabSize" | "maskTokenId" | "padTokenId" | "eosTokenId" | "prefillLogits" | "nextTokenLogits"
>;

export interface AutoregressiveOptions {
  /** what ends a sample, by default the end token alone */
  readonly endTokenIds?: readonly number[];
  /** called after each step with the number of steps done */
  readonly onStep?: (step: number, steps: number) => void;
  /** checked before each step; an aborted decoding throws the signal's reason */
  readonly signal?: AbortSignal;
}

/**
 * Decode until every sample has ended or the completion is full. The first pass goes over the whole window
 * and keeps keys and values; each further one over the last token alone. What follows an end token is padding,
 * committed in order with confidence 1 and entropy 0, so that the order is that of the whole window: 0 to
 * C-1. Confidence is the probability of the token after temperature and filters. Reads completionLength and
 * the filters of `config`.
 * @param rngs one stream a prompt
 * @throws UserError for a configuration that cannot be, and for empty prompts
 */
export async function decodeAutoregressive(
  denoiser: CausalDenoiser,
  prompts: readonly Int32Array[],
  config: DecodeConfig,
  rngs: readonly Rng[],
  options: AutoregressiveOptions = {},
): Promise<Trajectory[]> {
  checkDecodeConfig(config);
  checkStreams(prompts, rngs);
  const { completionLength: c } = config;
  const canvas = makeCanvas(denoiser, prompts, c);
  const { promptLength, length } = canvas;
  if (promptLength === 0)
    throw new UserError("decode: an empty prompt has no next token; give at least one token.");
  // A parent without a mask has the end token in its place (`parseConfig`), which must stay possible.
  const excluded = denoiser.maskTokenId === denoiser.eosTokenId ? null : denoiser.maskTokenId;
  const propose = proposer(denoiser.vocabSize, config, samplerOf(config.temperature), excluded);
  const ends = options.endTokenIds ?? [denoiser.eosTokenId];
  const ended = prompts.map(() => false);
  const apart = takesOneGraph(denoiser.vocabSize, c);
  /** Equal for samples that have said the same so far: what is behind is padding in all of them. */
  const keyOf = (b: number) => (apart ? String(b) : `${prompts[b].length}:${canvasRow(canvas, b).join()}`);
  const calls = prompts.map(() => 0);
  const confidence = prompts.map(() => new Float32Array(c).fill(1));
  const entropy = prompts.map(() => new Float32Array(c));
  prompts.forEach((_, b) =>
    canvas.ids.fill(denoiser.padTokenId, b * length + promptLength, (b + 1) * length),
  );
  const reader = new CausalReader(denoiser, canvas);
  try {
    for (let i = 0; i < c && !ended.every(Boolean); i++) {
      options.signal?.throwIfAborted();
      const at = promptLength + i;
      const seats = seated(prompts.map((_, b) => (ended[b] ? null : keyOf(b))));
      const logits = reader.next(seats, at);
      prompts.forEach((_, b) => {
        if (ended[b]) return;
        calls[b]++;
        const seat = seats.seatOf[b] as number;
        const { token, filtered, plainSummary } = propose(logits, seat, rngs[b].split(i).uniform(), {
          step: i,
          position: i,
        });
        canvas.ids[b * length + at] = token;
        confidence[b][i] = filtered[token];
        entropy[b][i] = -plainSummary.negEntropy;
        ended[b] = ends.includes(token);
      });
      logits.dispose();
      options.onStep?.(i + 1, c);
      await nextTurn();
    }
  } finally {
    reader.dispose();
    canvas.attentionMask?.dispose();
  }
  return prompts.map((promptIds, b) => ({
    promptIds,
    completionIds: canvas.ids.slice(b * length + promptLength, (b + 1) * length),
    order: Int32Array.from({ length: c }, (_, i) => i),
    stepOf: Int32Array.from({ length: c }, (_, i) => i),
    confidence: confidence[b],
    entropy: entropy[b],
    steps: c,
    calls: calls[b],
    tokenPositions: promptIds.length + c + calls[b] - 1,
    tieRule: config.tieRule,
    tieSteps: 0,
    choiceSteps: 0,
  }));
}
