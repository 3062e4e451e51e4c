/** The denoiser's questions: recorded graphs against the reference's logits. */
import { beforeAll, describe, expect, it } from "vitest";
import * as tf from "@tensorflow/tfjs-core";
import type { SafetensorsFile } from "../../src/lib/model/safetensors.js";
import { readConfig, readParameters } from "../../src/lib/checkpoints/checkpoint.js";
import { createDenoiser } from "../../src/lib/model/denoiser.js";
import { useBackend } from "../../src/lib/runtime/backend.js";
import { openSafetensors } from "../../src/lib/checkpoints/safetensors-file.js";

const dream = "test/reference/dream-tiny";
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

/** Largest absolute difference. */
function difference(a: tf.Tensor, b: tf.Tensor): number {
  return tf.tidy(() => tf.max(tf.abs(tf.sub(a, b))).dataSync()[0]);
}

describe("a Dream checkpoint", () => {
  const config = readConfig(dream);
  const load = () => readParameters(dream, config);

  it("decodes through a recorded graph that agrees with op by op", () => {
    const denoiser = createDenoiser(config, load());
    const expected = openSafetensors(`${dream}/expected_logits.safetensors`);
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
