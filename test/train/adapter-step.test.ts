/** An adapter beside its base is the model that it would be merged, in its losses and its gradients. */
import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, expect, it } from "vitest";
import { Rng } from "../../src/lib/core/rng.js";
import { positionLosses } from "../../src/lib/diffusion/loss.js";
import type { DenoiserConfig } from "../../src/lib/model/config.js";
import { applyAdapter, besideWeights, embedWithRows } from "../../src/lib/model/lora.js";
import { newAdapter } from "../../src/lib/model/new-adapter.js";
import { initParameters, type Parameters } from "../../src/lib/model/parameters.js";
import { alignedLogits, hiddenRows } from "../../src/lib/model/transformer.js";
import { useBackend } from "../../src/lib/runtime/backend.js";
import { createAdapterLosses } from "../../src/lib/train/adapter-step.js";
import { lossAndGradients } from "../../src/lib/train/gradients.js";
import type { Batch } from "../../src/lib/train/train-step.js";

const config: DenoiserConfig = {
  ...{ modelType: "Dream", vocabSize: 24, hiddenSize: 16, layers: 2, heads: 4, kvHeads: 2 },
  ...{ intermediateSize: 24, rmsNormEps: 1e-5, ropeTheta: 1e4, qkvBias: false, tieWordEmbeddings: true },
  ...{ shift: true, maskTokenId: 5, eosTokenId: 0, padTokenId: 0, maxPositions: 64 },
};
const rng = Rng.fromSeed(3);
let base: Map<string, tf.Tensor>;
let adapter: ReturnType<typeof newAdapter>;
let batch: Batch;

beforeAll(async () => {
  await useBackend();
  base = initParameters(config, rng.split("base"));
  const fresh = newAdapter(config, base, { rank: 3, alpha: 6, tokens: [5] }, rng.split("adapter"));
  // trained for a while: B is not zero, and the mask's row has moved
  const moved = [...fresh.tensors].map(([name, tensor]): [string, tf.Tensor] => {
    const draws = rng.split(name);
    const noise = Float32Array.from({ length: tensor.size }, () => 0.2 * draws.normal());
    return [name, tf.tidy(() => tf.add(tensor, tf.tensor(noise, tensor.shape)))];
  });
  adapter = { ...fresh, tensors: new Map(moved) };
  const ids = Array.from({ length: 3 * 8 }, (_, i) => (i % 3 === 1 ? 5 : (7 * i) % 24));
  const weights = ids.map((id, i) => (id === 5 && i % 8 !== 0 ? 1 : 0));
  batch = {
    ids: tf.tensor2d(ids, [3, 8], "int32"),
    targets: tf.tensor2d(
      ids.map(id => (id + 11) % 24),
      [3, 8],
      "int32",
    ),
    weights: tf.tensor2d(weights, [3, 8]),
    bias: null,
  };
});

const merged = (tensors: Parameters) => applyAdapter(base, adapter, new Map(tensors));

it("before its first step is the base", () => {
  const fresh = newAdapter(config, base, { rank: 3, alpha: 6, tokens: [5] }, rng.split("adapter"));
  for (const [name, tensor] of applyAdapter(base, fresh))
    expect(tensor.dataSync(), name).toEqual(base.get(name)?.dataSync());
});

it("has the losses of the merged model where something is masked, and 0 elsewhere", () => {
  const losses = createAdapterLosses({ config, base, adapter });
  const values = losses.of(adapter.tensors, batch);
  losses.dispose();
  const expected = tf.tidy(() =>
    tf
      .mul(
        positionLosses(alignedLogits(merged(adapter.tensors), config, batch.ids, null), batch.targets),
        batch.weights,
      )
      .dataSync<"float32">(),
  );
  expected.forEach((loss, i) => {
    expect(values[i]).toBeCloseTo(loss, 4);
  });
  expect(expected.some(loss => loss > 1)).toBe(true);
});

it("has the gradients of the merged model with respect to hidden states, the mask's row included", () => {
  const rows = tf.range(0, 24, 1, "int32");
  const sumOf = (tensors: Parameters, isMerged: boolean): tf.Scalar => {
    const pass = { beside: besideWeights(adapter, tensors), embed: embedWithRows(adapter, tensors) };
    const hidden = isMerged
      ? hiddenRows(merged(tensors), config, batch.ids, null, { rows })
      : hiddenRows(base, config, batch.ids, null, { rows }, pass);
    return tf.sum(tf.sin(tf.mul(hidden, 3)));
  };
  const gradientsOf = (isMerged: boolean): Map<string, Float32Array> => {
    const { loss, gradients } = lossAndGradients(tensors => sumOf(tensors, isMerged), adapter.tensors);
    const values = new Map([...gradients].map(([name, tensor]) => [name, tensor.dataSync<"float32">()]));
    tf.dispose([loss, ...gradients.values()]);
    return values;
  };
  const [own, other] = [gradientsOf(false), gradientsOf(true)];
  for (const [name, values] of own) {
    const largest = Math.max(...(other.get(name) ?? []).map(Math.abs));
    expect(largest, name).toBeGreaterThan(0);
    values.forEach((value, i) => {
      expect(Math.abs(value - (other.get(name)?.[i] ?? NaN)), name).toBeLessThan(1e-4 * largest);
    });
  }
});
