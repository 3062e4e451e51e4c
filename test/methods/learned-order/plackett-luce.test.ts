/**
 * The law of ordered draws: every worked number of DCoLT's
 * unmasking policy, and that `drawByScore` draws from it.
 */
import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, it } from "vitest";
import { Rng } from "../../../src/lib/core/rng.js";
import { drawByScore } from "../../../src/lib/decode/policy.js";
import { groupAdvantages, shuffledWithin } from "../../../src/lib/rl/advantages.js";
import { orderedDraws, orderLogps } from "../../../src/lib/methods/learned-order/plackett-luce.js";
import { useBackend } from "../../../src/lib/runtime/backend.js";

beforeAll(async () => {
  await useBackend();
});

const h = [2, 1, 0, -1];
const all = [0, 1, 2, 3];

function logpOf(scores: tf.Tensor2D, draws: readonly number[], candidates: readonly number[]): tf.Tensor1D {
  const { picked, available } = orderedDraws([candidates], [draws], 4);
  const shape: [number, number, number] = [1, draws.length, 4];
  return orderLogps(scores, {
    picked: tf.tensor3d(picked, shape),
    available: tf.tensor3d(available, shape),
  });
}
const logp = (draws: readonly number[], candidates: readonly number[] = all, scores: readonly number[] = h) =>
  logpOf(tf.tensor2d([[...scores]]), draws, candidates).dataSync()[0];

describe("scores 2, 1, 0, -1, all masked", () => {
  it.each([
    [[0], -0.44019],
    [[0, 2], -1.847796],
    [[2, 0], -2.789202],
    [[0, 1, 2, 3], -1.161057],
    [[3, 2, 1, 0], -7.161057],
  ])("the order %j has logarithm %d", (draws, expected) => {
    expect(logp(draws)).toBeCloseTo(expected, 5);
  });

  it("the set of 0 and 2 has the probability of both its orders", () => {
    expect(Math.exp(logp([0, 2]))).toBeCloseTo(0.157584, 5);
    expect(Math.exp(logp([2, 0]))).toBeCloseTo(0.06147, 5);
    expect(Math.exp(logp([0, 2])) + Math.exp(logp([2, 0]))).toBeCloseTo(0.219054, 5);
    expect(Math.log(Math.exp(logp([0, 2])) + Math.exp(logp([2, 0])))).toBeCloseTo(-1.518435, 4);
  });

  it("the twelve ordered pairs sum to 1", () => {
    const pairs = all.flatMap(a => all.filter(b => b !== a).map(b => [a, b]));
    expect(pairs.length).toBe(12);
    expect(pairs.reduce((sum, pair) => sum + Math.exp(logp(pair)), 0)).toBeCloseTo(1, 5);
  });

  it("where position 1 is already revealed, 0 then 2 has -0.483108", () => {
    expect(logp([0, 2], [0, 2, 3])).toBeCloseTo(-0.483108, 5);
  });

  it("the gradient of 0 then 2 is [.356086 -.902124 .668127 -.122089] and sums to 0", () => {
    const gradient = tf
      .grad(x => logpOf(x as tf.Tensor2D, [0, 2], all).sum())(tf.tensor2d([h]))
      .dataSync();
    [0.356086, -0.902124, 0.668127, -0.122089].forEach((g, i) => expect(gradient[i]).toBeCloseTo(g, 5));
    expect(Array.from(gradient).reduce((a, b) => a + b, 0)).toBeCloseTo(0, 6);
  });

  it("with tokens of probability 0.7 and 0.2 the step has -3.813909", () => {
    expect(logp([0, 2]) + Math.log(0.7) + Math.log(0.2)).toBeCloseTo(-3.813909, 5);
  });
});

it(
  "scores of a thousand neither overflow nor lose the order, and an excluded position gets no " + "gradient",
  () => {
    // float32 near 1000
    expect(logp([0, 1], all, [1000, 999, 0, -1000])).toBeCloseTo(Math.log(1 / (1 + Math.exp(-1))), 3);
    const gradient = tf.grad(x => logpOf(x as tf.Tensor2D, [0], [0, 1]).sum())(
      tf.tensor2d([[1000, 1000, 9999, 0]]),
    );
    expect([...gradient.dataSync()]).toEqual([0.5, -0.5, 0, 0]);
  },
);

it("ordering by score plus Gumbel noise and keeping the first two has exactly this law", () => {
  const n = 40_000;
  const rng = Rng.fromSeed(7);
  const counts = new Map<string, number>();
  for (let i = 0; i < n; i++) {
    const key = drawByScore(all, Float32Array.from(h), 2, 1, rng.split(i)).positions.join();
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  for (const a of all)
    for (const b of all.filter(x => x !== a)) {
      const p = Math.exp(logp([a, b]));
      const share = (counts.get(`${a},${b}`) ?? 0) / n;
      // four standard errors
      expect(Math.abs(share - p), `${a},${b}`).toBeLessThan(4 * Math.sqrt((p * (1 - p)) / n));
    }
});

describe("advantages", () => {
  it("of rewards 1, 1, -1, -1 are +-.865950, of 1, 0, 0, 0 they are 1.4997 and -.4999", () => {
    const standardised = (rewards: number[]) => groupAdvantages(rewards, 4, "group-mean", true);
    [0.86595, 0.86595, -0.86595, -0.86595].forEach((a, i) =>
      expect(standardised([1, 1, -1, -1])[i]).toBeCloseTo(a, 6),
    );
    [1.4997, -0.4999, -0.4999, -0.4999].forEach((a, i) =>
      expect(standardised([1, 0, 0, 0])[i]).toBeCloseTo(a, 4),
    );
    const plusMinus = standardised([1, 1, -1, -1]);
    // 1 and 0 are as good
    standardised([1, 1, 0, 0]).forEach((a, i) => expect(a).toBeCloseTo(plusMinus[i], 3));
  });

  it("of shuffled rewards are the group's own, credited to others of it", () => {
    const rewards = [1, 2, 3, 4, 5, 6, 7, 8];
    const shuffled = shuffledWithin(rewards, 4, Rng.fromSeed(1));
    expect(shuffled).not.toEqual(rewards);
    expect([...shuffled.slice(0, 4)].sort()).toEqual([1, 2, 3, 4]);
    expect([...shuffled.slice(4)].sort()).toEqual([5, 6, 7, 8]);
  });
});
