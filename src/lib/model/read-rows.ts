/**
 * Which hidden states a loss reads, chosen on the host: a graph has fixed shapes, so every part of a batch reads
 * the same number, rounded up to one of a few sizes; what is added reads row 0 with weight 0.
 */
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

/** Sizes that the rows of a part are rounded up to, as shares of all its rows. */
const sizes = 16;

/**
 * The rows that predict the tokens whose weight is not 0.
 * @param weights [B * T], of sequences of `length`
 * @param parts a divisor of B
 */
export function lossRows(
  config: DenoiserConfig,
  weights: ArrayLike<number>,
  length: number,
  parts: number,
): LossRows {
  const perPart = weights.length / parts;
  const read = Array.from({ length: parts }, (_, part) => {
    const tokens: number[] = [];
    for (let i = part * perPart; i < (part + 1) * perPart; i++) if (weights[i] !== 0) tokens.push(i);
    return tokens;
  });
  const unit = Math.ceil(perPart / sizes);
  const most = Math.max(1, ...read.map(tokens => tokens.length));
  const rowsPerPart = Math.min(perPart, Math.ceil(most / unit) * unit);
  const rows = new Int32Array(parts * rowsPerPart);
  const tokens = new Int32Array(parts * rowsPerPart).fill(-1);
  read.forEach((list, part) => {
    list.forEach((token, j) => {
      const position = token % length;
      rows[part * rowsPerPart + j] = token - position + predictingPosition(config, position) - part * perPart;
      tokens[part * rowsPerPart + j] = token;
    });
  });
  return { parts, rowsPerPart, rows, tokens };
}
