/** The unmasking policy module: what it reads, how it begins, its gradient, and its file. */
import * as tf from "@tensorflow/tfjs-core";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { Rng } from "../../../src/lib/core/rng.js";
import type { DenoiserConfig } from "../../../src/lib/model/config.js";
import { readOrderHead, saveOrderHead } from "../../../src/lib/methods/learned-order/checkpoint.js";
import {
  initOrderHead,
  orderHeadShapes,
  orderScores,
  timeFeatures,
  type OrderConditions,
} from "../../../src/lib/methods/learned-order/head.js";
import type { Parameters } from "../../../src/lib/model/parameters.js";
import { useBackend } from "../../../src/lib/runtime/backend.js";

const config: DenoiserConfig = {
  ...{ modelType: "Dream", vocabSize: 11, hiddenSize: 8, layers: 3, heads: 2, kvHeads: 1 },
  ...{ intermediateSize: 12, rmsNormEps: 1e-6, ropeTheta: 10000, qkvBias: true, tieWordEmbeddings: false },
  ...{ shift: true, maskTokenId: 10, eosTokenId: 0, padTokenId: 1, maxPositions: 32 },
};
let head: Parameters;
beforeAll(async () => {
  await useBackend();
  head = initOrderHead(config, Rng.fromSeed(1));
});

/** Every weight drawn, so that nothing is zero. */
function drawn(): Map<string, tf.Tensor> {
  const rng = Rng.fromSeed(2);
  return new Map(
    [...orderHeadShapes(config)].map(([name, shape]) => {
      const size = shape.reduce((a, b) => a * b, 1);
      return [
        name,
        tf.tensor(
          Float32Array.from({ length: size }, () => 0.3 * rng.normal()),
          shape,
        ),
      ];
    }),
  );
}
const hidden = () => {
  const rng = Rng.fromSeed(3);
  return tf.tensor3d(
    Float32Array.from({ length: 2 * 3 * 8 }, () => rng.normal()),
    [2, 3, 8],
  );
};
const conditions = (
  change: Partial<Record<"time" | "masked" | "inBlock", number>> = {},
): OrderConditions => ({
  time: timeFeatures([0.25, change.time ?? 0.25]),
  masked: tf.tensor2d([1, 1, 1, 1, change.masked ?? 1, 1], [2, 3]),
  inBlock: tf.tensor2d([1, 1, 1, 1, change.inBlock ?? 1, 1], [2, 3]),
});
const scores = (parameters: Parameters, c = conditions()) =>
  Array.from(orderScores(parameters, config, hidden(), c).dataSync());

describe("the head", () => {
  it("has one layer of the backbone's shape and scores every completion position", () => {
    const names = [...orderHeadShapes(config).keys()];
    expect(names.filter(name => name.startsWith("model.layers.")).length).toBe(12);
    expect(names.some(name => name.startsWith("model.layers.1") || name.includes("embed"))).toBe(false);
    expect([...head.keys()]).toEqual(names);
    expect(scores(head).length).toBe(6);
  });

  it("begins with scores near 0, so that any order is about as likely, whatever it is told", () => {
    const begun = scores(head);
    // weights of 0.02 on a row of unit variance
    expect(Math.max(...begun.map(Math.abs))).toBeLessThan(4 * 0.02 * Math.sqrt(8));
    // the adaptive norms begin as plain ones
    expect(scores(head, conditions({ masked: 0, time: 0.5 }))).toEqual(begun);
  });

  it.each(["time", "masked", "inBlock"] as const)(
    "reads %s, of its own sequence only, through attention at all its positions",
    key => {
      const [before, after] = [
        scores(drawn()),
        scores(drawn(), conditions({ [key]: key === "time" ? 0.75 : 0 })),
      ];
      expect(after.slice(0, 3)).toEqual(before.slice(0, 3));
      for (const i of [3, 4, 5]) expect(Math.abs(after[i] - before[i])).toBeGreaterThan(1e-4);
    },
  );

  it("has the gradient of finite differences, for every parameter", () => {
    const parameters = drawn();
    const weights = tf.tensor2d([1, -2, 0.5, 1.5, -1, 0.3], [2, 3]);
    const loss = (...values: tf.Tensor[]) => {
      const named = new Map([...parameters.keys()].map((name, i) => [name, values[i]]));
      return tf.sum<tf.Scalar>(tf.mul(orderScores(named, config, hidden(), conditions()), weights));
    };
    const values = [...parameters.values()];
    const { grads } = tf.valueAndGrads(loss)(values);
    [...parameters.keys()].forEach((name, i) => {
      const at = values[i].size - 1;
      const moved = (by: number) => {
        const data = Float32Array.from(values[i].dataSync());
        data[at] += by;
        return loss(...values.map((v, j) => (j === i ? tf.tensor(data, v.shape) : v))).dataSync()[0];
      };
      const h = 1e-2; // float32: rounding moves the quotient by 1e-4, curvature by a few 1e-4
      expect(grads[i].dataSync()[at], name).toBeCloseTo((moved(h) - moved(-h)) / (2 * h), 2);
    });
  });

  it("is told times as cosines and sines, at frequencies from 1 to 1/10000 of a thousandth", () => {
    const features = timeFeatures([0, 0.001]).arraySync();
    expect(features[0].slice(0, 128)).toEqual(new Array(128).fill(1));
    expect(features[0].slice(128)).toEqual(new Array(128).fill(0));
    expect(features[1][0]).toBeCloseTo(Math.cos(1), 6);
    expect(features[1][128 + 127]).toBeCloseTo(Math.sin(10000 ** (-127 / 128)), 6);
  });
});

describe("the head's file", () => {
  const folder = mkdtempSync(join(tmpdir(), "order-head-"));

  it("keeps weights to bf16, the offset, and which backbone it belongs to", () => {
    saveOrderHead(folder, { config, offset: "log-confidence", parameters: drawn() }, "abc");
    const read = readOrderHead(folder, config, "abc");
    expect(read.offset).toBe("log-confidence");
    for (const [name, tensor] of drawn()) {
      const values = (read.parameters.get(name) as tf.Tensor).dataSync();
      tensor
        .dataSync()
        .forEach((x, i) => expect(Math.abs(values[i] - x)).toBeLessThanOrEqual(Math.abs(x) / 256));
    }
    expect(() => readOrderHead(folder, config, "abd")).toThrow(
      /was trained on other weights than those it is to order/,
    );
    rmSync(folder, { recursive: true });
  });
});
