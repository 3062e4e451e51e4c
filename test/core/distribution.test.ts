/**
 * Distributions on plain arrays. Parity with the public
 * sampler's filters is in test/decode/reference.test.ts.
 */
import { describe, expect, it } from "vitest";
import {
  filteredSoftmax,
  logitDivergence,
  sampleToken,
  summarize,
  type FilterConfig,
} from "../../src/lib/core/distribution.js";
import { UserError } from "../../src/lib/core/errors.js";
import { Rng } from "../../src/lib/core/rng.js";

const open: FilterConfig = { temperature: 1, topP: 1, topK: null };

function distribution(weights: readonly number[], filter: Partial<FilterConfig> = {}): number[] {
  const out = new Float32Array(weights.length);
  filteredSoftmax(Float32Array.from(weights, Math.log), 0, weights.length, { ...open, ...filter }, out);
  return [...out];
}

function expectClose(ours: readonly number[], expected: readonly number[]): void {
  expect(ours).toHaveLength(expected.length);
  // Probabilities are rounded to float32: half a unit in the last place of 1 is 6e-8, logarithms add as much.
  ours.forEach((p, v) => expect(Math.abs(p - expected[v]), `token ${v}`).toBeLessThan(3e-7));
}

/** The filters as their definition reads, with a full sort and in float64. */
function keptByDefinition(logits: readonly number[], { temperature, topP, topK }: FilterConfig): Set<number> {
  const weights = logits.map(x => Math.exp(x / temperature));
  const total = weights.reduce((a, b) => a + b, 0);
  const ranked = weights.map((_, v) => v).sort((a, b) => weights[b] - weights[a]);
  const massBefore = (rank: number) => ranked.slice(0, rank).reduce((sum, v) => sum + weights[v], 0) / total;
  return new Set(
    ranked.filter((_, rank) => (topP === 1 || massBefore(rank) <= topP) && rank < (topK ?? Infinity)),
  );
}

describe("temperature", () => {
  it("raises probabilities to the power 1/T", () => {
    expectClose(distribution([0.6, 0.3, 0.1], { temperature: 0.5 }), [0.36 / 0.46, 0.09 / 0.46, 0.01 / 0.46]);
  });

  it("0 leaves the logits as they are", () => {
    expectClose(distribution([0.6, 0.3, 0.1], { temperature: 0 }), [0.6, 0.3, 0.1]);
  });
});

describe("top-p and top-k", () => {
  const weights = [0.15, 0.5, 0.05, 0.3];

  it("top-p keeps the first token above the threshold", () => {
    expectClose(distribution(weights, { topP: 0.45 }), [0, 1, 0, 0]);
    expectClose(distribution(weights, { topP: 0.7 }), [0, 0.625, 0, 0.375]);
    expectClose(distribution(weights, { topP: 0.9 }), [0.15 / 0.95, 0.5 / 0.95, 0, 0.3 / 0.95]);
  });

  it("top-k keeps the k most probable, and with them what equals the last", () => {
    expectClose(distribution(weights, { topK: 2 }), [0, 0.625, 0, 0.375]);
    expectClose(distribution([0.4, 0.2, 0.2, 0.2], { topK: 2 }), [0.4, 0.2, 0.2, 0.2]);
    expectClose(distribution(weights, { topK: 9 }), weights);
  });

  it("top-p comes before top-k, and the narrower one decides", () => {
    expectClose(distribution(weights, { topP: 0.7, topK: 3 }), [0, 0.625, 0, 0.375]);
    expectClose(distribution(weights, { topP: 0.9, topK: 1 }), [0, 1, 0, 0]);
  });

  it("agree with a full sort on random rows", () => {
    const rng = Rng.fromSeed(5);
    for (let row = 0; row < 300; row++) {
      const logits = Array.from({ length: 50 }, () => Math.fround(rng.normal() * (0.1 + 2 * rng.uniform())));
      const filter = {
        temperature: 0.3 + 1.2 * rng.uniform(),
        topP: rng.pick([1, 0.95, 0.6, 0.05]),
        topK: rng.pick([null, 1, 5, 49]),
      };
      const out = new Float32Array(50);
      filteredSoftmax(Float32Array.from(logits), 0, 50, filter, out);
      const kept = new Set([...out.keys()].filter(v => out[v] > 0));
      expect(kept, JSON.stringify({ row, filter })).toEqual(keptByDefinition(logits, filter));
      expect(Math.abs(out.reduce((a, b) => a + b, 0) - 1)).toBeLessThan(1e-6);
    }
  });
});

