/**
 * Which hidden states a loss reads, chosen on the host: a graph has fixed shapes, so every part of a batch
 * reads the same number, rounded up to one of a few sizes; what is added reads row 0 with weight 0.
 */
import { evenSizes } from "../compile/parts.js";
import type { DenoiserConfig } from "./config.js";
import { predictingPosition } from "./transformer.js";

export interface LossRows {
  readonly parts: number;
  /** rows of each part, as many as `rows.length / parts` */
  readonly rowsPerPart: number;
  /** rows of a part's [B/parts * T] hidden states, part after part */
  readonly rows: Int32Array;
  /** index of the predicted token in [B * T], or -1 for an added row */
  readonly tokens: Int32Array;
}

/**
 * Sizes that the rows of a part are rounded up to, as shares
 * of all its rows; odd, for half of them is the mean.
 */
const sizes = 9;

/**
 * The rows that predict the tokens whose weight is not 0.
 * @param weights [B * T], of sequences of `length`
 * @param parts at most B; the batch is cut as `cut` does it
 */
export function lossRows(
  config: DenoiserConfig,
  weights: ArrayLike<number>,
  length: number,
  parts: number,
): LossRows {
  const partSizes = evenSizes(weights.length / length, parts).map(n => n * length);
  const starts = partSizes.map((_, i) => partSizes.slice(0, i).reduce((a, b) => a + b, 0));
  const read = starts.map((start, part) => tokensRead(weights, start, start + partSizes[part]));
  const unit = Math.ceil(partSizes[0] / sizes);
  const most = Math.max(1, ...read.map(tokens => tokens.length));
  const rowsPerPart = Math.min(partSizes[0], Math.ceil(most / unit) * unit);
  const rows = new Int32Array(parts * rowsPerPart);
  const tokens = new Int32Array(parts * rowsPerPart).fill(-1);
  read.forEach((list, part) => {
    list.forEach((token, j) => {
      const position = token % length;
      const row = token - position + predictingPosition(config, position) - starts[part];
      rows[part * rowsPerPart + j] = row;
      tokens[part * rowsPerPart + j] = token;
    });
  });
  return { parts, rowsPerPart, rows, tokens };
}

function tokensRead(weights: ArrayLike<number>, from: number, to: number): number[] {
  const tokens: number[] = [];
  for (let i = from; i < to; i++) if (weights[i] !== 0) tokens.push(i);
  return tokens;
}
