import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, it } from "vitest";
import { crossEntropy, positionLosses, weightedLoss } from "../../src/lib/diffusion/loss.js";
import { useBackend } from "../../src/lib/runtime/backend.js";

beforeAll(async () => {
  await useBackend();
});

describe("the masked-diffusion loss", () => {
  it("weighs one masked token of probability 1/4 at t = 1/2 as 2 ln 4 (neighbours.md §11)", () => {
    const logits = tf.tensor3d([[[0, 0, 0, 0]]]);
    const loss = weightedLoss(logits, tf.tensor2d([[2]], [1, 1], "int32"), tf.tensor2d([[1 / 0.5]]));
    expect(loss.dataSync()[0]).toBeCloseTo(2.772589, 5);
  });

  it("is ln V per token for a uniform model", () => {
    const losses = positionLosses(
      tf.zeros([2, 3, 4]),
      tf.tensor2d(
        [
          [0, 1, 2],
          [3, 0, 1],
        ],
        [2, 3],
        "int32",
      ),
    );
    for (const value of losses.dataSync()) expect(value).toBeCloseTo(Math.log(4), 6);
  });

  it("has the gradient softmax minus one-hot", () => {
    const logits = tf.tensor2d([[1, 2, 0.5]]);
    const targets = tf.tensor1d([1], "int32");
    const gradient = tf.grad(x => tf.sum(crossEntropy(x as tf.Tensor2D, targets)))(logits);
    const expected = tf.sub(tf.softmax(logits), tf.tensor2d([[0, 1, 0]]));
    expect(tf.max(tf.abs(tf.sub(gradient, expected))).dataSync()[0]).toBeLessThan(1e-6);
  });
});
