/** The gradients made by hand, against tfjs's own for the same formula and against finite differences. */
import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, it } from "vitest";
import { Rng } from "../../src/lib/core/rng.js";
import { crossEntropy } from "../../src/lib/diffusion/loss.js";
import { attend } from "../../src/lib/model/attention.js";
import { rmsNorm } from "../../src/lib/model/rms-norm.js";
import { rotary } from "../../src/lib/model/rotary.js";
import { takeRows } from "../../src/lib/model/rows.js";
import { gatedSilu } from "../../src/lib/model/swiglu.js";
import { pickedLogps } from "../../src/lib/rl/picked-logps.js";
import { useBackend } from "../../src/lib/runtime/backend.js";

beforeAll(async () => {
  await useBackend();
});

type Fn = (...inputs: tf.Tensor[]) => tf.Tensor;

interface Case {
  readonly fused: Fn;
  /** the same in plain tfjs operations */
  readonly plain: Fn;
  readonly shapes: readonly (readonly number[])[];
}

const int = (values: number[]) => tf.tensor1d(values, "int32");

/**
 * 2 sequences of 3, 4 query heads of width 4 that share 2
 * key heads; the last key of the second sequence is hidden.
 */
const shape = { batch: 2, heads: 4, kvHeads: 2, width: 4, queries: 3, keys: 3 };
const bias = () => tf.tensor4d([0, 0, 0, 0, 0, -1e9], [2, 1, 1, 3]);

/** As the public code writes it: rotate-half, keys repeated, all heads of the batch at once. */
function plainAttention(...[q, k, v]: tf.Tensor[]): tf.Tensor {
  const { batch, heads, kvHeads, width, queries } = shape;
  const angles = tf.outerProduct(tf.range(0, 3), tf.tensor1d([1, 100 ** (-2 / width)]));
  const wide = tf.reshape(tf.concat([angles, angles], 1), [1, 1, queries, width]);
  const split = (x: tf.Tensor, n: number) =>
    tf.transpose(tf.reshape(x, [batch, queries, n, width]), [0, 2, 1, 3]);
  const turn = (x: tf.Tensor) => {
    const [a, b] = tf.split(x, 2, 3);
    return tf.add(tf.mul(x, tf.cos(wide)), tf.mul(tf.concat([tf.neg(b), a], 3), tf.sin(wide)));
  };
  const repeat = (x: tf.Tensor) =>
    tf.concat(
      tf.split(x, kvHeads, 1).flatMap(head => Array.from({ length: heads / kvHeads }, () => head)),
      1,
    );
  const scores = tf.matMul(turn(split(q, heads)), repeat(turn(split(k, kvHeads))), false, true);
  const weights = tf.softmax(tf.add(tf.div(scores, Math.sqrt(width)), bias()));
  const mixed = tf.matMul(weights, repeat(split(v, kvHeads)));
  return tf.reshape(tf.transpose(mixed, [0, 2, 1, 3]), [batch * queries, heads * width]);
}

