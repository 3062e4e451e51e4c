/** The rows of RL logs from two groups of two answers, counted by hand. */
import { describe, expect, it } from "vitest";
import type { Problem, Trajectory } from "../../src/lib/core/records.js";
import type { GrpoRecord } from "../../src/lib/rl/grpo-trainer.js";
import type { Answer } from "../../src/lib/recipes/rl/rl-answers.js";
import { rlRecipes } from "../../src/lib/recipes/rl/rl-recipes.js";
import { heldOutRow, rlRow } from "../../src/lib/recipes/rl/rl-rows.js";

const loop = "```python\ndef f(xs):\n    r = 0\n    for x in xs:\n        r += x\n    return r\n```\n";
const problem = { id: "p", form: "loop" } as Problem;

function answer(total: number, end: number, text = loop): Answer {
  const [format, code] = [1, (total - 0.5) / 2];
  return {
    problem,
    temperature: 1,
    text,
    end,
    format,
    code,
    total,
    passedBase: code === 1,
    passedPlus: null,
  };
}

/** Four tokens committed in the given order; entropies 1, 2, 3, 4 by position. */
function trajectory(order: readonly number[], tieSteps = 0): Trajectory {
  return {
    completionIds: new Int32Array(4),
    order: Int32Array.from(order),
    entropy: Float32Array.of(1, 2, 3, 4),
    ...{ tieSteps, choiceSteps: 3 },
  } as Trajectory;
}

const trajectories = [
  trajectory([0, 1, 2, 3], 3),
  trajectory([1, 0, 2, 3]),
  trajectory([3, 2, 1, 0]),
  trajectory([0, 1, 2, 3]),
];
const rewarded = [answer(2.5, 2), answer(2.5, 4, "no code"), answer(2.5, 0), answer(0.5, 2)];
const statistics = { kl: 1, klMedian: 0.5, klMax: 9, clipLow: 0.125, clipHigh: 0.25 };
const record = {
  ...{ step: 7, loss: 0.1, gradNorm: 2, rate: 1e-4, trajectories, rewarded, statistics },
  advantages: [0, 0, 2, -2],
} as unknown as GrpoRecord<Answer>;
const row = rlRow("r", { ...rlRecipes[0], groupSize: 2 }, record, 3);

describe("the row of a step", () => {
  it("has the rewards' mean and parts, and the share of groups that teach nothing", () => {
    expect(row).toMatchObject({
      rollouts: 4,
      reward: 2,
      code: 0.75,
      format: 1,
      equalGroups: 0.5,
      seconds: 3,
    });
    expect(row.rewardSd).toBe(1); // squares 0.25 x 3 + 2.25 over 3
    expect(row.advantageSd).toBeCloseTo(Math.sqrt(8 / 3), 12);
  });

  it("adds the two sides of the clip", () => {
    expect(row).toMatchObject({ clipFraction: 0.375, clipLow: 0.125, clipHigh: 0.25, klMax: 9 });
  });

  it("reads entropy up to and including the end token, AR-ness before it, where there is something", () => {
    // positions 0-2, 0-3, 0 and 0-2
    expect(row.entropy).toBeCloseTo((6 + 10 + 1 + 6) / 11, 6);
    // to the end: [0, 1], [1, 0, 2, 3], nothing, [0, 1]
    expect(row.globalArness).toBeCloseTo((1 + 3 / 4 + 1) / 3, 12);
  });

  it("counts ties by steps, lengths, ends, and the forms that are written", () => {
    expect(row).toMatchObject({
      tieShare: 0.25,
      completionLength: 2,
      ended: 0.75,
      loops: 0.75,
      formKept: 0.75,
    });
    expect(row).toMatchObject({ comprehensions: 0, staged: 0 });
  });
});

describe("the row of a held-out problem", () => {
  it("has form asked and written, and no AR-ness for an empty answer", () => {
    const empty = heldOutRow("r", 10, { ...answer(2.5, 0, ""), passedPlus: true }, trajectories[2]);
    expect(empty).toMatchObject({
      step: 10,
      form: "loop",
      formWritten: "other",
      passedBase: true,
      passedPlus: true,
    });
    expect([empty.localArness, empty.globalArness]).toEqual([NaN, NaN]);
  });
});
