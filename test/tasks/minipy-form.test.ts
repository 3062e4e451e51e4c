import { describe, expect, it } from "vitest";
import { minipyProblems } from "../../src/lib/tasks/minipy.js";
import { formOf } from "../../src/lib/tasks/minipy-form.js";

describe("the form of a program", () => {
  it("is the one that the prompt asks for, for every solution", () => {
    const wrong = minipyProblems({ split: "train", count: 900, seed: 3 }).filter(
      problem => formOf(problem.solution) !== problem.form,
    );
    expect(wrong).toEqual([]);
  });

  it.each(["", "```python\ndef f(xs):\n    return xs\n```\n", "for x in xs:", "return [x for x in xs]"])(
    "is none of them for %j",
    text => {
      expect(formOf(text)).toBe("other");
    },
  );
});
