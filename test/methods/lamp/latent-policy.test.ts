/** LAMP's update on the worked example, and its parts one by one. */
import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, it } from "vitest";
import {
  acceptedTokens,
  advantageOf,
  latentDefaults,
  latentGradient,
  latentsOf,
  latentStep,
  type Head,
} from "../../../src/lib/methods/lamp/latent-policy.js";
import { useBackend } from "../../../src/lib/runtime/backend.js";

beforeAll(async () => {
  await useBackend();
});

/** rows (1, 0), (0, 1), (0, 0) */
const weight = () => tf.tensor2d([[1, 0], [0, 1], [0, 0]], [3, 2]); // prettier-ignore
const head: Head = {
  logits: states => tf.matMul(states, tf.transpose(weight())),
  gradient: byLogits => tf.matMul(byLogits, weight()),
};
const rounded = (values: ArrayLike<number>) => Array.from(values, x => Number(x.toFixed(6)));
const config = latentDefaults;

describe("the worked example: z = (0, 0), token 0, rewards 1 and 0", () => {
  const start = () => latentsOf(head, new Float32Array(2), 2, null);

  it("starts even", () => {
    expect(rounded(start().probabilities[0])).toEqual([0.333333, 0.333333, 0.333333]);
  });

  it("moves the latent to (.18, -.09), where the gate still refuses", () => {
    const { baseline, advantage } = advantageOf(0, 1, config);
    expect([baseline, advantage].map(x => Number(x.toFixed(6)))).toEqual([0.1, 0.9]);
    expect(rounded(latentGradient(head, start(), [0], advantage, config))).toEqual([-0.6, 0.3]);
    const moved = latentStep(head, start(), [0], advantage, config, null);
    expect(rounded(moved.current)).toEqual([0.18, -0.09]);
    expect(rounded(moved.probabilities[0])).toEqual([0.384815, 0.29376, 0.321425]);
    expect(acceptedTokens(moved, config)).toEqual([null]);
    expect(acceptedTokens(moved, { acceptProbability: 0.38, acceptGain: 0.05 })).toEqual([0]);
    expect(acceptedTokens(moved, { acceptProbability: 0.38, acceptGain: 0.06 })).toEqual([null]);
  });

  it("has the second policy gradient (.055367, -.026438)", () => {
    const moved = latentStep(head, start(), [0], 0.9, config, null);
    const { baseline, advantage } = advantageOf(0.1, 0, config);
    expect([baseline, advantage].map(x => Number(x.toFixed(6)))).toEqual([0.09, -0.09]);
    const policy = latentGradient(head, moved, [0], advantage, { klWeight: 0, distanceWeight: 0 });
    expect(rounded(policy)).toEqual([0.055367, -0.026438]);
  });
});

it("the gradient is that of the loss, by finite differences, regularisers included", () => {
  const settings = { ...config, klWeight: 0.7, distanceWeight: 0.4 };
  const states = Float32Array.from([0.3, -0.2, 0.5, 0.9]);
  const before = latentsOf(head, states, 2, null);
  const current = Float32Array.from([0.1, 0.4, -0.3, 1.1]);
  const at = (z: Float32Array) => ({
    ...before,
    current: z,
    probabilities: latentsOf(head, z, 2, null).probabilities,
  });
  const [tokens, advantage] = [[2, 1], 0.6];
  const loss = (z: Float32Array) => {
    const { probabilities: q, originalProbabilities: q0 } = at(z);
    const policy = -advantage * tokens.reduce((sum, y, i) => sum + Math.log(q[i][y]), 0);
    const kl = q0.reduce((sum, p, i) => sum + p.reduce((s, x, v) => s + x * Math.log(x / q[i][v]), 0), 0) / 2;
    const distance = z.reduce((sum, x, i) => sum + (x - states[i]) ** 2, 0) / z.length;
    return policy + settings.klWeight * kl + settings.distanceWeight * distance;
  };
  const gradient = latentGradient(head, at(current), tokens, advantage, settings);
  const h = 0.01; // float32 probabilities: rounding about 1e-6 / h, curvature about h^2
  current.forEach((_, i) => {
    const moved = (by: number) => current.map((z, j) => (j === i ? z + by : z));
    expect(Math.abs((loss(moved(h)) - loss(moved(-h))) / (2 * h) - gradient[i])).toBeLessThan(1e-3);
  });
});

it("the excluded token has no probability and no pull", () => {
  const latents = latentsOf(head, new Float32Array(2), 2, 1);
  expect(rounded(latents.probabilities[0])).toEqual([0.5, 0, 0.5]);
  expect(rounded(latentGradient(head, latents, [0], 1, config))).toEqual([-0.5, 0]);
});
