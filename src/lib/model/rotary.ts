/**
 * Rotary positions (RoFormer, arXiv 2104.09864) on heads whose pairs lie side by side. The public checkpoints
 * pair entry j with j + width/2 (rotate-half); `attention.ts` lays the two side by side as it cuts the heads,
 * which queries and keys may share without changing their products. A pair is then a complex number and the
 * rotation one product.
 */
import * as tf from "@tensorflow/tfjs-core";
import { hasNativeOperation, nativeOperation } from "../compile/native-operation.js";

/**
 * [T, width] angles' cosine and sine, alternating. On a backend without complex numbers three tensors: the
 * cosine twice over, the sine twice over, and [width, width] what takes a pair (a, b) to (-b, a).
 */
export type Rotary = readonly [tf.Tensor2D] | readonly [tf.Tensor2D, tf.Tensor2D, tf.Tensor2D];

/** @param scale factor on the result: queries take 1/sqrt(width) along */
export function rotary(length: number, width: number, theta: number, scale: number): Rotary {
  const complex = hasNativeOperation("Bitcast");
  const table = new Float32Array(length * width);
  const sines = new Float32Array(length * width);
  for (let j = 0; j < width / 2; j++) {
    // The frequency is rounded to float32 as the public code does, so that long positions agree with it.
    const frequency = Math.fround(1 / Math.pow(theta, (2 * j) / width));
    for (let p = 0; p < length; p++) {
      const angle = Math.fround(p * frequency);
      const [i, cos, sin] = [p * width + 2 * j, scale * Math.cos(angle), scale * Math.sin(angle)];
      table[i] = cos;
      table[i + 1] = complex ? sin : cos;
      sines[i] = sines[i + 1] = sin;
    }
  }
  const shape: [number, number] = [length, width];
  if (complex) return [tf.tensor2d(table, shape)];
  return [tf.tensor2d(table, shape), tf.tensor2d(sines, shape), quarterTurn(width)];
}

/** The turn of nothing, for queries and keys of two sequences whose positions do not belong together. */
export function identityRotary(length: number, width: number, scale: number): Rotary {
  return rotaryAt(rotary(1, width, 1, scale), tf.zeros([1, length], "int32"), 1);
}

function quarterTurn(width: number): tf.Tensor2D {
  const values = new Float32Array(width * width);
  for (let j = 0; j < width; j += 2) {
    values[(j + 1) * width + j] = -1;
    values[j * width + j + 1] = 1;
  }
  return tf.tensor2d(values, [width, width]);
}

/**
 * The rotations of the positions [B, R], each row of them `copies` times in a row: [B * copies * R, width].
 */
export function rotaryAt([table, sin, matrix]: Rotary, positions: tf.Tensor2D, copies: number): Rotary {
  const at = (x: tf.Tensor2D): tf.Tensor2D => {
    const [b, r] = positions.shape;
    const rows = tf.reshape(tf.gather(x, positions), [b, 1, r, x.shape[1]]);
    return tf.reshape(copies === 1 ? rows : tf.tile(rows, [1, copies, 1, 1]), [b * copies * r, x.shape[1]]);
  };
  return sin === undefined ? [at(table)] : [at(table), at(sin), matrix as tf.Tensor2D];
}

/**
 * Every pair of x turned by its position's angle; with `inverse` turned back, which is also the gradient.
 * @param x [rows, T, width], pairs side by side
 */
export function rotate(x: tf.Tensor3D, [table, sin, matrix]: Rotary, inverse: boolean): tf.Tensor3D {
  const [rows, length, width] = x.shape;
  if (sin !== undefined) {
    const turned = tf.reshape(
      tf.matMul(tf.reshape(x, [rows * length, width]), matrix as tf.Tensor2D),
      x.shape,
    );
    const across = tf.mul(turned, sin);
    return inverse ? tf.sub(tf.mul(x, table), across) : tf.add(tf.mul(x, table), across);
  }
  const pairs = (length * width) / 2;
  const angles = asComplex(tf.reshape(table, [pairs, 2]));
  const product = nativeOperation("Mul", { T: { dtype: "complex64" } }, [
    asComplex(tf.reshape(x, [rows, pairs, 2])),
    inverse ? nativeOperation("Conj", { T: { dtype: "complex64" } }, [angles]) : angles,
  ]);
  return tf.reshape(bitcast(product, "float32"), x.shape);
}

const asComplex = (x: tf.Tensor): tf.Tensor => bitcast(x, "complex64");

/** The same bytes as numbers of another dtype: pairs of floats are complex numbers. No copy is made. */
function bitcast(x: tf.Tensor, dtype: "float32" | "complex64"): tf.Tensor {
  return nativeOperation("Bitcast", { T: { dtype: x.dtype }, type: { dtype } }, [x]);
}