const cases: Readonly<Record<string, Case>> = {
  RMSNorm: {
    fused: (x, w) => rmsNorm(x as tf.Tensor2D, w as tf.Tensor1D, 1e-6),
    plain: (x, w) => tf.mul(tf.mul(x, tf.rsqrt(tf.add(tf.mean(tf.square(x), -1, true), 1e-6))), w),
    shapes: [[3, 4], [4]], // prettier-ignore
  },
  SwiGLU: {
    fused: (g, u) => gatedSilu(g as tf.Tensor2D, u as tf.Tensor2D),
    plain: (g, u) => tf.mul(tf.mul(g, tf.sigmoid(g)), u),
    shapes: [[3, 4], [3, 4]], // prettier-ignore
  },
  "attention with rotary positions, shared keys and a bias": {
    fused: (q, k, v) => {
      const [queries, keys] = [0.5, 1].map(scale => rotary(3, 4, 100, scale));
      return attend(q as tf.Tensor2D, k as tf.Tensor2D, v as tf.Tensor2D, shape, bias(), { queries, keys });
    },
    plain: plainAttention,
    shapes: [[6, 16], [6, 8], [6, 8]], // prettier-ignore
  },
  "rows of a table, one of them twice": {
    fused: table => takeRows(table as tf.Tensor2D, int([2, 0, 2])),
    plain: table => tf.matMul(tf.cast(tf.oneHot(int([2, 0, 2]), 4), "float32"), table),
    shapes: [[4, 3]],
  },
  "cross-entropy": {
    fused: logits => crossEntropy(logits as tf.Tensor2D, int([1, 0, 4])),
    plain: logits => tf.neg(tf.sum(tf.mul(tf.logSoftmax(logits), tf.oneHot(int([1, 0, 4]), 5)), -1)),
    shapes: [[3, 5]],
  },
  "log-probabilities of several tokens of one row": {
    fused: logits => pickedLogps(logits as tf.Tensor2D, int([1, 1, 0, 1]), int([2, 4, 0, 2])),
    plain: logits => {
      const rows = tf.matMul(tf.cast(tf.oneHot(int([1, 1, 0, 1]), 2), "float32"), tf.logSoftmax(logits));
      return tf.sum(tf.mul(rows, tf.oneHot(int([2, 4, 0, 2]), 5)), -1);
    },
    shapes: [[2, 5]],
  },
};

describe.each(Object.entries(cases))("%s", (name, { fused, plain, shapes }) => {
  const rng = Rng.fromSeed(7).split(name);
  const arrays = shapes.map(dims => {
    const size = dims.reduce((a, b) => a * b, 1);
    return Float32Array.from({ length: size }, () => rng.normal());
  });
  const tensors = (values: readonly Float32Array[]) =>
    values.map((x, i) => tf.tensor(x.slice(), [...shapes[i]]));
  /** A scalar that weighs every element of the result differently. */
  const scalar =
    (fn: Fn) =>
    (...xs: tf.Tensor[]) => {
      const y = fn(...xs);
      return tf.sum<tf.Scalar>(tf.mul(y, tf.cos(tf.reshape(tf.range(0, y.size), y.shape))));
    };

  it("has the value and the gradient of the plain formula", () => {
    const ours = tf.valueAndGrads(scalar(fused))(tensors(arrays));
    const theirs = tf.valueAndGrads(scalar(plain))(tensors(arrays));
    expect(Math.abs(ours.value.dataSync()[0] - theirs.value.dataSync()[0])).toBeLessThan(1e-5);
    ours.grads.forEach((grad, i) => {
      // float32 in another order of operations
      expect(tf.max(tf.abs(tf.sub(grad, theirs.grads[i]))).dataSync()[0], `input ${i}`).toBeLessThan(1e-5);
    });
  });

  it("has the gradient of finite differences", () => {
    const { grads } = tf.valueAndGrads(scalar(fused))(tensors(arrays));
    const step = 1e-2; // float32 rounding 1e-6 / 1e-2; the third derivative times 1e-4 / 6
    const valueAt = (input: number, index: number, change: number) => {
      const moved = arrays.map(x => x.slice());
      moved[input][index] += change;
      return tf.tidy(() => scalar(fused)(...tensors(moved)).dataSync()[0]);
    };
    arrays.forEach((array, input) => {
      const grad = grads[input].dataSync();
      for (let i = 0; i < array.length; i++) {
        const difference = (valueAt(input, i, step) - valueAt(input, i, -step)) / (2 * step);
        expect(Math.abs(difference - grad[i]), `input ${input} element ${i}`).toBeLessThan(3e-3);
      }
    });
  });

  it("leaves no tensor behind", () => {
    const inputs = tensors(arrays);
    const before = tf.memory().numTensors;
    tf.tidy(() => void tf.valueAndGrads(scalar(fused))(inputs));
    expect(tf.memory().numTensors).toBe(before);
  });
});
