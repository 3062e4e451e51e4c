/** The study of chains: what counts as valid, and that one token at a time samples the chain itself. */
import { beforeAll, expect, it } from "vitest";
import { Rng } from "../../src/lib/core/rng.js";
import { decodeConfig } from "../../src/lib/decode/config.js";
import type { DecodeConfig } from "../../src/lib/decode/types.js";
import { decode } from "../../src/lib/decode/decode.js";
import { chainLogLikelihood, markovDenoiser } from "../../src/lib/model/markov-chain.js";
import { useBackend } from "../../src/lib/runtime/backend.js";
import { isValid, markovChain } from "../../src/lib/study/markov-study.js";

beforeAll(async () => {
  await useBackend();
});

it(
  "a sequence is valid when every token is its parent's state or one of the two after it, on the " + "ring",
  () => {
    expect(isValid([5, 5, 0, 1, 3, 5, 1], 1)).toBe(true);
    expect(isValid([5, 4], 1)).toBe(false);
    expect(isValid([0, 3], 1)).toBe(false);
    expect(isValid([0, 3, 1, 4], 2)).toBe(true);
  },
);

async function share(method: Partial<DecodeConfig>, lag: number, n: number) {
  const rngs = Array.from({ length: n }, (_, i) => Rng.fromSeed(1).split(i));
  const config = decodeConfig(16, {
    ...{ temperature: 1, topP: 1 },
    ...method,
  });
  const chain = markovChain(lag);
  const ts = await decode(
    markovDenoiser(chain),
    rngs.map(() => new Int32Array()),
    config,
    rngs,
  );
  return {
    valid: ts.filter(t => isValid(t.completionIds, lag)).length / n,
    logLikelihood: ts.reduce((sum, t) => sum + chainLogLikelihood(chain, t.completionIds), 0) / n,
  };
}

it("one token at a time draws from the chain: valid, at the chain's own entropy", async () => {
  const n = 150;
  const { valid, logLikelihood } = await share(
    { tieRule: "random", remasking: "neg-entropy-untempered" },
    1,
    n,
  );
  expect(valid).toBe(1);
  const step = [0.5, 0.3, 0.2].map(p => p * Math.log(p));
  const perStep = step.reduce((a, b) => a + b);
  const variance = [0.5, 0.3, 0.2].reduce((sum, p) => sum + p * (Math.log(p) - perStep) ** 2, 0);
  // four standard errors of a mean of n sequences with 15 steps each
  const bound = 4 * Math.sqrt((15 * variance) / n);
  const own = Math.log(1 / 6) + 15 * perStep;
  expect(Math.abs(logLikelihood - own)).toBeLessThan(bound);
  // By the probability of what was drawn, probable tokens are committed first, and the draws are biased.
  const biased = await share({ tieRule: "random", remasking: "probability-untempered" }, 1, n);
  expect(biased.logLikelihood - own).toBeGreaterThan(1);
});

it("the dilated schedule keeps a chain of neighbours and breaks one at its stride", async () => {
  const policy = { name: "dilated" } as const;
  const near = await share({ policy }, 1, 60);
  const far = await share({ policy }, 8, 60);
  expect(near.valid).toBeGreaterThan(far.valid + 0.2);
});
