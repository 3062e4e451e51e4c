/** Only what is read is computed, and it is what the whole pass would have given. */
import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, it } from "vitest";
import { Rng } from "../../src/lib/core/rng.js";
import { paddingBias } from "../../src/lib/model/attention-mask.js";
import type { DenoiserConfig } from "../../src/lib/model/config.js";
import { createDenoiser } from "../../src/lib/model/denoiser.js";
import { initParameters } from "../../src/lib/model/parameters.js";
import { lossRows } from "../../src/lib/model/read-rows.js";
import { hiddenRows, hiddenStates } from "../../src/lib/model/transformer.js";
import { useBackend } from "../../src/lib/runtime/backend.js";

const config: DenoiserConfig = {
  ...{ modelType: "Dream", vocabSize: 11, hiddenSize: 16, layers: 2, heads: 4, kvHeads: 2 },
  ...{ intermediateSize: 24, rmsNormEps: 1e-6, ropeTheta: 10000, qkvBias: true, tieWordEmbeddings: false },
  ...{ shift: true, maskTokenId: 10, eosTokenId: 0, padTokenId: 1, maxPositions: 32 },
};
const params = () => initParameters(config, Rng.fromSeed(1));
const ids = () =>
  tf.tensor2d(
    [
      [1, 3, 4, 5],
      [6, 7, 8, 9],
      [2, 2, 10, 10],
    ],
    [3, 4],
    "int32",
  );
const attentionMask = () =>
  tf.tensor2d(
    [
      [0, 1, 1, 1],
      [1, 1, 1, 1],
      [1, 1, 1, 1],
    ],
    [3, 4],
    "int32",
  );
const largest = (a: tf.Tensor, b: tf.Tensor) => tf.max(tf.abs(tf.sub(a, b))).dataSync()[0];

beforeAll(async () => {
  await useBackend();
});

describe("rows that are read", () => {
  it("are the rows of the whole pass, as positions of every sequence or as rows of the batch", () => {
    const [p, bias] = [params(), paddingBias(attentionMask())];
    const whole = tf.reshape(hiddenStates(p, config, ids(), bias), [12, 16]);
    const positions = tf.tensor2d([[3, 1], [0, 0], [2, 3]], [3, 2], "int32"); // prettier-ignore
    const rows = tf.tensor1d([3, 1, 4, 4, 10, 11], "int32");
    const expected = tf.gather(whole, rows);
    expect(largest(hiddenRows(p, config, ids(), bias, { positions }), expected)).toBeLessThan(1e-5);
    expect(largest(hiddenRows(p, config, ids(), bias, { rows }), expected)).toBeLessThan(1e-5);
  });

  it("give the logits of chosen positions, in a batch that no number of cores divides", () => {
    const denoiser = createDenoiser(config, params());
    const all = denoiser.logits(ids(), attentionMask());
    const some = denoiser.logitsAt(ids(), attentionMask(), [[3, 1], [0, 2], [2, 3]]); // prettier-ignore
    const places = tf.tensor1d([3, 1, 4, 6, 10, 11], "int32");
    const expected = tf.gather(tf.reshape(all, [12, 11]), places);
    expect(largest(tf.reshape(some, [6, 11]), expected)).toBeLessThan(1e-5);
    expect(
      largest(denoiser.completionLogits(ids(), attentionMask(), 2), tf.slice(all, [0, 2, 0])),
    ).toBeLessThan(1e-5);
    denoiser.dispose();
  });
});

describe("the rows of a loss", () => {
  it("predict the tokens whose weight is not 0, one position to the left under the shift", () => {
    const weights = [0, 1, 0, 2, 0, 0, 0, 0, 3, 0, 0, 0];
    const { rows, tokens } = lossRows(config, weights, 4, 1);
    expect([...tokens].filter(token => token >= 0)).toEqual([1, 3, 8]);
    expect([...rows].slice(0, 3)).toEqual([0, 2, 8]); // position 0 is predicted by itself
  });

  it("are counted from the start of their part, and every part has as many", () => {
    const weights = [0, 1, 0, 2, 0, 0, 0, 0, 3, 0, 0, 0];
    const plan = lossRows({ ...config, shift: false }, weights, 4, 2);
    expect(plan.rowsPerPart).toBe(2); // the first part has 8 rows, of which 2 are read
    expect([...plan.tokens]).toEqual([1, 3, 8, -1]);
    expect([...plan.rows]).toEqual([1, 3, 0, 0]);
  });
});
