/** Functions of many axes: what works op by op works as a graph. */
import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, expect, it } from "vitest";
import { compile } from "../../src/lib/compile/compile.js";
import { useBackend } from "../../src/lib/runtime/backend.js";

beforeAll(async () => {
  await useBackend("native");
});

it("softmax of six axes, and its gradient, are the same recorded and op by op", () => {
  const x = tf.randomNormal([2, 3, 1, 2, 2, 3], 0, 1, "float32", 7);
  const softmax = (a: tf.Tensor) => [tf.softmax(a)];
  const gradient = (a: tf.Tensor) => [tf.grad(b => tf.sum(tf.mul(tf.softmax(b), b)))(a)];
  for (const [recorded, plain] of [softmax, gradient].map(fn => [compile(fn)(x), fn(x)])) {
    expect(recorded[0].shape).toEqual(x.shape);
    expect(Math.max(...tf.abs(tf.sub(recorded[0], plain[0])).dataSync())).toBeLessThan(1e-6);
  }
});
