/**
 * Weights as a decoding holds them: bfloat16 numbers of the file, two in an int32, widened piece by piece
 * where a product needs them (which is exact), so that half the memory is taken. What a product reads is held
 * transposed, [in, out]: TensorFlow's kernel takes up to ten times as long to bring the rows of [out, in]
 * into its order, for the same numbers.
 *
 * - columns, [pieces, in, w] int32: a piece holds 2 w of the outputs, of which the first w are low halves; a
 *   vocabulary that no number of pieces divides has zeros behind it;
 * - rows, [out, in / 2] int32: of every row its first half in the low halves.
 *
 * Everything else is float32 [out, in], and what is trained is never held in another way.
 */
import * as tf from "@tensorflow/tfjs-core";
import { nativeOperation, runAfter } from "../compile/native-operation.js";
import { takeRows } from "./rows.js";

export type Layout = "columns" | "rows";

/** A weight [out, in] as stored, or held in one of the layouts. */
export type Weight = tf.Tensor2D | tf.Tensor3D;

/**
 * Bytes of float32 that are widened at once. Less is a little faster (a core's cache), but each piece is
 * three operations of a graph, which TensorFlow makes ready in time that grows faster than their number.
 */
const bytesAtOnce = 17.5e6;

/** Widths at which the kernels' tiles are full: then a product in pieces has the numbers of the whole one. */
const tile = 16;

/** In how many pieces the columns of a weight [out, in] are held, and how wide each half of one is. */
export function piecesOf(out: number, inner: number): { readonly pieces: number; readonly w: number } {
  const least = Math.max(1, Math.ceil((2 * out * inner) / bytesAtOnce));
  for (let pieces = least; pieces < 2 * least; pieces++)
    if (out % (2 * tile * pieces) === 0) return { pieces, w: out / pieces / 2 };
  if (least === 1) return { pieces: 1, w: out / 2 };
  return { pieces: least, w: tile * Math.ceil(out / (2 * tile * least)) };
}

/** Whether a weight is held by its bfloat16 numbers; no other parameter is int32. */
export function isHeld(weight: tf.Tensor): boolean {
  return weight.dtype === "int32";
}

/**
 * x weight^T, [N, out] and zeros behind it. One row times a matrix is a kernel of its own, whose sums depend
 * on how the matrix lies: then it lies as it is stored.
 * @param weight held in columns
 */
export function timesHeld(x: tf.Tensor2D, weight: tf.Tensor3D): tf.Tensor2D {
  const stored = x.shape[0] === 1;
  return tf.tidy(() => {
    const products: tf.Tensor2D[] = [];
    for (const widen of columnPieces(weight, stored)) {
      // Nothing else would keep a graph from widening all weights of all layers first.
      const piece = runAfter([x, ...products.slice(-2, -1)], () => tf.tidy(widen));
      products.push(tf.matMul(x, piece, false, stored));
      piece.dispose();
    }
    return products.length === 1 ? products[0] : tf.concat(products, 1);
  });
}

/** Rows ids [N] of a held table [V, D], widened: [N, D]. */
export function heldRows(table: Weight, ids: tf.Tensor1D): tf.Tensor2D {
  return tf.tidy(() => {
    if (table.rank === 2) return tf.concat(bothHalves(takeRows(table as tf.Tensor2D, ids)), 1);
    const [, d, w] = (table as tf.Tensor3D).shape;
    const piece = tf.floorDiv(ids, 2 * w);
    const within = tf.sub(ids, tf.mul(piece, 2 * w));
    const isHigh = tf.greaterEqual(within, w);
    const column = tf.sub(within, tf.mul(tf.cast(isHigh, "int32"), w));
    const first: tf.Tensor2D = tf.reshape(tf.add(tf.mul(piece, d * w), column), [ids.size, 1]);
    const steps: tf.Tensor2D = tf.reshape(tf.range(0, d * w, w, "int32"), [1, d]);
    const flat = tf.reshape(table, [table.size]);
    const words = tf.gather<tf.Tensor>(flat, tf.cast(tf.add(first, steps), "int32")) as tf.Tensor2D;
    const [low, high] = bothHalves(words);
    const chosen = tf.broadcastTo<tf.Rank.R2>(tf.reshape(isHigh, [ids.size, 1]), [ids.size, d]);
    return tf.where(chosen, high, low);
  });
}

/** A held weight widened as a whole, [out, in]. */
export function asStored(weight: Weight): tf.Tensor2D {
  return tf.tidy(() => {
    if (weight.rank === 2) return tf.concat(bothHalves(weight as tf.Tensor2D), 1);
    const pieces = columnPieces(weight as tf.Tensor3D, true).map(widen => widen());
    return tf.concat(pieces, 0);
  });
}

/** What makes each piece [in, w], or as it is stored [w, in], in the order of the outputs. */
function columnPieces(weight: tf.Tensor3D, stored: boolean): (() => tf.Tensor2D)[] {
  const pieces = tf.unstack(weight) as tf.Tensor2D[];
  return Array.from({ length: 2 * pieces.length }, (_, i) => () => {
    const words = pieces[i >> 1];
    // Words are turned, not floats: TensorFlow would make a turned float matrix part of the product again.
    const laid = stored ? tf.transpose(words) : words;
    return i % 2 === 0 ? lowHalves(laid) : highHalves(laid);
  });
}

function bothHalves(words: tf.Tensor2D): [tf.Tensor2D, tf.Tensor2D] {
  return [lowHalves(words), highHalves(words)];
}

function lowHalves(words: tf.Tensor2D): tf.Tensor2D {
  return asFloats(tf.mul(words, tf.scalar(1 << 16, "int32")));
}

function highHalves(words: tf.Tensor2D): tf.Tensor2D {
  return asFloats(
    nativeOperation("BitwiseAnd", { T: { dtype: "int32" } }, [words, tf.scalar(-(1 << 16), "int32")]),
  );
}

/** The same bits. */
function asFloats(words: tf.Tensor): tf.Tensor2D {
  const attrs = { T: { dtype: "int32" }, type: { dtype: "float32" } } as const;
  return nativeOperation("Bitcast", attrs, [words]) as tf.Tensor2D;
}
