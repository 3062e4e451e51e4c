/**
 * The dilated schedule as its public code makes it, and the policy
 * that follows it. Lists of positions count from 1, as the paper.
 */
import { beforeAll, describe, expect, it } from "vitest";
import { dilatedSchedule } from "../../src/lib/decode/dilated-policy.js";
import { useBackend } from "../../src/lib/runtime/backend.js";
import { decodeTable, rounds } from "./decode-table.js";
import { rowsOfConfidence } from "./table-denoiser.js";

beforeAll(async () => {
  await useBackend();
});

const inWords = (schedule: number[][]) => schedule.map(round => round.map(p => p + 1).join(" ")).join(" | ");

describe("the schedule", () => {
  it.each([
    [8, 2, 1, "1 5 | 3 7 | 2 4 6 8"],
    [16, 2, 1, "1 9 | 5 13 | 3 7 11 15 | 2 4 6 8 10 12 14 16"],
    [16, 4, 1, "1 5 9 13 | 2 3 4 6 7 8 10 11 12 14 15 16"],
    [9, 3, 1, "1 4 7 | 2 3 5 6 8 9"],
    [12, 2, 1, "1 7 | 4 10 | 2 3 5 6 8 9 11 12"],
    [7, 2, 1, "1 4 7 | 2 3 5 6"],
    [16, 2, 2, "1 5 9 13 | 3 7 11 15 | 2 4 6 8 10 12 14 16"],
    [1, 2, 1, "1"],
  ])("of a block of %i, base %i, skip %i is %s", (length, base, skip, expected) => {
    expect(inWords(dilatedSchedule(length, base, skip))).toBe(expected);
  });

  it("has its last round merged where that is smaller than the one before", () => {
    expect(inWords(dilatedSchedule(5, 2))).toBe("1 3 5 2 4");
  });

  it("keeps far apart what is no power of the base", () => {
    expect(dilatedSchedule(27, 3).map(round => round.length)).toEqual([3, 6, 18]);
    expect(dilatedSchedule(16, 3).map(round => round.length)).toEqual([4, 12]);
  });

  it("is refused where there is no first stride", () => {
    expect(() => dilatedSchedule(8, 2, 4)).toThrow(/lower base or skip, or take longer blocks/);
  });
});

describe("dilated decoding", () => {
  const rows = rowsOfConfidence([0.2, 0.9, 0.4, 0.8, 0.7, 0.95, 0.3, 0.6]);

  it("follows the schedule whatever the model says, in as many calls as there are rounds", async () => {
    const t = await decodeTable(rows, { policy: { name: "dilated" } });
    expect(rounds(t)).toBe("0 4 | 2 6 | 1 3 5 7");
    expect(t.calls).toBe(3);
  });

  it("goes through the blocks left to right", async () => {
    const t = await decodeTable(rows, { blockLength: 4, policy: { name: "dilated" } });
    expect(rounds(t)).toBe("0 2 | 1 3 | 4 6 | 5 7");
    expect(t.calls).toBe(4);
  });

  it("puts off tokens below theta to the next round, and reveals all in the last", async () => {
    const t = await decodeTable(rows, { policy: { name: "dilated", theta: 0.5 } });
    expect(rounds(t)).toBe("4 | 0 1 2 3 5 6 7"); // rounds 1, 2 and 3: the second commits nothing
    expect([...t.stepOf]).toEqual([2, 2, 2, 2, 0, 2, 2, 2]);
    expect(t.calls).toBe(3);
    const mild = await decodeTable(rows, { policy: { name: "dilated", theta: 0.3 } });
    expect(rounds(mild)).toBe("4 | 2 6 | 0 1 3 5 7");
  });
});
