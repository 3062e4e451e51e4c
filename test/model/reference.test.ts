/** Agreement with the authors' PyTorch code on random checkpoints (test/reference; tolerances from its README). */
import { beforeAll, describe, expect, it } from "vitest";
import * as tf from "@tensorflow/tfjs-core";
import { SafetensorsFile } from "../../src/lib/model/safetensors.js";
import { readConfig, readParameters } from "../../src/lib/model/checkpoint.js";
import { createDenoiser } from "../../src/lib/model/denoiser.js";
import { alignedLogits, head, hiddenStates } from "../../src/lib/model/transformer.js";
import { paddingBias } from "../../src/lib/model/attention-mask.js";
import { weightedLoss } from "../../src/lib/diffusion/loss.js";
import { useBackend } from "../../src/lib/run/backend.js";

const dream = "test/reference/dream-tiny";
const llada = "test/reference/llada-tiny";
/** largest float32-float64 difference of the reference is 2.7e-5; asked for by its README */
const logitTolerance = 2e-4;

beforeAll(async () => {
  await useBackend();
});

function tensorOf(file: SafetensorsFile, name: string): tf.Tensor {
  const { dtype, shape } = file.tensors.get(name)!;
  if (dtype === "I32") return tf.tensor(file.readInt32(name), [...shape], "int32");
  return tf.tensor(file.readFloat32(name), [...shape], "float32");
}

/** Largest absolute difference, over the rows where `keep` [B, T] is 1 when given. */
function difference(a: tf.Tensor, b: tf.Tensor, keep?: tf.Tensor): number {
  return tf.tidy(() => {
    const gap = tf.abs(tf.sub(a, b));
    return tf.max(keep ? tf.mul(gap, tf.expandDims(tf.cast(keep, "float32"), -1)) : gap).dataSync()[0];
  });
}

describe("a Dream checkpoint", () => {
  const config = readConfig(dream);
  const load = () => readParameters(dream, config);

  it("gives the reference's hidden states, raw logits and shifted logits", () => {
    const params = load();
    const expected = SafetensorsFile.open(`${dream}/expected_logits.safetensors`);
    const ids = tensorOf(expected, "nopad.input_ids") as tf.Tensor2D;
    const layers: tf.Tensor[] = [];
    const hidden = hiddenStates(params, config, ids, null, h => layers.push(h));
    layers.forEach((h, i) =>
      expect(difference(h, tensorOf(expected, `nopad.hidden.${i}`))).toBeLessThan(logitTolerance),
    );
    expect(
      difference(head(params, config, hidden), tensorOf(expected, "nopad.logits_unshifted")),
    ).toBeLessThan(logitTolerance);
    expect(
      difference(alignedLogits(params, config, ids, null), tensorOf(expected, "nopad.logits_shifted")),
    ).toBeLessThan(logitTolerance);
    expected.close();
  });

  it("gives the same logits for real rows under left padding", () => {
    const params = load();
    const expected = SafetensorsFile.open(`${dream}/expected_logits.safetensors`);
    const ids = tensorOf(expected, "leftpad.input_ids") as tf.Tensor2D;
    const real = tensorOf(expected, "leftpad.attention_mask") as tf.Tensor2D;
    const raw = head(params, config, hiddenStates(params, config, ids, paddingBias(real)));
    expect(difference(raw, tensorOf(expected, "leftpad.logits_unshifted"), real)).toBeLessThan(
      logitTolerance,
    );
    expected.close();
  });

  it("gives the reference's masked-diffusion loss and gradient", () => {
    const params = load();
    const expected = SafetensorsFile.open(`${dream}/expected_loss_grad.safetensors`);
    const [x0, xt, mask, t] = ["x0", "xt", "mask", "t"].map(name => tensorOf(expected, name));
    const weights = tf.div<tf.Tensor2D>(tf.cast(mask, "float32"), tf.mul(tf.expandDims(t, 1), 2));
    const names = [...params.keys()];
    const lossOf = (...p: tf.Tensor[]) =>
      weightedLoss(
        alignedLogits(new Map(names.map((n, i) => [n, p[i]])), config, xt as tf.Tensor2D, null),
        x0 as tf.Tensor2D,
        weights,
      );
    const { value, grads } = tf.valueAndGrads(lossOf)([...params.values()]);
    const loss = expected.readFloat32("loss")[0];
    expect(Math.abs(value.dataSync()[0] - loss) / loss).toBeLessThan(1e-5);
    names.forEach((name, i) => {
      const reference = tensorOf(expected, `grad.${name}`);
      const largest = tf.max(tf.abs(reference)).dataSync()[0];
      expect(difference(grads[i], reference) / largest, name).toBeLessThan(1e-3);
    });
    expected.close();
  });

  it("decodes through a recorded graph that agrees with op by op", () => {
    const denoiser = createDenoiser(config, load());
    const expected = SafetensorsFile.open(`${dream}/expected_logits.safetensors`);
    const ids = tensorOf(expected, "nopad.input_ids") as tf.Tensor2D;
    const shifted = tensorOf(expected, "nopad.logits_shifted");
    const before = tf.memory().numTensors;
    const all = denoiser.logits(ids, null);
    expect(difference(all, shifted)).toBeLessThan(logitTolerance);
    const last = denoiser.completionLogits(ids, null, 5);
    expect(difference(last, tf.slice(shifted, [0, 9, 0], [3, 5, 416]))).toBeLessThan(logitTolerance);
    tf.dispose([all, last]);
    expect(tf.memory().numTensors).toBe(before + 1); // the slice of the reference above
    denoiser.dispose();
    expected.close();
  });
});

describe("a LLaDA checkpoint", () => {
  it("gives the reference's hidden states and logits, padded or not, without a shift", () => {
    const config = readConfig(llada);
    const params = readParameters(llada, config);
    const expected = SafetensorsFile.open(`${llada}/expected_logits.safetensors`);
    const layers: tf.Tensor[] = [];
    const ids = tensorOf(expected, "nopad.input_ids") as tf.Tensor2D;
    const hidden = hiddenStates(params, config, ids, null, h => layers.push(h));
    layers.forEach((h, i) =>
      expect(difference(h, tensorOf(expected, `nopad.hidden.${i}`))).toBeLessThan(logitTolerance),
    );
    expect(difference(head(params, config, hidden), tensorOf(expected, "nopad.logits"))).toBeLessThan(
      logitTolerance,
    );
    const real = tensorOf(expected, "leftpad.attention_mask") as tf.Tensor2D;
    const padded = alignedLogits(
      params,
      config,
      tensorOf(expected, "leftpad.input_ids") as tf.Tensor2D,
      paddingBias(real),
    );
    expect(difference(padded, tensorOf(expected, "leftpad.logits"), real)).toBeLessThan(logitTolerance);
    expected.close();
  });
});
