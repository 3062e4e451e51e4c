/** What the denoiser says about one masked position: its distribution as it is and as it is sampled, and a token. */
import {
  filterWeights,
  normalize,
  softmaxWeights,
  summarize,
  type FilterConfig,
  type RowSummary,
} from "../core/distribution.js";
import type { Rng } from "../core/rng.js";
import type { TokenSampler } from "./sampler.js";

export interface Proposal {
  readonly token: number;
  /** [V] softmax of the logits as they are */
  readonly plain: Float32Array;
  readonly plainSummary: RowSummary;
  /** [V] after temperature, top-p and top-k: what the token is sampled from */
  readonly filtered: Float32Array;
  readonly filteredSummary: RowSummary;
}

/** Reads row `row` of logits [rows, V]. Its arrays are overwritten by the next call. */
export type Proposer = (logits: Float32Array, row: number, rng: Rng) => Proposal;

/** @param excluded a token that is never proposed and has no probability (the mask); null excludes none */
export function proposer(
  vocabSize: number,
  filters: FilterConfig,
  sample: TokenSampler,
  excluded: number | null,
): Proposer {
  const row = new Float32Array(vocabSize);
  const plain = new Float32Array(vocabSize);
  const shaped = new Float32Array(vocabSize);
  const tempers = filters.temperature !== 0 && filters.temperature !== 1;
  const changesNothing = !tempers && filters.topP === 1 && filters.topK === null;
  return (logits, index, rng) => {
    row.set(logits.subarray(index * vocabSize, (index + 1) * vocabSize));
    if (excluded !== null) row[excluded] = -Infinity;
    const sum = softmaxWeights(row, 0, vocabSize, 1, plain);
    if (!changesNothing) {
      if (!tempers) shaped.set(plain); // the same exponentials: at this vocabulary they are what takes time
      const shapedSum = tempers ? softmaxWeights(row, 0, vocabSize, filters.temperature, shaped) : sum;
      normalize(shaped, vocabSize, filterWeights(shaped, vocabSize, shapedSum, filters));
    }
    normalize(plain, vocabSize, sum);
    const plainSummary = summarize(plain, vocabSize);
    const filtered = changesNothing ? plain : shaped;
    const filteredSummary = changesNothing ? plainSummary : summarize(shaped, vocabSize);
    return {
      token: sample(filtered, filteredSummary, rng),
      plain,
      plainSummary,
      filtered,
      filteredSummary,
    };
  };
}
