/**
 * What the denoiser says about one masked position: its distribution as it is and
 * as it is sampled, and a token. Each is computed when it is first asked for: most
 * scores need one softmax and no token, and only a few positions are committed.
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
import { FewTokens, type Distribution, type LikelyTokens } from "./few-tokens.js";
import type { LogitRows } from "./logit-rows.js";
import type { TokenPlace, TokenSampler } from "./sampler.js";

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
export type Proposer = (
  logits: Pick<LogitRows, "row" | "likely">,
  row: number,
  u: number,
  place: TokenPlace,
) => Proposal;

/** @param excluded a token that is never proposed and has no probability (the mask); null excludes none */
export function proposer(
  vocabSize: number,
  filters: FilterConfig,
  sample: TokenSampler,
  excluded: number | null,
): Proposer {
  const { temperature, topP, topK } = filters;
  const changesNothing = (temperature === 0 || temperature === 1) && topP === 1 && topK === null;
  const filtersTokens = topP < 1 || topK !== null;
  const values = new Float32Array(vocabSize);
  let read = () => values;
  const plain = new Softmax(() => read(), { temperature: 1, topP: 1, topK: null }, vocabSize);
  const all = changesNothing ? plain : new Softmax(() => read(), filters, vocabSize);
  const few = new FewTokens(filtersTokens ? vocabSize : 0, filters);
  let ask: () => LikelyTokens | null = () => null;
  let chosen: Distribution | null = null;
  const filtered = () => {
    if (chosen !== null) return chosen;
    const likely = filtersTokens ? ask() : null;
    return (chosen = likely !== null && few.take(likely) ? few : all);
  };
  let [uniform, at]: [number, TokenPlace] = [0, { step: 0, position: 0 }];
  const proposal: Proposal = {
    get token() {
      return sample(filtered().probabilities, filtered(), uniform, at);
    },
    get plain() {
      return plain.probabilities;
    },
    get plainSummary() {
      return plain;
    },
    get filtered() {
      return filtered().probabilities;
    },
    get filteredSummary() {
      return filtered();
    },
  };
  return (logits, row, u, place) => {
    read = () => {
      const { values: from, index } = logits.row(row);
      values.set(from.subarray(index * vocabSize, (index + 1) * vocabSize));
      if (excluded !== null) values[excluded] = -Infinity;
      return values;
    };
    plain.forget();
    all.forget();
    ask = () => logits.likely(row, { temperature, excluded });
    chosen = null;
    [uniform, at] = [u, place];
    return proposal;
  };
}

/**
 * The distribution of the row that `read` gives at the time;
 * each number of its summary is computed when asked for.
 */
class Softmax implements Distribution {
  private readonly weights: Float32Array;
  /** sum of the weights; 1 once they are probabilities, 0 while nothing is computed */
  private total = 0;
  private largest: ReturnType<typeof topTwo> | undefined;

  constructor(
    private readonly read: () => Float32Array,
    private readonly filters: FilterConfig,
    vocabSize: number,
  ) {
    this.weights = new Float32Array(vocabSize);
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
    const { weights, filters } = this;
    const sum = softmaxWeights(this.read(), 0, weights.length, filters.temperature, weights);
    this.total = filterWeights(weights, weights.length, sum, filters);
  }
}