describe("a row of a larger array", () => {
  it("is read at its offset and left as it was", () => {
    const logits = Float32Array.from([9, 9, 9, Math.log(0.25), Math.log(0.75), 0, -9, 9]);
    const before = logits.slice();
    const out = new Float32Array(2);
    filteredSoftmax(logits, 3, 2, { temperature: 1, topP: 0.5, topK: null }, out);
    expectClose([...out], [0, 1]);
    expect(logits).toEqual(before);
  });

  it("with minus infinity gives that token nothing", () => {
    expectClose(distribution([0.5, 0, 0.5]), [0.5, 0, 0.5]);
  });

  it.each([[[NaN, 0]], [[Infinity, 0]], [[-Infinity, -Infinity]]])(
    "that offers no choice is refused: %j",
    values => {
      const read = () =>
        filteredSoftmax(Float32Array.from(values), 0, 2, { ...open, topP: 0.9 }, new Float32Array(2));
      expect(read).toThrow(UserError);
      expect(read).toThrow(/NaN or infinity/);
    },
  );
});

describe("a summary", () => {
  it("names the lowest id among the most probable, and the two largest probabilities", () => {
    expect(summarize(Float32Array.from([0.25, 0.375, 0.375]), 3)).toMatchObject({
      argmax: 1,
      top1: 0.375,
      top2: 0.375,
    });
    expect(summarize(Float32Array.from([1]), 1)).toMatchObject({ argmax: 0, top1: 1, top2: 0 });
  });

  it("gives the negative entropy in nats", () => {
    expect(summarize(Float32Array.from([0.5, 0.5]), 2).negEntropy).toBeCloseTo(-Math.LN2, 6);
    expect(summarize(Float32Array.from([0.25, 0.25, 0.25, 0.25]), 4).negEntropy).toBeCloseTo(-Math.log(4), 6);
  });

  it("of a distribution that the filters left one token is exactly 0, however sure the model was", () => {
    // Testbed trap 1: at T 0.2 a lead of 1 in logits is e^5 to 1, and top-p 0.95 leaves a single token.
    const rows = [1, 2, 7].map(lead =>
      Float32Array.from(distribution([Math.exp(lead), 1, 1], { temperature: 0.2, topP: 0.95 })),
    );
    expect(rows.map(row => summarize(row, 3).negEntropy)).toEqual([0, 0, 0]);
  });
});

describe("sampling", () => {
  it("draws every token as often as it is probable", () => {
    const probs = Float32Array.from([0.1, 0, 0.6, 0.3]);
    const rng = Rng.fromSeed(1);
    const n = 40_000;
    const counts = [0, 0, 0, 0];
    for (let i = 0; i < n; i++) counts[sampleToken(probs, 4, rng.uniform())]++;
    expect(counts[1]).toBe(0);
    // Four standard errors of a share: 4 sqrt(p (1 - p) / n) is at most 0.01.
    counts.forEach((count, v) => expect(Math.abs(count / n - probs[v])).toBeLessThan(0.01));
  });

  it("never draws what was filtered, even where rounding leaves the probabilities short of 1", () => {
    const almostOne = 1 - 2 ** -53;
    expect(sampleToken(Float32Array.from([0.3, 0.69999, 0, 0]), 4, almostOne)).toBe(1);
  });

  it("depends on the seed alone", () => {
    const probs = Float32Array.from([0.25, 0.25, 0.25, 0.25]);
    const draw = (seed: number) => {
      const rng = Rng.fromSeed(seed);
      return Array.from({ length: 30 }, () => sampleToken(probs, 4, rng.uniform()));
    };
    expect(draw(1)).toEqual(draw(1));
    expect(draw(1)).not.toEqual(draw(2));
  });
});

describe("KL of two rows of logits", () => {
  const row = (values: readonly number[], index = 0) => ({ values: Float32Array.from(values), index });

  it("is sum p ln(p / q) without the excluded token, whatever is added to all logits", () => {
    const p = row([9, 9, 9, Math.log(0.5), Math.log(0.5), 100], 1);
    const q = row([Math.log(0.75) + 3, Math.log(0.25) + 3, -100]);
    const { divergence, sameBest } = logitDivergence(p, q, 3, 2);
    expect(divergence).toBeCloseTo(0.5 * Math.log(0.5 / 0.75) + 0.5 * Math.log(0.5 / 0.25), 6);
    expect(sameBest).toBe(true);
  });

  it("is 0 for equal rows, and tells where another token is the most probable", () => {
    expect(logitDivergence(row([1, 2, 3]), row([1, 2, 3]), 3, 0)).toEqual({ divergence: 0, sameBest: true });
    expect(logitDivergence(row([5, 1, 2]), row([5, 2, 1]), 3, 0).sameBest).toBe(false);
  });
});
