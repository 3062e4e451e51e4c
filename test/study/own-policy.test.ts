/** A policy written in a cell: decoded, graded, measured like those with a name. */
import { afterAll, expect, it } from "vitest";
import { sampleArness } from "../../src/lib/analysis/arness-by-group.js";
import { runOwnPolicy } from "../../src/lib/study/own-policy.js";
import { closeDecoders } from "../../src/lib/study/workers.js";

afterAll(closeDecoders);

it("runs on the problems of a study, and its samples carry its name, calls and grades", async () => {
  const rows = await runOwnPolicy(
    {
      name: "pairs from both ends",
      policy: ({ masked }) => ({
        positions: [...new Set([masked[0], masked[masked.length - 1]])],
        candidates: masked.length,
        tied: false,
      }),
    },
    { problems: 2, seeds: [1] },
  );
  expect(rows.length).toBe(2);
  for (const row of rows) {
    expect(row).toMatchObject({ policy: "pairs from both ends", calls: 18, seed: 1, task: "minipy" });
    expect(typeof row.passedBase).toBe("boolean");
    // the whole window: 0 35 1 34 ...: every second commit is of the leftmost, and the last
    expect(sampleArness(row, "global", 1, "window")).toBeCloseTo(19 / 36, 6);
  }
});
