/** Which choices a trajectory holds, and what each weighs. */
import { describe, expect, it } from "vitest";
import type { Trajectory } from "../../../src/lib/core/records.js";
import { orderStates } from "../../../src/lib/methods/learned-order/states.js";
import { weightedStates } from "../../../src/lib/methods/learned-order/trainer.js";

const mask = 9;
/** Six tokens in three steps: 4 then 1, 5 then 0, then what is left. */
const trajectory = {
  promptIds: Int32Array.of(7),
  completionIds: Int32Array.of(1, 2, 3, 4, 5, 6),
  order: Int32Array.of(1, 4, 0, 5, 2, 3),
  drawn: Int32Array.of(4, 1, 5, 0, 2, 3),
  stepOf: Int32Array.of(1, 0, 2, 2, 0, 1),
} as unknown as Trajectory;

describe("the states of a trajectory", () => {
  it("are those at which something was chosen, with the draws in their order", () => {
    const states = orderStates(trajectory, { steps: 3, blockLength: null, maskTokenId: mask });
    expect(states.map(s => [s.step, s.draws])).toEqual([
      [0, [4, 1]],
      [1, [5, 0]],
    ]); // the last step takes whatever is left: its logarithm is 0
    expect([...states[1].completionIds]).toEqual([mask, 2, mask, mask, 5, mask]);
    expect(states[1].candidates).toEqual([0, 2, 3, 5]);
  });

  it("in blocks choose within the block, and not at each block's last step", () => {
    const blocks = {
      ...trajectory,
      drawn: Int32Array.of(2, 0, 1, 5, 3, 4),
      stepOf: Int32Array.of(1, 2, 0, 4, 5, 3),
    };
    const states = orderStates(blocks, { steps: 6, blockLength: 3, maskTokenId: mask });
    expect(states.map(s => [s.step, s.candidates, s.draws])).toEqual([
      [0, [0, 1, 2], [2]],
      [1, [0, 1], [0]],
      [3, [3, 4, 5], [5]],
      [4, [3, 4], [3]],
    ]);
    expect(states[0].masked).toEqual([0, 1, 2, 3, 4, 5]);
  });
});

it(
  "a state weighs A over the steps times the rollouts whose advantage is not 0; equal rewards " +
    "leave none",
  () => {
    const [a, b] = [1, 2].map(() =>
      orderStates(trajectory, { steps: 3, blockLength: null, maskTokenId: mask }),
    );
    const weighted = weightedStates([a, b, a], [0.5, 0, -1], 3);
    expect(weighted.map(w => w.weight)).toEqual([0.5 / 6, 0.5 / 6, -1 / 6, -1 / 6]);
    expect(weightedStates([a, b], [0, 0], 3)).toEqual([]);
  },
);
