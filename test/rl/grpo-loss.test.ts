/**
 * What the loss does at its edges; values and gradients of the public code:
 * test/reference/check-reference.test.ts.
 */
import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, it } from "vitest";
import { exponentBound, exponentKinds, exponentialOf } from "../../src/lib/core/exponent.js";
import {
  grpoLoss,
  grpoLossDefaults,
  grpoTerms,
  type GrpoLossConfig,
  type GrpoTargets,
} from "../../src/lib/rl/grpo-loss.js";
import { useBackend } from "../../src/lib/runtime/backend.js";

beforeAll(async () => {
  await useBackend();
});

function targets(given: { old?: number[]; ref?: number[]; advantage: number; mask?: number[] }): GrpoTargets {
  return {
    oldLogps: given.old ? tf.tensor2d([given.old]) : null,
    refLogps: given.ref ? tf.tensor2d([given.ref]) : null,
    advantages: tf.tensor1d([given.advantage]),
    completionMask: tf.tensor2d([given.mask ?? [1, 1]]),
  };
}

function gradient(logps: number[], t: GrpoTargets, config = grpoLossDefaults): number[] {
  return [
    ...tf
      .grad(x => grpoLoss(x as tf.Tensor2D, t, config))(tf.tensor2d([logps]))
      .dataSync(),
  ];
}

describe("the coupled-GRPO loss", () => {
  it("without old estimates has ratio 1, and its gradient is that of the policy gradient", () => {
    const t = targets({ advantage: 2 });
    expect([...grpoTerms(tf.tensor2d([[-1, -3]]), t, grpoLossDefaults).ratio.dataSync()]).toEqual([1, 1]);
    expect(gradient([-1, -3], t)).toEqual([-1, -1]); // -advantage / tokens
  });

  it("gives no gradient where the clip is active, and keeps it on the other side", () => {
    const above = Math.log(2); // ratio 2, over 1.5
    expect(gradient([above, 0], targets({ old: [0, 0], advantage: 1 }))[0]).toBeCloseTo(0, 6);
    // 2 / 2 tokens
    expect(gradient([above, 0], targets({ old: [0, 0], advantage: -1 }))[0]).toBeCloseTo(1, 5);
  });

  it("drops tokens after the first end token from loss and gradient", () => {
    expect(gradient([-1, -3], targets({ advantage: 2, mask: [1, 0] }))).toEqual([-2, 0]);
  });

  it("with equal rewards only pulls towards the reference", () => {
    const [g] = gradient([-1, -1], targets({ old: [-1, -1], ref: [-0.5, -1], advantage: 0 }));
    expect(g).toBeLessThan(0); // a higher log-probability lowers the loss: the reference lies above
    expect(g).toBeCloseTo((0.01 * (1 - Math.exp(0.5))) / 2, 6);
  });
});

describe("the exponents", () => {
  const bounded: GrpoLossConfig = { ...grpoLossDefaults, beta: 0.2, exponents: "bounded" };

  it.each(exponentKinds)(
    "%s: the gradient is that of finite differences, on both sides of the bound",
    kind => {
      const config = { ...bounded, exponents: kind };
      const logps = [0.3, -1, -1.5, 3.5];
      // ratios exp(0.3), exp(-1), exp(2.5), exp(3.5) with a
      // negative advantage; k3 with differences 0.7, 3.5, -0.5, -3
      const t = targets({ old: [0, 0, -4, 0], ref: [1, 2.5, -2, 0.5], advantage: -1, mask: [1, 1, 1, 1] });
      const loss = (at: number, by: number) =>
        grpoLoss(tf.tensor2d([logps.map((x, i) => x + (i === at ? by : 0))]), t, config).dataSync()[0];
      // float32: the loss is near 12, so that rounding moves the quotient by 1e-4, curvature by 1e-3
      const h = 1e-2;
      gradient(logps, t, config).forEach((g, i) =>
        expect(g).toBeCloseTo((loss(i, h) - loss(i, -h)) / (2 * h), 2),
      );
    },
  );

  it("bounded: exp up to the bound, its tangent beyond", () => {
    const at = (d: number) =>
      grpoTerms(tf.tensor2d([[d, 0]]), targets({ old: [0, 0], advantage: 1 }), bounded);
    expect(at(1.5).ratio.dataSync()[0]).toBeCloseTo(Math.exp(1.5), 5);
    expect(at(exponentBound + 3).ratio.dataSync()[0]).toBeCloseTo(Math.exp(exponentBound) * 4, 4);
    for (const d of [-3, 0, exponentBound, 6])
      expect(at(d).ratio.dataSync()[0]).toBeCloseTo(exponentialOf(d, "bounded"), 4);
  });

  it("bounded: loss and gradient stay finite where the public ones overflow", () => {
    // two log-probabilities 30 nats apart, weighed with (1 + 1/0.2) / 2: a difference of 90 in the exponent
    const t = targets({ old: [-90, 0], ref: [90, 0], advantage: -1 });
    const publicExponents = { ...bounded, exponents: "public" } as const;
    expect(grpoLoss(tf.tensor2d([[0, 0]]), t, publicExponents).dataSync()[0]).toBe(Infinity);
    // ratio and k3 both have difference 90: (e^2 (1 + 88) + 1) / 2 + 0.2 (e^2 (1 + 88) - 90 - 1) / 2
    const value = Math.exp(2) * 89;
    expect(grpoLoss(tf.tensor2d([[0, 0]]), t, bounded).dataSync()[0]).toBeCloseTo(
      (value + 1 + 0.2 * (value - 91)) / 2,
      2,
    );
    // e^2 pushes the log-probability down, 0.2 (e^2 - 1) pulls it back towards the reference
    const [g] = gradient([0, 0], t, bounded);
    expect(g).toBeCloseTo((Math.exp(2) - 0.2 * (Math.exp(2) - 1)) / 2, 4);
  });
});
