/** MiniMath: fixed by its seed, split by its numbers, every written step true, graded by the final number. */
import { describe, expect, it } from "vitest";
import type { Split } from "../../src/lib/core/records.js";
import { Rng } from "../../src/lib/core/rng.js";
import { minimathAnswer, minimathExample, minimathProblems } from "../../src/lib/tasks/minimath.js";

const splits: readonly Split[] = ["train", "dev", "test"];
const problemsOf = (split: Split, count = 200, seed = 1) => minimathProblems({ split, count, seed });

const mistakes = (share: number) => ({ mistakeShare: share, boundaryShare: share });

/** The equations written in an answer, as [left, sign, right, result]. */
function equations(text: string): readonly (readonly [number, string, number, number])[] {
  return [...text.matchAll(/(\d+) ([+-]) (\d+) = (-?\d+)/g)].map(
    ([, a, sign, b, result]) => [Number(a), sign, Number(b), Number(result)] as const,
  );
}
const isTrue = ([a, sign, b, result]: readonly [number, string, number, number]) =>
  (sign === "+" ? a + b : a - b) === result;

describe("problems", () => {
  it("are the same for the same seed, others for another; a longer list begins with the shorter", () => {
    expect(problemsOf("dev")).toEqual(problemsOf("dev"));
    expect(problemsOf("dev", 10)).toEqual(problemsOf("dev").slice(0, 10));
    expect(problemsOf("dev", 10, 2)).not.toEqual(problemsOf("dev", 10));
  });

  it("are answered in two or three true steps that go on from each other, with numbers 0 to 29", () => {
    for (const { solution } of splits.flatMap(split => problemsOf(split))) {
      const steps = equations(solution);
      expect([2, 3]).toContain(steps.length);
      expect(steps.every(isTrue)).toBe(true);
      for (let i = 1; i < steps.length; i++) expect(steps[i][0]).toBe(steps[i - 1][3]);
      expect(steps.flatMap(([a, , b, result]) => [a, b, result]).every(n => n >= 0 && n <= 29)).toBe(true);
      expect(minimathAnswer(solution)).toBe(steps[steps.length - 1][3]);
    }
  });

  it("name in the prompt every number that the first step and the later changes need", () => {
    for (const { prompt, solution } of problemsOf("test")) {
      const steps = equations(solution);
      const needed = [steps[0][0], ...steps.map(([, , b]) => b)];
      expect(prompt.match(/\d+/g)!.map(Number)).toEqual(needed);
    }
  });
});

describe("the split", () => {
  it("keeps the numbers of train, dev and test apart, whatever the seed", () => {
    const seen = splits.map(
      split => new Set([...problemsOf(split), ...problemsOf(split, 200, 2)].map(p => p.combination)),
    );
    for (const [i, a] of seen.entries())
      for (const b of seen.slice(i + 1)) expect([...a].filter(c => b.has(c))).toEqual([]);
  });

  it("shows training examples no held-out numbers", () => {
    const heldOut = new Set([...problemsOf("dev", 300), ...problemsOf("test", 300)].map(p => p.combination));
    const root = Rng.fromSeed(7);
    const shown = Array.from(
      { length: 3000 },
      (_, i) => minimathExample(root.split(i), mistakes(0.2)).combination,
    );
    expect(shown.filter(c => heldOut.has(c))).toEqual([]);
  });
});

describe("a training example", () => {
  const root = Rng.fromSeed(11);
  const examples = (mistakeShare: number) =>
    Array.from({ length: 1000 }, (_, i) => minimathExample(root.split(i), mistakes(mistakeShare)));

  it("is a function of its stream alone", () => {
    expect(examples(0.2)).toEqual(examples(0.2));
  });

  it(
    "has a last sum one too low at the mistake share, and no other mistake; its prompt does not " + "change",
    () => {
      const right = examples(0);
      const slipped = examples(0.8);
      const wrong = (list: typeof right) =>
        list.map(e => equations(e.completion).map(equation => !isTrue(equation)));
      expect(wrong(right).flat().some(Boolean)).toBe(false);
      expect(wrong(slipped).every(steps => !steps.slice(0, -1).some(Boolean))).toBe(true);
      // A result of 0 cannot be one too low.
      const able = right.map(e => (minimathAnswer(e.completion) ?? 0) > 0);
      const n = able.filter(Boolean).length;
      const share = wrong(slipped).filter((steps, e) => able[e] && steps.at(-1)).length / n;
      expect(Math.abs(share - 0.8)).toBeLessThan(4 * Math.sqrt((0.8 * 0.2) / n));
      expect(slipped.map(e => e.prompt)).toEqual(right.map(e => e.prompt));
    },
  );
});

describe("the number an answer ends in", () => {
  it.each([
    ["\nanswer: 12\n", 12],
    ["7 + 5 = 12\nanswer: 12", 12],
    ["answer: 3\nanswer: 4\n", 4],
    ["answer: 3\nand more\n", null],
    ["7 + 5 = 12\n", null],
    ["answer: \n", null],
    ["", null],
  ])("%j is %j", (text, number) => {
    expect(minimathAnswer(text)).toBe(number);
  });
});
