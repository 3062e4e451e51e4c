/**
 * The reverse process: from a completion of masks to tokens, one denoiser call a step, as a full trajectory.
 * A score ranks the masked positions, a policy commits some of them, a sampler says which token; each is a
 * plain function and can be replaced alone. A population decodes several candidate states of a sample at
 * once; who reads the logits is the configuration's to say (`readers.ts`). Committed tokens are never
 * reopened. Numbers are read from the device once a step. Where Dream's public code takes the batch's mean
 * number of masks for its quota, every sample here has its own: a sample does not depend on the others in its
 * batch.
 */
import { nextTurn } from "../core/event-loop.js";
import { UserError } from "../core/errors.js";
import type { Trajectory } from "../core/records.js";
import type { Rng } from "../core/rng.js";
import { endsBefore, promptMultiple } from "./block-causal.js";
import { makeCanvas } from "./canvas.js";
import { isOfDistribution, probabilityWithout, scoreOf, type ConfidenceScore } from "./confidence.js";
import { checkDecodeConfig } from "./config.js";
import type { DecodeConfig, DecodingDenoiser } from "./types.js";
import type { LearnedOrder } from "./order.js";
import type { MaskedLogits } from "./masked-logits.js";
import { policyOf } from "./policies.js";
import type { UnmaskingPolicy } from "./policy.js";
import { Particles, populationOf, type Population } from "./population.js";
import { proposer, type Proposer } from "./proposal.js";
import { readerOf } from "./readers.js";
import { Sample, type StepReadings } from "./sample.js";
import { samplerOf, type TokenSampler } from "./sampler.js";

export interface DecodeOptions {
  /**
   * completions [C] to go on from, one a prompt: what is not the mask stays, and has no place in the order
   */
  readonly given?: readonly Int32Array[];
  /** keep the score and entropy of every masked position before every step */
  readonly trace?: boolean;
  /** instead of the policy that the configuration names */
  readonly policy?: UnmaskingPolicy | Population;
  /** instead of the confidence score that the configuration names */
  readonly score?: ConfidenceScore;
  /** instead of a score that sees one proposal alone: what a trained head says of all positions */
  readonly order?: LearnedOrder;
  /** instead of arg-max at temperature 0 and a draw above it */
  readonly sampler?: TokenSampler;
  /** what ends a sample: under block-causal attention no block follows once all have one */
  readonly endTokenIds?: readonly number[];
  /** called after each step with the number of steps done */
  readonly onStep?: (step: number, steps: number) => void;
  /** checked before each step; an aborted decoding throws the signal's reason */
  readonly signal?: AbortSignal;
}

/**
 * Decode a batch of prompts.
 * @param prompts token ids without padding, of any lengths; they are padded on the left
 * @param rngs one stream a prompt: what is drawn for one sample does not depend on the others in its batch
 * @returns one trajectory a prompt, in order
 * @throws UserError for a configuration that cannot be
 */
export async function decode(
  denoiser: DecodingDenoiser,
  prompts: readonly Int32Array[],
  config: DecodeConfig,
  rngs: readonly Rng[],
  options: DecodeOptions = {},
): Promise<Trajectory[]> {
  checkDecodeConfig(config);
  checkStreams(prompts, rngs);
  const { completionLength: c, steps, guidance = 0 } = config;
  const population = populationOf(options.policy ?? policyOf(config));
  const named =
    config.postponed === undefined ? scoreOf(config.remasking) : probabilityWithout(config.postponed);
  const score = options.order?.offset ?? options.score ?? named;
  const ownScore = options.order !== undefined || options.score !== undefined;
  const common = !ownScore && options.sampler === undefined && isOfDistribution(config);
  const sampler = options.sampler ?? samplerOf(config.temperature);
  const excluded = config.maskProposable ? null : denoiser.maskTokenId;
  const propose = proposer(denoiser.vocabSize, config, sampler, excluded);
  checkGiven(options.given ?? [], prompts.length, c);
  const makeSample = (b: number) =>
    new Sample(config, denoiser.maskTokenId, options.trace ?? false, options.given?.[b]);
  const groups = prompts.map((_, b) => new Particles(population, rngs[b], () => makeSample(b)));
  const { particles } = population;
  checkMemory(denoiser, config, particles);
  const canvas = makeCanvas(
    denoiser,
    prompts.flatMap(prompt => Array.from({ length: particles }, () => prompt)),
    c,
    promptMultiple(config),
  );
  const writeCanvas = () =>
    groups.forEach(({ samples }, b) =>
      samples.forEach(({ ids }, j) =>
        canvas.ids.set(ids, (b * particles + j) * canvas.length + canvas.promptLength),
      ),
    );
  const asked = { propose, score, completionLength: c };
  const reader = readerOf(denoiser, canvas, config, { particles, order: options.order });
  writeCanvas();
  try {
    for (let step = 0; step < steps && groups.some(group => !group.done); step++) {
      options.signal?.throwIfAborted();
      const completions = groups.map(({ best }) => best.ids);
      if (endsBefore(step, config, completions, options.endTokenIds ?? [])) break;
      const answer = reader.read(
        groups.flatMap(({ done, samples }) => samples.map(({ masked }) => (done ? [] : masked))),
        { step, steps },
      );
      const known = common ? new Map<number, number>() : null;
      groups.forEach((group, b) => {
        if (group.done) return;
        const read = (particle: number, rng: Rng) => {
          const { masked } = group.samples[particle];
          return readStep(answer, b * particles + particle, masked, { ...asked, step, known }, rng);
        };
        group.step(step, read, ({ masked, initial }, { scores }) => ({
          ...{ step, steps, completionLength: c },
          ...{ masked, scores, initial },
        }));
      });
      writeCanvas();
      answer.logits.dispose();
      options.onStep?.(step + 1, steps);
      await nextTurn();
    }
  } finally {
    canvas.attentionMask?.dispose();
    reader.dispose();
  }
  const passes = guidance > 0 ? 2 : 1;
  return groups.map(({ best, calls }, b) => {
    const tokenPositions = reader.tokenPositions(b * particles, calls);
    return best.trajectory(prompts[b], { calls: passes * calls, tokenPositions });
  });
}

