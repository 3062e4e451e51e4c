/** The worked example of the loss, and what its two kinds of error measure. */
import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, expect, it } from "vitest";
import { fusionLoss, totalLoss, type ErrorKind } from "../../../src/lib/methods/codefusion/loss.js";
import { useBackend } from "../../../src/lib/runtime/backend.js";

beforeAll(async () => {
  await useBackend();
});

/** ehat is 0.5 away from e, D_s = (0.2, 0.9), L(y) = (0, 1), p(y) = 0.8. */
function terms(errors: ErrorKind) {
  const loss = fusionLoss(
    {
      predicted: tf.tensor2d([[0.3, 0.4]]),
      actual: tf.tensor2d([[0, 0]]),
      states: tf.tensor2d([[0.2, 0.9]]),
      embeddings: tf.tensor2d([[0, 1]]),
      logits: tf.tensor2d([[Math.log(0.2), Math.log(0.8)]]),
      targets: tf.tensor1d([1], "int32"),
    },
    errors,
  );
  return [loss.denoising, loss.embedding, loss.crossEntropy, totalLoss(loss)].map(x => x.dataSync()[0]);
}

it("by plain norms is 0.5 + 0.223607 + 0.223144 = 0.946750", () => {
  [0.5, 0.223607, 0.223144, 0.94675].forEach((value, i) => expect(terms("norms")[i]).toBeCloseTo(value, 5));
});

it("by mean squares averages over coordinates: 0.125 + 0.025 + 0.223144", () => {
  [0.125, 0.025, 0.223144, 0.373144].forEach((value, i) =>
    expect(terms("mean squares")[i]).toBeCloseTo(value, 5),
  );
});
