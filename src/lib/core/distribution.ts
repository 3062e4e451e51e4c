/**
 * Distributions over the vocabulary on plain arrays: temperature, top-p and top-k filters, softmax, entropy,
 * sampling. Rows are read in place from a flat array of logits. Probabilities are rounded to float32, so that
 * what ties in the float32 reference ties here.
 */
import { UserError } from "./errors.js";

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
 * Softmax of `logits[offset .. offset + size)` after temperature, top-p, then top-k (the order of the public
 * Dream sampler). Writes probabilities to `out`; filtered tokens get 0.
 * @throws UserError when the logits are not numbers
 */
export function filteredSoftmax(
  logits: Float32Array,
  offset: number,
  size: number,
  filters: FilterConfig,
  out: Float32Array,
): void {
  const sum = softmaxWeights(logits, offset, size, filters.temperature, out);
  normalize(out, size, filterWeights(out, size, sum, filters));
}

/**
 * The softmax before its division: exp((x - max) / temperature)
 * into `out`; temperature 0 leaves the logits as they are.
 * @returns the sum of the weights
 * @throws UserError when the logits are not numbers
 */
export function softmaxWeights(
  logits: Float32Array,
  offset: number,
  size: number,
  temperature: number,
  out: Float32Array,
): number {
  const scale = divisorOf(temperature);
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
      "distribution: the logits hold NaN or infinity, so no token can be chosen; the checkpoint is " +
        "damaged or its training diverged, use another.",
    );
  }
  return sum;
}

/** A logit after temperature; 0 leaves it as it is. */
export function scaledBy(temperature: number): (logit: number) => number {
  const scale = divisorOf(temperature);
  return logit => Math.fround(logit / scale);
}

/** In float32, as where a tensor is divided by a number in the float32 reference. */
function divisorOf(temperature: number): number {
  return Math.fround(temperature > 0 ? temperature : 1);
}

/** Weights to probabilities, in place. */
export function normalize(weights: Float32Array, size: number, sum: number): void {
  for (let v = 0; v < size; v++) weights[v] = weights[v] / sum;
}

/** Zero what top-p and top-k drop from weights that sum to `total`; returns the sum of what stays. */
export function filterWeights(
  weights: Float32Array,
  size: number,
  total: number,
  { topP, topK }: FilterConfig,
): number {
  if (topP >= 1 && (topK === null || topK >= size)) return total;
  const limit = topK === null ? size : Math.min(topK, size);
  const mass = topP < 1 ? topP * total : Infinity;
  // What lies below this share cannot add up to 1 - topP: it is past the cut and need not be sorted.
  const floor = topP < 1 ? (total * (1 - topP)) / size : 0;
  const candidates = descending(weights, size, floor);
  const { kept, sum } = keptTokens(weights, candidates, mass, limit);
  const last = candidates[kept - 1];
  const cut = weights[last];
  for (let v = 0; v < size; v++) if (weights[v] < cut || (weights[v] === cut && v > last)) weights[v] = 0;
  return sum;
}

/**
 * How many of `candidates`, the heaviest first, top-p and top-k keep, and what these weigh.
 * @param mass top-p of the weight of the whole row; Infinity without top-p
 * @param limit top-k; at least the number of candidates without
 */
export function keptTokens(
  weights: Float32Array,
  candidates: Uint32Array,
  mass: number,
  limit: number,
): { readonly kept: number; readonly sum: number } {
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
  return { kept, sum };
}

/** Up to so many a comparing sort is faster. */
const fewTokens = 400;
const digitBits = 11;
const digits = 1 << digitBits;
/** What sorting needs, kept from row to row: megabytes of garbage a row otherwise. */
let workspace = new Uint32Array(0);

/**
 * Tokens of at least this weight, the largest first, equals by their id. Three stable passes over 11 bits
 * each: positive floats order as their bit patterns do, and a comparing sort of 150,000 tokens takes ten
 * times as long. The result is overwritten by the next call.
 */
