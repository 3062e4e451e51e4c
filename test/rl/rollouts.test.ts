import { describe, expect, it } from "vitest";
import type { Trajectory } from "../../src/lib/core/records.js";
import { rolloutBatch } from "../../src/lib/rl/rollouts.js";

const pause = () => new Promise(resolve => setTimeout(resolve, 5));
const numbered = (i: number) => ({ steps: i }) as Trajectory;

describe("a batch of rollouts", () => {
  it("is rewarded part by part while the next part is decoded, in order", async () => {
    const events: string[] = [];
    const batch = await rolloutBatch(
      5,
      2,
      async (from, to) => {
        events.push(`decode ${from}`);
        await pause();
        return Array.from({ length: to - from }, (_, i) => numbered(from + i));
      },
      async (trajectories, from) => {
        events.push(`reward ${from}`);
        await pause();
        return trajectories.map(t => 10 * t.steps);
      },
    );
    expect(events).toEqual(["decode 0", "reward 0", "decode 2", "reward 2", "decode 4", "reward 4"]);
    expect(batch.trajectories.map(t => t.steps)).toEqual([0, 1, 2, 3, 4]);
    expect(await batch.rewards).toEqual([0, 10, 20, 30, 40]);
  });

  it("reports a failed reward when rewards are asked for, however much is decoded meanwhile", async () => {
    const batch = await rolloutBatch(
      4,
      2,
      async from => {
        await pause();
        return [numbered(from), numbered(from + 1)];
      },
      (_, from) => (from === 0 ? Promise.reject(new Error("no sandbox")) : Promise.resolve([1, 1])),
    );
    await pause();
    await expect(batch.rewards).rejects.toThrow("no sandbox");
  });
});
