/** Unmasking policies as plain functions of a state: no model, no tokens. */
import { describe, expect, it } from "vitest";
import { Rng } from "../../src/lib/core/rng.js";
import { decodeConfig } from "../../src/lib/decode/config.js";
import type { DecodeConfig } from "../../src/lib/decode/types.js";
import { policyOf as namedOrQuota } from "../../src/lib/decode/policies.js";
import {
  chooseHighest,
  drawByScore,
  type Choice,
  type UnmaskingPolicy,
  type UnmaskingState,
} from "../../src/lib/decode/policy.js";

/** Without a named policy it is a plain one. */
const policyOf = (config: DecodeConfig) => namedOrQuota(config) as UnmaskingPolicy;

const rng = Rng.fromSeed(3);

function state(
  config: DecodeConfig,
  step: number,
  masked: readonly number[],
  scores: number[],
): UnmaskingState {
  const { steps, completionLength } = config;
  return { step, steps, completionLength, masked, scores: Float32Array.from(scores) };
}

describe("the surest positions", () => {
  const tied = Float32Array.from([0, 1, 0, 0, 0]);
  const all = [0, 1, 2, 3, 4];

  it("are chosen among equals from the left, from the right, or by chance, as the tie rule says", () => {
    expect(chooseHighest(all, tied, 3, "leftmost", rng).positions).toEqual([0, 1, 2]);
    expect(chooseHighest(all, tied, 3, "rightmost", rng).positions).toEqual([1, 3, 4]);
    const chosen = Array.from({ length: 200 }, (_, i) =>
      chooseHighest(all, tied, 3, "random", rng.split(i)).positions.join(),
    );
    expect(new Set(chosen)).toEqual(new Set(["0,1,2", "0,1,3", "0,1,4", "1,2,3", "1,2,4", "1,3,4"]));
  });

  it("are decided by a tie only when equal scores stand on both sides of the cut", () => {
    const decided = (count: number, scores: number[]) =>
      chooseHighest(all, Float32Array.from(scores), count, "leftmost", rng).tied;
    expect(decided(1, [0, 1, 0, 0, 0])).toBe(false);
    expect(decided(2, [0, 1, 0, 0, 0])).toBe(true);
    expect(decided(2, [3, 3, 2, 1, 0])).toBe(false);
    expect(decided(1, [3, 3, 2, 1, 0])).toBe(true);
    expect(decided(0, [0, 0, 0, 0, 0])).toBe(false);
    expect(decided(5, [0, 0, 0, 0, 0])).toBe(false);
  });
});

describe("positions drawn by score (Dream's alg_temp)", () => {
  const scores = Float32Array.from([0.5, 0.3, 0.2], Math.log);
  const n = 20_000;
  /** four standard errors of a share near one half */
  const bound = 4 * Math.sqrt(0.25 / n);
  const share = (count: number, temperature: number, holds: (c: Choice) => boolean) => {
    let hits = 0;
    for (let i = 0; i < n; i++) if (holds(drawByScore([0, 1, 2], scores, count, temperature, rng))) hits++;
    return hits / n;
  };

  it("have weight exp(score / temperature)", () => {
    expect(Math.abs(share(1, 1, c => c.positions[0] === 0) - 0.5)).toBeLessThan(bound);
    expect(Math.abs(share(1, 0.5, c => c.positions[0] === 0) - 0.25 / 0.38)).toBeLessThan(bound);
  });

  it("are drawn without replacement, and come in the order drawn", () => {
    expect(Math.abs(share(2, 1, c => c.positions.join() === "0,1") - 0.5 * (0.3 / 0.5))).toBeLessThan(bound);
    expect(Math.abs(share(2, 1, c => c.positions.join() === "1,0") - 0.3 * (0.5 / 0.7))).toBeLessThan(bound);
  });

  it("are the surest when the temperature is next to nothing", () => {
    expect(share(2, 1e-9, c => c.positions.join() === "0,1")).toBe(1);
  });

  it("are the policy of a configuration that sets algTemperature", () => {
    const config = decodeConfig(4, { steps: 2, algTemperature: 1 });
    const picks = Array.from({ length: 300 }, (_, i) =>
      policyOf(config)(state(config, 0, [0, 1, 2, 3], [0, 0, 0, 0]), rng.split(i)).positions.join(),
    );
    expect(new Set(picks).size).toBe(12);
  });
});

describe("blocks", () => {
  const config = decodeConfig(8, { blockLength: 4, maskProposable: true });
  const rising = [0, 1, 2, 3, 4, 5, 6, 7];

  it("offer no position after the current block", () => {
    expect(policyOf(config)(state(config, 0, rising, rising), rng)).toMatchObject({
      positions: [3],
      candidates: 4,
    });
  });

  it("leave a position that an earlier block did not fill among the candidates, as LLaDA's code does", () => {
    const { positions } = policyOf(config)(state(config, 4, [1, 4, 5, 6, 7], [0, 9, 0, 0, 1, 2, 3, 4]), rng);
    expect(positions).toEqual([1]);
  });

  it("take their quota and no more at the last step", () => {
    expect(policyOf(config)(state(config, 7, [1, 7], rising), rng).positions).toEqual([7]);
  });
});

describe("random order (Dream's origin)", () => {
  const config = decodeConfig(8, { steps: 4, quota: "origin" });
  const masked = [0, 1, 2, 3, 4, 5, 6, 7];

  it("reveals each position with the step's probability, whatever its score", () => {
    const n = 5000;
    const counts = new Float64Array(8);
    for (let i = 0; i < n; i++) {
      for (const p of policyOf(config)(state(config, 1, masked, masked), rng.split(i)).positions) counts[p]++;
    }
    // four standard errors: 4 sqrt(0.333 * 0.667 / 5000) = 0.027
    counts.forEach(count => expect(Math.abs(count / n - 0.332889)).toBeLessThan(0.027));
  });

  it("reveals everything at the last step and calls nothing a tie", () => {
    expect(
      policyOf(config)(
        state(
          config,
          3,
          masked,
          masked.map(() => 0),
        ),
        rng,
      ),
    ).toEqual({
      positions: masked,
      candidates: 8,
      tied: false,
    });
  });
});