function descending(weights: Float32Array, size: number, floor: number): Uint32Array {
  let count = 0;
  for (let v = 0; v < size; v++) if (weights[v] >= floor) count++;
  const bits = new Uint32Array(weights.buffer, weights.byteOffset, size);
  if (workspace.length < 2 * count) workspace = new Uint32Array(2 * count);
  let [ids, next] = [workspace.subarray(0, count), workspace.subarray(count, 2 * count)];
  for (let v = 0, n = 0; v < size; v++) if (weights[v] >= floor) ids[n++] = v;
  if (count <= fewTokens) return ids.sort((a, b) => weights[b] - weights[a] || a - b);
  for (let shift = 0; shift < 32; shift += digitBits) {
    const starts = new Uint32Array(digits + 1);
    for (const v of ids) starts[digits - ((bits[v] >>> shift) & (digits - 1))]++;
    for (let d = 1; d <= digits; d++) starts[d] += starts[d - 1];
    for (const v of ids) next[starts[digits - 1 - ((bits[v] >>> shift) & (digits - 1))]++] = v;
    [ids, next] = [next, ids];
  }
  return ids;
}

/** Arg-max, the two largest probabilities and the negative entropy of a row of probabilities. */
export function summarize(probs: Float32Array, size: number): RowSummary {
  return { ...topTwo(probs, size, 1), negEntropy: negEntropy(probs, size, 1) };
}

/**
 * Of a row of weights that sum to `total`; rounded as if the probabilities had been written to a row first.
 */
export function topTwo(weights: Float32Array, size: number, total: number): Omit<RowSummary, "negEntropy"> {
  let [argmax, top1, top2] = [0, -1, 0];
  for (let v = 0; v < size; v++) {
    const p = Math.fround(weights[v] / total);
    if (p > top1) {
      top2 = Math.max(0, top1);
      top1 = p;
      argmax = v;
    } else if (p > top2) top2 = p;
  }
  return { argmax, top1, top2 };
}

/**
 * Of a row of weights that sum to `total`, rounded likewise. Apart,
 * because finding the largest takes as long as the logarithms.
 */
export function negEntropy(weights: Float32Array, size: number, total: number): number {
  let sum = 0;
  for (let v = 0; v < size; v++) {
    const p = Math.fround(weights[v] / total);
    // The 1e-10 of the public code vanishes in float32 beside a probability of 1: so it must here.
    if (p > 0) sum += p * Math.log(Math.fround(p + 1e-10));
  }
  return Math.fround(sum);
}

/**
 * The token at which the probabilities, added up from the first, exceed `u`: sampling by inversion.
 * @param u uniform in [0, 1)
 */
export function sampleToken(probs: Float32Array, size: number, u: number): number {
  let rest = u;
  let last = 0;
  for (let v = 0; v < size; v++) {
    if (probs[v] === 0) continue;
    last = v;
    rest -= probs[v];
    if (rest < 0) return v;
  }
  return last;
}

/** A row of logits inside a flat array: it begins at `index * size`. */
export interface LogitRow {
  readonly values: Float32Array;
  readonly index: number;
}

/**
 * KL(p || q) in nats of the softmaxes of two rows, in double
 * precision, and whether one token is the most probable of both.
 * @param excluded a token that has no probability (the mask)
 */
export function logitDivergence(
  p: LogitRow,
  q: LogitRow,
  size: number,
  excluded: number,
): { readonly divergence: number; readonly sameBest: boolean } {
  const [a, b] = [p, q].map(({ values, index }) => {
    const row = Float64Array.from(values.subarray(index * size, (index + 1) * size));
    row[excluded] = -Infinity;
    const best = row.reduce((top, x, v) => (x > row[top] ? v : top), excluded === 0 ? 1 : 0);
    const logSum = row[best] + Math.log(row.reduce((sum, x) => sum + Math.exp(x - row[best]), 0));
    return { logps: row.map(x => x - logSum), best };
  });
  const divergence = a.logps.reduce(
    (sum, logp, v) => (v === excluded ? sum : sum + Math.exp(logp) * (logp - b.logps[v])),
    0,
  );
  return { divergence, sameBest: a.best === b.best };
}
