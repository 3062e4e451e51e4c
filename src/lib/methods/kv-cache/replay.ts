/**
 * What a block-wise cache costs in accuracy: trajectories decoded without it are replayed, and before every
 * step the logits that the cache gives stand beside exact ones, on the same canvas.
 */
import { logitDivergence } from "../../core/distribution.js";
import type { Trajectory } from "../../core/records.js";
import { CachedReader } from "./reader.js";
import { makeCanvas } from "../../decode/canvas.js";
import type { DecodeConfig, DecodingDenoiser, KvCache } from "../../decode/types.js";
import { MaskedReader, type MaskedLogits } from "../../decode/masked-logits.js";
import { currentBlock } from "../../decode/policy.js";

/**
 * Of one trajectory, by the number of a pass within its block, from 0, the whole one; all blocks together.
 */
export interface CacheError {
  /** masked positions of the block that were compared */
  readonly positions: number[];
  /** KL(exact || cached) in nats, summed over those */
  readonly divergences: number[];
  /** those whose most probable token is another one */
  readonly changed: number[];
}

/**
 * @param trajectories complete ones, decoded with `config` and no cache
 * @returns [caches][trajectories]
 */
export function cacheErrors(
  denoiser: DecodingDenoiser,
  trajectories: readonly Trajectory[],
  config: DecodeConfig,
  kvCaches: readonly KvCache[],
): CacheError[][] {
  const { completionLength: c } = config;
  const blockLength = config.blockLength ?? c;
  const prompts = trajectories.map(t => t.promptIds);
  const canvas = makeCanvas(denoiser, prompts, c);
  const exact = new MaskedReader(denoiser, canvas, c, {});
  const cached = kvCaches.map(kvCache => new CachedReader(denoiser, canvas, kvCache, config));
  const errors = kvCaches.map(() => trajectories.map(emptyError));
  const passes = trajectories.map(t => passesOf(t, blockLength));
  try {
    for (let step = 0; step < Math.max(...passes.map(list => list.length)); step++) {
      const masked = trajectories.map(t => maskedAt(t, step));
      trajectories.forEach((t, b) => {
        const ids = t.completionIds.map((id, p) => (t.stepOf[p] < step ? id : denoiser.maskTokenId));
        canvas.ids.set(ids, b * canvas.length + canvas.promptLength);
      });
      const blocks = masked.map(list => (list.length === 0 ? [] : currentBlock(list, blockLength)));
      const truth = exact.read(masked, { step, steps: config.steps });
      cached.forEach((reader, k) => {
        const answer = reader.read(masked);
        blocks.forEach((block, b) => {
          for (const p of block)
            add(errors[k][b], passes[b][step], compareLogits(denoiser, truth, answer, b, p));
        });
        answer.logits.dispose();
      });
      truth.logits.dispose();
    }
  } finally {
    canvas.attentionMask?.dispose();
    for (const reader of [exact, ...cached]) reader.dispose();
  }
  return errors;
}

/** Completion positions that are masked before a step, ascending. */
function maskedAt({ order, stepOf }: Trajectory, step: number): number[] {
  return Array.from(order)
    .filter(p => stepOf[p] >= step)
    .sort((a, b) => a - b);
}

/**
 * By step at which something is masked: the number of the
 * pass within the block of the leftmost masked position.
 */
function passesOf(t: Trajectory, blockLength: number): number[] {
  const passes: number[] = [];
  let before = -1;
  for (let step = 0, masked = maskedAt(t, 0); masked.length > 0; masked = maskedAt(t, ++step)) {
    const block = Math.floor(masked[0] / blockLength);
    passes.push(block === before ? passes[step - 1] + 1 : 0);
    before = block;
  }
  return passes;
}

function compareLogits(
  { vocabSize, maskTokenId }: DecodingDenoiser,
  exact: MaskedLogits,
  cached: MaskedLogits,
  sample: number,
  position: number,
) {
  const [p, q] = [exact, cached].map(({ logits, positions, firstRow }) =>
    logits.row(firstRow(sample) + positions[sample].indexOf(position)),
  );
  return logitDivergence(p, q, vocabSize, maskTokenId);
}

function emptyError(): CacheError {
  return { positions: [], divergences: [], changed: [] };
}

function add(
  { positions, divergences, changed }: CacheError,
  pass: number,
  found: { readonly divergence: number; readonly sameBest: boolean },
): void {
  positions[pass] = (positions[pass] ?? 0) + 1;
  divergences[pass] = (divergences[pass] ?? 0) + found.divergence;
  changed[pass] = (changed[pass] ?? 0) + (found.sameBest ? 0 : 1);
}
