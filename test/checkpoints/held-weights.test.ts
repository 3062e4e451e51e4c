/** What is decoded with weights held as bfloat16 is to the bit what float32 weights give. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as tf from "@tensorflow/tfjs-core";
import { afterAll, describe, expect, it } from "vitest";
import { readConfig, readParameters } from "../../src/lib/checkpoints/checkpoint.js";
import { writeRandomCheckpoint } from "../../src/lib/checkpoints/random-checkpoint.js";
import { Rng } from "../../src/lib/core/rng.js";
import { decodeConfig } from "../../src/lib/decode/config.js";
import { decode } from "../../src/lib/decode/decode.js";
import { createDenoiser, type Denoiser } from "../../src/lib/model/denoiser.js";
import { asStored } from "../../src/lib/model/held-weight.js";
import { layOut } from "../../src/lib/model/lay-out.js";
import { heldForDecoding } from "../../src/lib/model/weights.js";
import { useBackend } from "../../src/lib/runtime/backend.js";

const root = mkdtempSync(join(tmpdir(), "unmask-held-"));
const native = (await useBackend()).name === "native-cpu";
afterAll(() => rmSync(root, { recursive: true }));

const bytesOf = ({ parameters }: Denoiser) =>
  [...parameters.values()].reduce((sum, { size }) => sum + 4 * size, 0);

/** Two sequences in a recorded graph, all positions; one sequence, one position: another kernel. */
function answers(denoiser: Denoiser): Float32Array[] {
  const ids = tf.tensor2d(
    Array.from({ length: 24 }, (_, i) => (37 * i) % 400),
    [2, 12],
    "int32",
  );
  const row = tf.slice(ids, [0, 0], [1, 12]);
  const given = [
    denoiser.logits(ids, null),
    denoiser.logitsAt(row, null, [[5]]),
    denoiser.logitsAt(row, null, [[3, 7, 9]]),
  ];
  const values = given.map(tensor => tensor.dataSync<"float32">().slice());
  tf.dispose([ids, row, ...given]);
  return values;
}

describe.runIf(native)("weights held as bfloat16", () => {
  const models = [
    ["dream", "untied", false],
    ["dream", "tied", true],
    ["llada", "untied", false],
  ] as const;
  it.each(models)(
    "%s, %s: every logit is that of float32 weights, in half the memory",
    async (family, _, tied) => {
      const folder = join(root, `${family}-${tied}`);
      writeRandomCheckpoint(folder, { shape: "tiny", family, seed: 1, shards: 2, tied });
      const config = readConfig(folder);
      const plain = createDenoiser(config, readParameters(folder, config));
      const held = createDenoiser(config, readParameters(folder, config, heldForDecoding));
      expect(answers(held)).toEqual(answers(plain));
      expect(bytesOf(held) / bytesOf(plain)).toBeLessThan(0.52); // norms and biases are float32
      const prompts = [Int32Array.of(3, 5, 8), Int32Array.of(9)];
      const samples = (denoiser: Denoiser) =>
        decode(denoiser, prompts, decodeConfig(6), [Rng.fromSeed(0), Rng.fromSeed(1)]);
      expect(await samples(held)).toEqual(await samples(plain));
      held.dispose();
      plain.dispose();
    },
  );

  it("a weight of several pieces is put together as it was stored", () => {
    const [out, inner] = [2 * 16 * 79, 4000];
    const bits = Uint16Array.from({ length: out * inner }, (_, i) => (i * 7919) & 0x3fff);
    for (const layout of ["columns", "rows"] as const) {
      const weight = layOut([out, inner], layout, (from, into) =>
        into.set(bits.subarray(from, from + into.length)),
      );
      if (layout === "columns") expect(weight.shape[0]).toBeGreaterThan(1);
      const whole = tf.tidy(() => asStored(weight as tf.Tensor3D));
      const words = new Uint32Array(whole.dataSync<"float32">().slice(0, out * inner).buffer);
      expect(words.every((word, i) => word >>> 16 === bits[i] && (word & 0xffff) === 0)).toBe(true);
      tf.dispose([weight, whole]);
    }
  });
});
