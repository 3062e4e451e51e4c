/**
 * Distributions over the vocabulary on plain arrays: temperature, top-p and top-k filters, softmax, entropy, sampling.
 * Rows are read in place from a flat array of logits. Probabilities are rounded to float32, so that what ties in
 * the float32 reference ties here.
 */
import { UserError } from "./errors.js";
import type { Rng } from "./rng.js";

export interface FilterConfig {
  /** 0 means arg-max: the logits are used as they are and the most probable token is taken */
  readonly temperature: number;
  /** keep the smallest set of most probable tokens whose probability exceeds this; 1 keeps all */
  readonly topP: number;
  /** keep the k most probable tokens; null keeps all */
  readonly topK: number | null;
}

/** A row's most probable tokens and shape, before sampling. */
export interface RowSummary {
  /** lowest id among the most probable */
  readonly argmax: number;
  readonly top1: number;
  readonly top2: number;
  /** sum of p ln(p + 1e-10), nats; 0 when one token has everything (Dream's "entropy" confidence) */
  readonly negEntropy: number;
}

/**
 * Softmax of `logits[offset .. offset + size)` after temperature, top-p, then top-k (the order of the public Dream
 * sampler). Writes probabilities to `out`; filtered tokens get 0.
 * @throws UserError when the logits are not numbers
 */
export function filteredSoftmax(
  logits: Float32Array,
  offset: number,
  size: number,
  { temperature, topP, topK }: FilterConfig,
  out: Float32Array,
): void {
  // A float32 divisor, as where a tensor is divided by a number in the float32 reference.
  const scale = Math.fround(temperature > 0 ? temperature : 1);
  let max = -Infinity;
  for (let v = 0; v < size; v++) {
    const x = Math.fround(logits[offset + v] / scale);
    out[v] = x;
    if (x > max) max = x;
  }
  let sum = 0;
  for (let v = 0; v < size; v++) {
    const e = Math.exp(out[v] - max);
    out[v] = e;
    sum += e;
  }
  if (!Number.isFinite(sum)) {
    throw new UserError(
      "distribution: the logits hold NaN or infinity, so no token can be chosen; the checkpoint is damaged or its training diverged, use another.",
    );
  }
  const keepAll = topP >= 1 && (topK === null || topK >= size);
  if (!keepAll) sum = filterInPlace(out, size, sum, topP, topK);
  for (let v = 0; v < size; v++) out[v] = out[v] / sum;
}

/** Zero what the filters drop from unnormalised weights; returns the sum of what stays. */
function filterInPlace(
  weights: Float32Array,
  size: number,
  total: number,
  topP: number,
  topK: number | null,
): number {
  const limit = topK === null ? size : Math.min(topK, size);
  const mass = topP < 1 ? topP * total : Infinity;
  // What lies below this share cannot add up to 1 - topP: it is past the cut and need not be sorted.
  const floor = topP < 1 ? (total * (1 - topP)) / size : 0;
  const candidates: number[] = [];
  for (let v = 0; v < size; v++) if (weights[v] >= floor) candidates.push(v);
  candidates.sort((a, b) => weights[b] - weights[a] || a - b);
  let kept = 0;
  let sum = 0;
  // A token stays while the mass before it does not exceed top-p: the first one above the threshold is kept.
  // Top-k keeps every token that equals the k-th (the public code drops what is strictly below it).
  while (kept < candidates.length && sum <= mass) {
    const weight = weights[candidates[kept]];
    if (kept >= limit && weight < weights[candidates[limit - 1]]) break;
    sum += weight;
    kept++;
  }
  const last = candidates[kept - 1];
  const cut = weights[last];
  for (let v = 0; v < size; v++) if (weights[v] < cut || (weights[v] === cut && v > last)) weights[v] = 0;
  return sum;
}

/** Arg-max, the two largest probabilities and the negative entropy of a row of probabilities. */
export function summarize(probs: Float32Array, size: number): RowSummary {
  let [argmax, top1, top2, negEntropy] = [0, -1, -1, 0];
  for (let v = 0; v < size; v++) {
    const p = probs[v];
    if (p > top1) [top2, top1, argmax] = [top1, p, v];
    else if (p > top2) top2 = p;
    // The 1e-10 of the public code vanishes in float32 beside a probability of 1: so it must here.
    if (p > 0) negEntropy += p * Math.log(Math.fround(p + 1e-10));
  }
  return { argmax, top1, top2: Math.max(0, top2), negEntropy: Math.fround(negEntropy) };
}

/** Draw a token from a row of probabilities by inversion. */
export function sampleToken(probs: Float32Array, size: number, rng: Rng): number {
  let u = rng.uniform();
  let last = 0;
  for (let v = 0; v < size; v++) {
    if (probs[v] === 0) continue;
    last = v;
    u -= probs[v];
    if (u < 0) return v;
  }
  return last;
}
