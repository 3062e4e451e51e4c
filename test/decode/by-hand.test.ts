import { beforeAll, describe, expect, it } from "vitest";
import { loadDenoiser } from "../../src/lib/checkpoints/checkpoint.js";
import { checkpointFolder, testbedTokenizer } from "../../src/lib/checkpoints/testbed.js";
import { Rng } from "../../src/lib/core/rng.js";
import { byHand, type HandPick } from "../../src/lib/decode/by-hand.js";
import { decodeConfig } from "../../src/lib/decode/config.js";
import { decode } from "../../src/lib/decode/decode.js";
import type { DecodeConfig } from "../../src/lib/decode/types.js";
import type { Denoiser } from "../../src/lib/model/denoiser.js";
import { useBackend } from "../../src/lib/runtime/backend.js";

const prompt = testbedTokenizer().encode("loop: take even items, squared, return sum\n");
let denoiser: Denoiser;

beforeAll(async () => {
  await useBackend();
  denoiser = loadDenoiser(checkpointFolder("instruct", 1));
});

async function decoded(picks: readonly HandPick[] | null, overrides: Partial<DecodeConfig> = {}) {
  const config = decodeConfig(36, { tieRule: "random", ...overrides });
  const options = picks === null ? {} : byHand(picks, config);
  const [trajectory] = await decode(denoiser, [prompt], config, [Rng.fromSeed(3)], options);
  return trajectory;
}

describe("a decoding in which a person has a say", () => {
  it("is the decoding itself where nothing is picked, whatever the policy", async () => {
    for (const overrides of [{}, { temperature: 1, topP: 1 }, { policy: { name: "lookahead" } }] as const)
      expect(await decoded([], overrides)).toEqual(await decoded(null, overrides));
  });

  it("commits the picked token where and when it was picked, and changes nothing before", async () => {
    const [plain, token] = [await decoded(null), testbedTokenizer().idOf("odd") ?? 40];
    const position = plain.order[20];
    const picked = await decoded([{ step: 5, position, token }]);
    expect(picked.completionIds[position]).toBe(token);
    expect(picked.stepOf[position]).toBe(5);
    expect([...picked.order.slice(0, 5)]).toEqual([...plain.order.slice(0, 5)]);
    expect([...picked.order].sort((a, b) => a - b)).toEqual(Array.from({ length: 36 }, (_, p) => p));
  });

  it("leaves every position with a token where steps are few and several picks fall into one", async () => {
    const picks = [0, 1, 2].map(position => ({ step: 2, position: 30 + position, token: 0 }));
    const picked = await decoded(picks, { steps: 12 });
    expect([...picked.stepOf.slice(30, 33)]).toEqual([2, 2, 2]);
    expect(Math.min(...picked.stepOf)).toBe(0);
    expect(Math.max(...picked.stepOf)).toBe(11);
  });

  it("leaves a position that is no longer masked as it is", async () => {
    const plain = await decoded(null);
    const position = plain.order[0];
    expect(await decoded([{ step: 9, position, token: 0 }])).toEqual(plain);
  });
});
