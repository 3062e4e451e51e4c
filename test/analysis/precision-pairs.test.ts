import { expect, it } from "vitest";
import { besideFloat32, type RoundedSample } from "../../src/lib/analysis/precision-pairs.js";

const row = (precision: "float32" | "bfloat16", change: Partial<RoundedSample> = {}): RoundedSample => ({
  ...{ precision, checkpoint: "instruct", seed: 1, task: "minipy", problem: "p1", sample: 0 },
  ...{ temperature: 0.2, topP: 0.95, remasking: "neg-entropy", tieRule: "leftmost", steps: 36 },
  ...change,
});

it("a sample in bfloat16 stands beside the same sample in float32, whatever order the logs are in", () => {
  const others: Partial<RoundedSample>[] = [
    ...[{}, { seed: 2 }, { problem: "p2" }, { sample: 1 }],
    ...[{ tieRule: "random" }, { remasking: "neg-entropy-untempered" }, { steps: 18 }, { temperature: 1 }],
  ];
  const rounded = others.map(change => row("bfloat16", change));
  const exact = [...others].reverse().map(change => row("float32", change));
  expect(besideFloat32([...rounded, ...exact])).toEqual(
    rounded.map((own, i) => ({ ...own, exact: row("float32", others[i]) })),
  );
});

it("one that has no other is left out", () => {
  expect(besideFloat32([row("bfloat16"), row("float32", { seed: 2 })])).toEqual([]);
});