/** One random stream a prompt, or it is the caller's mistake. */
export function checkStreams(prompts: readonly Int32Array[], rngs: readonly Rng[]): void {
  if (prompts.length === rngs.length) return;
  throw new UserError(
    `decode: ${prompts.length} prompts come with ${rngs.length} random streams; give each prompt its ` +
      "own, such as rng.split(index).",
  );
}

/**
 * A memory belongs to one sample and its whole canvas: it follows
 * no candidates, hears no second pass and no part of one.
 */
function checkMemory({ remember }: DecodingDenoiser, config: DecodeConfig, particles: number): void {
  const { guidance = 0, kvCache } = config;
  if (remember === undefined || (particles === 1 && guidance === 0 && kvCache === undefined)) return;
  throw new UserError(
    `decode: a denoiser with a memory cannot decode ${particles} candidates a sample with ` +
      `guidance=${guidance} and kvCache=${kvCache ?? "none"}; take one candidate, no guidance and no ` +
      "cache.",
  );
}

function checkGiven(given: readonly Int32Array[], prompts: number, completionLength: number): void {
  if (given.length > 0 && given.length !== prompts)
    throw new UserError(
      `decode: ${prompts} prompts come with ${given.length} given completions; give each prompt its ` +
        "own, all masks where nothing is given.",
    );
  const wrong = given.findIndex(ids => ids.length !== completionLength);
  if (wrong < 0) return;
  throw new UserError(
    `decode: given completion ${wrong} has ${given[wrong].length} tokens and ` +
      `completionLength=${completionLength}; fill it up with the mask.`,
  );
}

interface Asked {
  readonly propose: Proposer;
  readonly score: ConfidenceScore;
  readonly completionLength: number;
  readonly step: number;
  /** scores of this step by row of the logits, where samples that share a row share its score; else null */
  readonly known: Map<number, number> | null;
}

/** A score for every masked position that was read, and what else is asked about one. */
function readStep(
  { logits, positions, firstRow, learned }: MaskedLogits,
  canvas: number,
  masked: readonly number[],
  { propose, score, completionLength, step, known }: Asked,
  rng: Rng,
): StepReadings {
  const [tokenRng, scoreRng] = [rng.split("tokens"), rng.split("scores")];
  const read = positions[canvas];
  const rowOf = new Map(read.map((p, j) => [p, firstRow(canvas) + j]));
  // Drawn for every masked position: what is drawn for one does not depend on which others are read.
  const uniforms = new Map(masked.map(p => [p, tokenRng.uniform()]));
  const proposalAt = (position: number) => {
    const row = rowOf.get(position);
    if (row === undefined)
      throw new UserError(
        `decode: position ${position} is to be committed and the cache's pass does not compute it; let ` +
          "the policy stay in the block.",
      );
    return propose(logits, row, uniforms.get(position) as number, { step, position });
  };
  const offsets = learned?.(canvas);
  const scores = new Float32Array(completionLength);
  for (const p of masked) scores[p] = -Infinity;
  const scoreAt = (p: number) => score(proposalAt(p), scoreRng, { step, position: p }) + (offsets?.[p] ?? 0);
  for (const p of read) {
    const row = rowOf.get(p) as number;
    scores[p] = known?.get(row) ?? scoreAt(p);
    known?.set(row, scores[p]);
  }
  return { positions: read, scores, proposalAt };
}
