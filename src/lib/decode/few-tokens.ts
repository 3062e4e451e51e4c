/**
 * The distribution that top-p or top-k leaves of a row, from its most probable tokens alone: the same
 * numbers, bit for bit, as from the whole row, wherever these tokens decide. The weight of the whole row,
 * summed on the device in float32, stands in for the exact one only where the difference cannot change which
 * tokens are kept.
 */
import {
  keptTokens,
  negEntropy,
  normalize,
  scaledBy,
  topTwo,
  type FilterConfig,
  type RowSummary,
} from "../core/distribution.js";

export interface LikelyTokens {
  /** [k] the largest of a row, descending */
  readonly logits: ArrayLike<number>;
  /** [k] */
  readonly ids: ArrayLike<number>;
  /** sum of exp((x - max) / temperature) over the whole row, in float32 */
  readonly weight: number;
}

/** Relative error that a float32 sum of exponentials stays far below. */
const sumError = 1e-4;

/** A row's probabilities [V] and their summary. */
export interface Distribution extends RowSummary {
  readonly probabilities: Float32Array;
}

export class FewTokens implements Distribution {
  /** [V], 0 but at `ids` */
  private readonly dense: Float32Array;
  /** tokens that are kept, ascending, and their weights, which sum to `total` */
  private ids: readonly number[] = [];
  private weights = new Float32Array(0);
  private total = 1;
  private filled = true;

  constructor(
    vocabSize: number,
    private readonly filters: FilterConfig,
  ) {
    this.dense = new Float32Array(vocabSize);
  }

  /** @returns whether these tokens decide which are kept; if not, the whole row must */
  take({ logits, ids, weight }: LikelyTokens): boolean {
    const { topP, topK } = this.filters;
    if (!Number.isFinite(weight)) return false;
    for (const v of this.ids) this.dense[v] = 0;
    const scaled = Float32Array.from(logits, scaledBy(this.filters.temperature));
    const weights = Float32Array.from(scaled, x => Math.exp(x - scaled[0]));
    const order = Uint32Array.from(weights, (_, i) => i).sort(
      (a, b) => weights[b] - weights[a] || ids[a] - ids[b],
    );
    const mass = topP < 1 ? topP * weight : Infinity;
    const { kept, sum } = keptTokens(weights, order, mass, topK ?? Infinity);
    const last = weights[order[kept - 1]];
    const near = (reached: number) => Math.abs(reached - mass) <= sumError * weight;
    if (near(sum) || near(sum - last) || weights[order[order.length - 1]] >= last) return false;
    const chosen = Array.from(order.subarray(0, kept)).sort((a, b) => ids[a] - ids[b]);
    this.ids = chosen.map(i => ids[i]);
    this.weights = Float32Array.from(chosen, i => weights[i]);
    this.total = sum;
    this.filled = false;
    return true;
  }

  get probabilities(): Float32Array {
    if (!this.filled) {
      normalize(this.weights, this.weights.length, this.total);
      this.ids.forEach((v, i) => (this.dense[v] = this.weights[i]));
      [this.total, this.filled] = [1, true];
    }
    return this.dense;
  }

  get argmax(): number {
    return this.ids[this.largest.argmax];
  }

  get top1(): number {
    return this.largest.top1;
  }

  get top2(): number {
    return this.largest.top2;
  }

  get negEntropy(): number {
    return negEntropy(this.weights, this.weights.length, this.total);
  }

  private get largest() {
    return topTwo(this.weights, this.weights.length, this.total);
  }
}
