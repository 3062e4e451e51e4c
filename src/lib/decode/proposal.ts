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
  /** [V] softmax of the logits as they are; computed when asked for */
  readonly plain: Float32Array;
  readonly plainSummary: RowSummary;
  /** [V] after temperature, top-p and top-k: what the token is sampled from */
  readonly filtered: Float32Array;
  readonly filteredSummary: RowSummary;
}

/** Reads row `row` of logits [rows, V]. A proposal and its arrays mean nothing after the next call. */
export interface Proposer {
  (logits: Float32Array, row: number, rng: Rng): Proposal;
  /** entropy in nats of the untempered distribution of a row: not every position's is wanted */
  entropy(logits: Float32Array, row: number): number;
}

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
  const { temperature, topP, topK } = filters;
  const changesNothing = (temperature === 0 || temperature === 1) && topP === 1 && topK === null;
  const read = (logits: Float32Array, index: number) => {
    row.set(logits.subarray(index * vocabSize, (index + 1) * vocabSize));
    if (excluded !== null) row[excluded] = -Infinity;
  };
  const softmax = () => {
    normalize(plain, vocabSize, softmaxWeights(row, 0, vocabSize, 1, plain));
    return plain;
  };

  const propose = (logits: Float32Array, index: number, rng: Rng): Proposal => {
    read(logits, index);
    if (changesNothing) {
      const summary = summarize(softmax(), vocabSize);
      return {
        token: sample(plain, summary, rng),
        plain,
        plainSummary: summary,
        filtered: plain,
        filteredSummary: summary,
      };
    }
    const sum = softmaxWeights(row, 0, vocabSize, temperature, shaped);
    normalize(shaped, vocabSize, filterWeights(shaped, vocabSize, sum, filters));
    const filteredSummary = summarize(shaped, vocabSize);
    return {
      token: sample(shaped, filteredSummary, rng),
      get plain() {
        return softmax();
      },
      get plainSummary() {
        return summarize(softmax(), vocabSize);
      },
      filtered: shaped,
      filteredSummary,
    };
  };
  return Object.assign(propose, {
    entropy(logits: Float32Array, index: number): number {
      read(logits, index);
      return -summarize(softmax(), vocabSize).negEntropy;
    },
  });
}
