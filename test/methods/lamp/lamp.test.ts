/** LAMP around a small random model: what is edited, what is clamped, and what it costs. */
import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, it } from "vitest";
import { Rng } from "../../../src/lib/core/rng.js";
import { decodeConfig } from "../../../src/lib/decode/config.js";
import { decode } from "../../../src/lib/decode/decode.js";
import {
  editPositions,
  latentAdaptation,
  type CompletionReward,
} from "../../../src/lib/methods/lamp/lamp.js";
import type { DenoiserConfig } from "../../../src/lib/model/config.js";
import { createDenoiser } from "../../../src/lib/model/denoiser.js";
import { initParameters } from "../../../src/lib/model/parameters.js";
import { useBackend } from "../../../src/lib/runtime/backend.js";

const config: DenoiserConfig = {
  ...{ modelType: "Dream", vocabSize: 13, hiddenSize: 16, layers: 2, heads: 4, kvHeads: 2 },
  ...{ intermediateSize: 24, rmsNormEps: 1e-6, ropeTheta: 100, qkvBias: true, tieWordEmbeddings: false },
  ...{ shift: true, maskTokenId: 12, eosTokenId: 0, padTokenId: 1, maxPositions: 64 },
};
const prompts = [[2, 3, 4], [5, 6]].map(ids => Int32Array.from(ids)); // prettier-ignore
const decoding = decodeConfig(10, { remasking: "probability-untempered", temperature: 0.2 });
const rngs = () => prompts.map((_, b) => Rng.fromSeed(b));
const denoiser = () => createDenoiser(config, initParameters(config, Rng.fromSeed(3)), { mode: "op-by-op" });

beforeAll(async () => {
  await useBackend();
});

describe("edits", () => {
  const t = (confidence: number[]) => ({
    completionIds: Int32Array.of(5, 6, 7, 8, 0, 1, 1, 1),
    confidence: Float32Array.from(confidence),
  });

  it("are the least sure tokens up to the end token, a tenth of them and at least one", () => {
    expect(editPositions(t([0.9, 0.2, 0.5, 0.2, 0.8, 0.1, 0.1, 0.1]), 0, 0.1)).toEqual([1]);
    expect(editPositions(t([0.9, 0.2, 0.5, 0.2, 0.8, 0.1, 0.1, 0.1]), 0, 0.6)).toEqual([1, 2, 3]);
  });

  it("may be anywhere where no end token is", () => {
    expect(editPositions(t([0.9, 0.2, 0.5, 0.2, 0.8, 0.1, 0.3, 0.3]), 9, 0.1)).toEqual([5]);
  });
});

describe("a repair", () => {
  const seen: (readonly Int32Array[])[] = [];
  const reward: CompletionReward = completions => {
    seen.push(completions);
    return Promise.resolve(completions.map(ids => (ids.includes(7) ? 1 : 0)));
  };

  it("begins with the plain answer, and keeps it where no edit is accepted", async () => {
    const model = denoiser();
    const plain = await decode(model, prompts, decoding, rngs());
    const repairs = await latentAdaptation(model, prompts, decoding, rngs(), reward, {
      acceptProbability: 1.1,
    });
    repairs.forEach(({ first, completionIds, accepted, edits, calls, callsBeforeLast }, b) => {
      expect([...first.completionIds]).toEqual([...plain[b].completionIds]);
      expect([...completionIds]).toEqual([...plain[b].completionIds]);
      expect([accepted, edits]).toEqual([0, 1]);
      // 10 for the first answer, one for the states, and twice all but the edit
      expect([calls, callsBeforeLast]).toEqual([29, 29]);
    });
    model.dispose();
  });

  it("clamps what is accepted and decodes the rest again", async () => {
    const model = denoiser();
    const before = tf.memory().numTensors;
    const options = { acceptProbability: 0, acceptGain: -1, editShare: 0.3, iterations: 3 };
    seen.length = 0;
    const repairs = await latentAdaptation(model, prompts, decoding, rngs(), reward, options);
    expect(tf.memory().numTensors).toBe(before);
    expect(seen.length).toBe(3);
    repairs.forEach(({ edits, accepted, calls, callsBeforeLast, candidates, first }, b) => {
      expect(accepted).toBe(edits);
      expect(calls).toBe(callsBeforeLast + 10 - edits);
      expect(callsBeforeLast).toBe(first.calls + 1 + 3 * (10 - edits));
      expect(candidates.map(c => c.reward)).toEqual(seen.map(list => (list[b].includes(7) ? 1 : 0)));
    });
    model.dispose();
  });
});
