/** The worked numbers of the schedule and of noising (abar(u) = 1 - sqrt(u + 1e-4)). */
import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, it } from "vitest";
import {
  noiseOf,
  addNoise,
  reverseStep,
  signalShare,
  startOf,
  stepFeatures,
} from "../../../src/lib/methods/codefusion/schedule.js";
import { useBackend } from "../../../src/lib/runtime/backend.js";

beforeAll(async () => {
  await useBackend();
});

describe("the square-root schedule", () => {
  it.each([
    [0, 0.99],
    [0.001, 0.966834],
    [0.25, 0.4999],
    [0.5, 0.292823],
  ])("at u = %d leaves the share %d", (u, share) => {
    expect(signalShare(u)).toBeCloseTo(share, 6);
  });

  it("falls from step to step and stays above 0, although the formula does not at u = 1", () => {
    const shares = Array.from({ length: 201 }, (_, t) => signalShare(t / 200));
    for (let t = 1; t <= 200; t++) expect(shares[t]).toBeLessThan(shares[t - 1]);
    expect(shares[200]).toBeGreaterThan(0);
  });
});

describe("noise", () => {
  const [start, noise] = [
    [1, 0],
    [0.3, -0.4],
  ];
  const share = () => tf.scalar(signalShare(0.25));

  it("makes (0.919189, -0.282871) of (1, 0) by (0.3, -0.4) at u = 0.25", () => {
    const x = addNoise(tf.tensor1d(start), tf.tensor1d(noise), share()).arraySync();
    expect(x[0]).toBeCloseTo(0.919189, 6);
    expect(x[1]).toBeCloseTo(-0.282871, 6);
  });

  it("that is known gives the start back, and the start the noise", () => {
    const x = addNoise(tf.tensor1d(start), tf.tensor1d(noise), share());
    startOf(x, tf.tensor1d(noise), share())
      .arraySync()
      .forEach((value, i) => expect(value).toBeCloseTo(start[i], 6));
    noiseOf(x, tf.tensor1d(start), share())
      .arraySync()
      .forEach((value, i) => expect(value).toBeCloseTo(noise[i], 6));
  });
});

describe("a denoising step", () => {
  it(
    "keeps the variance that the schedule asks for: noise of x_t and fresh noise together are 1 - " +
      "abar_s",
    () => {
      for (const eta of [0, 0.5, 1]) {
        const { onStart, onNoise, fresh } = reverseStep(signalShare(0.5), signalShare(0.4), eta);
        expect(onStart ** 2 + onNoise ** 2 + fresh ** 2).toBeCloseTo(1, 9);
      }
    },
  );

  it("with eta 1 has the variance and the mean of the DDPM posterior", () => {
    const [t, s] = [signalShare(0.5), signalShare(0.4)];
    const { onStart, onNoise, fresh } = reverseStep(t, s, 1);
    const alpha = t / s;
    expect(fresh ** 2).toBeCloseTo(((1 - s) / (1 - t)) * (1 - alpha), 9);
    // DDPM writes the mean in x_t and x_0 (arXiv 2006.11239, Eq. 7); here x_t = sqrt(t) x_0 + sqrt(1 - t) e.
    const [onX, onX0] = [(Math.sqrt(alpha) * (1 - s)) / (1 - t), (Math.sqrt(s) * (1 - alpha)) / (1 - t)];
    expect(onNoise).toBeCloseTo(onX * Math.sqrt(1 - t), 9);
    expect(onStart).toBeCloseTo(onX0 + onX * Math.sqrt(t), 9);
  });
});

it("features of a step are sines, then cosines, and tell steps apart", () => {
  const [a, b] = [1, 2].map(t => [...stepFeatures(t, 4)]);
  expect(a[0]).toBeCloseTo(Math.sin(1), 6);
  expect(a[2]).toBeCloseTo(Math.cos(1), 6);
  expect(a[1]).toBeCloseTo(Math.sin(0.01), 6);
  expect(a).not.toEqual(b);
});
