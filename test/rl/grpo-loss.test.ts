/** What the loss does at its edges; values and gradients of the public code: test/run/check-reference.test.ts. */
import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, it } from "vitest";
import { grpoLoss, grpoLossDefaults, grpoTerms, type GrpoTargets } from "../../src/lib/rl/grpo-loss.js";
import { useBackend } from "../../src/lib/run/backend.js";

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

function gradient(logps: number[], t: GrpoTargets): number[] {
  return [
    ...tf
      .grad(x => grpoLoss(x as tf.Tensor2D, t, grpoLossDefaults))(tf.tensor2d([logps]))
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
    expect(gradient([above, 0], targets({ old: [0, 0], advantage: -1 }))[0]).toBeCloseTo(1, 5); // 2 / 2 tokens
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
