/**
 * Threshold decoding and its factor variant on frozen confidences
 * (the worked example of arXiv 2505.22618's algorithm).
 */
import { beforeAll, describe, expect, it } from "vitest";
import { countByFactor } from "../../src/lib/decode/threshold.js";
import { useBackend } from "../../src/lib/runtime/backend.js";
import { decodeTable, rounds } from "./decode-table.js";
import { rowsOfConfidence } from "./table-denoiser.js";

beforeAll(async () => {
  await useBackend();
});

const rows = rowsOfConfidence([0.95, 0.4, 0.91, 0.88, 0.97, 0.3]);

describe("threshold decoding", () => {
  it.each([
    [0.9, "0 2 4 | 3 | 1 | 5", 4],
    [0.5, "0 2 3 4 | 1 | 5", 3],
    [1, "4 | 0 | 2 | 3 | 1 | 5", 6],
    [0, "0 1 2 3 4 5", 1],
  ])("at tau %s commits %s, in %i denoiser calls", async (tau, expected, calls) => {
    const t = await decodeTable(rows, { policy: { name: "threshold", tau } });
    expect(rounds(t)).toBe(expected);
    expect(t).toMatchObject({ steps: 6, calls, tokenPositions: calls * 8 });
  });

  it("commits a token whose probability is exactly tau", async () => {
    const t = await decodeTable(rowsOfConfidence([0.9, 0.95]), { policy: { name: "threshold", tau: 0.9 } });
    expect(t.calls).toBe(1);
  });

  it("finishes a block before it looks at the next", async () => {
    const t = await decodeTable(rows, { blockLength: 3, policy: { name: "threshold", tau: 0.9 } });
    expect(rounds(t)).toBe("0 2 | 1 | 4 | 3 | 5");
  });

  it("at tau 1 is plain decoding in blocks of that length", async () => {
    const tau1 = await decodeTable(rows, { blockLength: 3, policy: { name: "threshold", tau: 1 } });
    const plain = await decodeTable(rows, { blockLength: 3, remasking: "probability-untempered" });
    expect([...tau1.order]).toEqual([...plain.order]);
    expect(plain).toMatchObject({ steps: 6, calls: 6, tokenPositions: 48 });
  });

  it("takes more calls the higher tau is", async () => {
    const calls = [];
    for (const tau of [0, 0.35, 0.5, 0.9, 0.96, 1])
      calls.push((await decodeTable(rows, { policy: { name: "threshold", tau } })).calls);
    expect(calls).toEqual([1, 2, 3, 4, 6, 6]);
  });

  it("reads the untempered distribution, whatever temperature proposed the token", async () => {
    const t = await decodeTable(rows, { temperature: 0.1, policy: { name: "threshold", tau: 0.9 } });
    expect(t.calls).toBe(4);
  });

  it("keeps apart what a spacing filter says", async () => {
    // Gap max(2, floor(6 * 3 / 6)) = 3 at first, then 2 with 4 and fewer masks left.
    const t = await decodeTable(rows, { policy: { name: "threshold", tau: 0.5, spacing: 3 } });
    expect(rounds(t)).toBe("0 4 | 2 | 3 | 1 | 5");
  });
});

describe("the factor variant", () => {
  // thresholds of ranks 2 to 5: .6667 .75 .80 .8333 at factor 1; .8333 .875 .90 .9167 at 0.5
  it.each([
    [1, "0 2 3 4 | 1 | 5", 4],
    [0.5, "0 2 4 | 3 | 1 | 5", 3],
  ])("at factor %s commits %s", async (factor, expected, first) => {
    expect(countByFactor([0.97, 0.95, 0.91, 0.88, 0.4, 0.3], factor)).toBe(first);
    expect(rounds(await decodeTable(rows, { policy: { name: "factor", factor } }))).toBe(expected);
  });

  it("stops at the first rank that is refused", () => {
    // Ranks 2, 3, 4 need .5, .6667, .75: at factor 1.5 rank 2 needs .5, rank 3 .625, rank 4 .7.
    expect(countByFactor([0.9, 0.62, 0.62, 0.62], 1.5)).toBe(2);
    expect(countByFactor([0.1], 1)).toBe(1);
  });
});
