/** From the bfloat16 numbers of a file to a held weight (`held-weight.ts`), without a float32 copy. */
import * as tf from "@tensorflow/tfjs-core";
import { pageAlignedInt32 } from "./float-formats.js";
import { piecesOf, type Layout } from "./held-weight.js";

/** Fills `into` with so many bfloat16 bit patterns, from value `from` of a tensor on. */
export type ReadBits = (from: number, into: Uint16Array) => void;

/** Outputs turned at once: what is written of them fills lines of a cache. */
const rowsAtOnce = 16;

/** Whether a weight of this shape can be held so: two numbers share an int32. */
export function canHold(shape: readonly number[], layout: Layout): boolean {
  return shape.length === 2 && shape[layout === "columns" ? 0 : 1] % 2 === 0;
}

/** @param shape [out, in] */
export function layOut(shape: readonly number[], layout: Layout, read: ReadBits): tf.Tensor {
  const [out, inner] = shape;
  if (layout === "rows") {
    const words = pageAlignedInt32((out * inner) / 2);
    inRows(words, inner, read);
    return tf.tensor2d(words, [out, inner / 2], "int32");
  }
  const { pieces, w } = piecesOf(out, inner);
  const words = pageAlignedInt32(pieces * w * inner);
  const readOutputs = (first: number, into: Uint16Array) => {
    const there = Math.max(0, Math.min(into.length, (out - first) * inner));
    into.fill(0, there);
    if (there > 0) read(first * inner, into.subarray(0, there));
  };
  for (let p = 0; p < pieces; p++)
    inColumns(words.subarray(p * w * inner, (p + 1) * w * inner), 2 * p * w, w, inner, readOutputs);
  return tf.tensor3d(words, [pieces, inner, w], "int32");
}

/** One piece [inner, w], of the outputs from `first` on. */
function inColumns(words: Int32Array, first: number, w: number, inner: number, read: ReadBits): void {
  const low = new Uint16Array(rowsAtOnce * inner);
  const high = new Uint16Array(rowsAtOnce * inner);
  for (let column = 0; column < w; column += rowsAtOnce) {
    const count = Math.min(rowsAtOnce, w - column);
    read(first + column, low.subarray(0, count * inner));
    read(first + w + column, high.subarray(0, count * inner));
    for (let k = 0; k < inner; k++) {
      const to = k * w + column;
      for (let j = 0, at = k; j < count; j++, at += inner) words[to + j] = low[at] | (high[at] << 16);
    }
  }
}

function inRows(words: Int32Array, inner: number, read: ReadBits): void {
  const half = inner / 2;
  const rows = words.length / half;
  const bits = new Uint16Array(rowsAtOnce * inner);
  for (let row = 0; row < rows; row += rowsAtOnce) {
    const count = Math.min(rowsAtOnce, rows - row);
    read(row * inner, bits.subarray(0, count * inner));
    for (let r = 0; r < count; r++)
      for (let j = 0, at = r * inner; j < half; j++, at++)
        words[(row + r) * half + j] = bits[at] | (bits[at + half] << 16);
  }
}
