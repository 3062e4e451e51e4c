/** Decoding with soft masks through the same loop, on a random Dream checkpoint. */
import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, it } from "vitest";
import type { Trajectory } from "../../../src/lib/core/records.js";
import { Rng } from "../../../src/lib/core/rng.js";
import { decodeConfig } from "../../../src/lib/decode/config.js";
import type { DecodeConfig, DecodingDenoiser } from "../../../src/lib/decode/types.js";
import { decode } from "../../../src/lib/decode/decode.js";
import { softlyMasked } from "../../../src/lib/methods/soft-masking/denoiser.js";
import { loadDenoiser } from "../../../src/lib/checkpoints/checkpoint.js";
import type { Denoiser } from "../../../src/lib/model/denoiser.js";
import { useBackend } from "../../../src/lib/runtime/backend.js";

let dream: Denoiser;
beforeAll(async () => {
  await useBackend();
  dream = loadDenoiser("test/reference/dream-tiny");
  return () => dream.dispose();
});

/**
 * All of the mask's share goes to the mix, however unsure
 * the model is: entropies of a random model are near ln V.
 */
const soft = (strength: number) => ({ k: 3, strength, steepness: 1, offset: -20 });
const prompts = [Int32Array.of(1, 2, 3), Int32Array.of(4, 5)];

function decoded(denoiser: DecodingDenoiser, of = prompts, overrides: Partial<DecodeConfig> = {}) {
  const config = decodeConfig(8, {
    temperature: 0.7,
    topP: 1,
    remasking: "neg-entropy-untempered",
    ...overrides,
  });
  const rngs = of.map((_, b) => Rng.fromSeed(b));
  return decode(denoiser, of, config, rngs, { trace: true });
}

async function softly(
  strength: number,
  of = prompts,
  overrides: Partial<DecodeConfig> = {},
): Promise<Trajectory[]> {
  const denoiser = softlyMasked(dream, soft(strength));
  try {
    return await decoded(denoiser, of, overrides);
  } finally {
    denoiser.dispose();
  }
}

describe("decoding with soft masks", () => {
  it("of no strength is plain decoding: same tokens, same order, same confidences", async () => {
    const [plain, none] = [await decoded(dream), await softly(0)];
    none.forEach((t, b) => {
      expect([...t.completionIds]).toEqual([...plain[b].completionIds]);
      expect([...t.order]).toEqual([...plain[b].order]);
      expect([...t.confidence]).toEqual([...plain[b].confidence]);
    });
  });

  it("begins with plain masks: only what comes after the first step differs", async () => {
    const [[plain], [mixed]] = [await decoded(dream, [prompts[0]]), await softly(1, [prompts[0]])];
    const at = (t: Trajectory, step: number) => [...t.trace!.entropy.slice(8 * step, 8 * step + 8)];
    expect(at(mixed, 0)).toEqual(at(plain, 0));
    expect(at(mixed, 1)).not.toEqual(at(plain, 1));
  });

  it("gives a sample the same whatever stands beside it, equal canvases too", async () => {
    const pair = await softly(1, [prompts[0], prompts[0]]);
    const [alone] = await softly(1, [prompts[0]]);
    expect([...pair[0].completionIds]).toEqual([...alone.completionIds]);
    expect([...pair[0].order]).toEqual([...alone.order]);
  });

  it("forgets between decodings, and leaks no tensor", async () => {
    const denoiser = softlyMasked(dream, soft(1));
    const first = await decoded(denoiser);
    const tensors = tf.memory().numTensors;
    const again = await decoded(denoiser);
    expect(tf.memory().numTensors).toBe(tensors);
    first.forEach((t, b) => expect([...again[b].confidence]).toEqual([...t.confidence]));
    denoiser.dispose();
  });

  it("refuses candidates and guidance, which its memory cannot follow", async () => {
    await expect(softly(1, prompts, { guidance: 1 })).rejects.toThrow(
      /memory cannot decode 1 candidates a sample with guidance=1 and kvCache=none/,
    );
    const lookahead = { policy: { name: "lookahead" }, steps: 4 } as const;
    await expect(softly(1, prompts, lookahead)).rejects.toThrow(/memory cannot decode [2-9] candidates/);
  });
});
