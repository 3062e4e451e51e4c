/** What gates read of a logged answer. */
import { expect, it } from "vitest";
import { gateTable } from "../../src/lib/commands/gates-command.js";
import { readingGate } from "../../src/lib/analysis/gates.js";
import { problemsOf } from "../../src/lib/checkpoints/testbed.js";
import { gateProgram } from "../../src/lib/study/gate-study.js";
import { sample } from "../log/example.js";

const prompt = "list: take numbers over 5 and at most 12, negated, return list\n";
const text = "```python\ndef f(xs):\n    return [-x for x in xs if x > 5 and x < 12]\n```\n";

it("an answer's comparisons stand beside those that its prompt asks for, at their numbers", () => {
  expect(gateProgram({ ...sample, prompt, text })).toMatchObject({
    filters: ["over", "atMost"],
    comparisons: [
      { asked: { upward: true, strict: true }, written: { upward: true, strict: true } },
      { asked: { upward: false, strict: false }, written: { upward: false, strict: true } },
    ],
    ...{ passedBase: true, passedPlus: false },
  });
});

it("an answer without a program compares nothing", () => {
  const { program, comparisons } = gateProgram({ ...sample, prompt, text: "def f" });
  expect([program, comparisons.map(({ written }) => written)]).toEqual([null, [null, null]]);
});

it("solutions pass the reading gate, and answers of other problems do not", () => {
  const problems = problemsOf("scripts", "test", 120);
  const rows = (shift: number) =>
    problems.map((p, i) => ({ ...sample, prompt: p.prompt, text: problems[(i + shift) % 120].solution }));
  const table = (shift: number) => gateTable(readingGate("seen", rows(shift).map(gateProgram)));
  expect(table(0).at(-1)).toBe("all gates pass");
  expect(table(1).at(-1)).toMatch(/^[12] of 2 gates fail$/);
});
