/**
 * What the denoiser says about one masked position: its distribution as it is and as it is sampled, and a token. Each is
 * computed when it is first asked for: most scores need one softmax and no token, and only a few positions are committed.
 */
import {
  filterWeights,
  negEntropy,
  normalize,
  softmaxWeights,
  topTwo,
  type FilterConfig,
  type RowSummary,
} from "../core/distribution.js";
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

/**
 * Reads row `row` of logits [rows, V]. A proposal and its arrays mean nothing after the next call.
 * @param u uniform in [0, 1), for the token
 */
export type Proposer = (logits: Float32Array, row: number, u: number) => Proposal;

/** @param excluded a token that is never proposed and has no probability (the mask); null excludes none */
export function proposer(
  vocabSize: number,
  filters: FilterConfig,
  sample: TokenSampler,
  excluded: number | null,
): Proposer {
  const { temperature, topP, topK } = filters;
  const changesNothing = (temperature === 0 || temperature === 1) && topP === 1 && topK === null;
  const row = new Float32Array(vocabSize);
  const plain = new Softmax(row, { temperature: 1, topP: 1, topK: null });
  const filtered = changesNothing ? plain : new Softmax(row, filters);
  let uniform = 0;
  const proposal: Proposal = {
    get token() {
      return sample(filtered.probabilities, filtered, uniform);
    },
    get plain() {
      return plain.probabilities;
    },
    get plainSummary() {
      return plain;
    },
    get filtered() {
      return filtered.probabilities;
    },
    get filteredSummary() {
      return filtered;
    },
  };
  return (logits, index, u) => {
    row.set(logits.subarray(index * vocabSize, (index + 1) * vocabSize));
    if (excluded !== null) row[excluded] = -Infinity;
    plain.forget();
    filtered.forget();
    uniform = u;
    return proposal;
  };
}

/** The distribution of the row that `logits` holds at the time; each number of its summary is computed when asked for. */
class Softmax implements RowSummary {
  private readonly weights: Float32Array;
  /** sum of the weights; 1 once they are probabilities, 0 while nothing is computed */
  private total = 0;
  private largest: ReturnType<typeof topTwo> | undefined;

  constructor(
    private readonly logits: Float32Array,
    private readonly filters: FilterConfig,
  ) {
    this.weights = new Float32Array(logits.length);
  }

  forget(): void {
    this.total = 0;
    this.largest = undefined;
  }

  get probabilities(): Float32Array {
    this.compute();
    if (this.total !== 1) normalize(this.weights, this.weights.length, this.total);
    this.total = 1;
    return this.weights;
  }

  get argmax(): number {
    return this.topTwo.argmax;
  }

  get top1(): number {
    return this.topTwo.top1;
  }

  get top2(): number {
    return this.topTwo.top2;
  }

  get negEntropy(): number {
    this.compute();
    return negEntropy(this.weights, this.weights.length, this.total);
  }

  private get topTwo() {
    this.compute();
    return (this.largest ??= topTwo(this.weights, this.weights.length, this.total));
  }

  private compute(): void {
    if (this.total > 0) return;
    const { logits, weights, filters } = this;
    const sum = softmaxWeights(logits, 0, logits.length, filters.temperature, weights);
    this.total = filterWeights(weights, weights.length, sum, filters);
  }
}
