/** Stories: every answer is right whichever way it is worked out, and answers are as long as scripts. */
import { describe, expect, it } from "vitest";
import { problemsOf } from "../../../src/lib/checkpoints/testbed.js";
import { Rng } from "../../../src/lib/core/rng.js";
import { stories } from "../../../src/lib/tasks/stories/stories.js";
import {
  answerOf,
  courseOf,
  forms,
  isTold,
  renderAnswer,
  type Story,
} from "../../../src/lib/tasks/stories/story.js";

const test = problemsOf("stories", "test", 600);
const example = (i: number, mistakeShare = 0) =>
  stories.example!(Rng.fromSeed(7).split(i), { mistakeShare, boundaryShare: 0 });

const story: Story = {
  start: [7, 4],
  events: [
    { kind: "gain", who: 0, size: 3 },
    { kind: "gift", who: 0, size: 6 },
    { kind: "loss", who: 1, size: 1 },
  ],
  ...{ question: "apart", form: "steps" },
};
const names = { people: ["ann", "bob"], thing: "eggs" } as const;

describe("a story", () => {
  it("is followed event by event, a gift to the other person", () => {
    expect(courseOf(story)).toEqual([
      [7, 4],
      [10, 4],
      [4, 10],
      [4, 9],
    ]);
    expect(answerOf(story)).toBe(5);
    expect(answerOf({ ...story, question: "together" })).toBe(13);
    expect(isTold({ ...story, start: [1, 4] })).toBe(false);
  });

  it("is worked out in the way that is asked for", () => {
    expect(renderAnswer(story, names, 0)).toBe(
      "ann 7 + 3 = 10\nann 10 - 6 = 4\nbob 4 + 6 = 10\nbob 10 - 1 = 9\napart 9 - 4 = 5\nanswer: 5\n",
    );
    expect(renderAnswer({ ...story, form: "table", question: "first" }, names, 0)).toBe(
      "ann bob\n7 4\n10 4\n4 10\n4 9\nanswer: 4\n",
    );
    expect(renderAnswer({ ...story, form: "ledger" }, names, 0)).toMatch(
      /^ann 7 \+ 3 = 10 - 6 = 4\nbob 4 \+ 6 = 10 - 1 = 9\n/,
    );
  });
});

describe("problems", () => {
  it(
    "are of at least 150 held-out combinations that no training example shows, each form equally " + "often",
    () => {
      const tested = new Set(test.map(({ combination }) => combination));
      expect(tested.size).toBeGreaterThanOrEqual(150);
      expect(
        Array.from({ length: 2000 }, (_, i) => example(i)).filter(e => tested.has(e.combination)),
      ).toEqual([]);
      expect(forms.map(form => test.filter(problem => problem.form === form).length)).toEqual([
        150, 150, 150, 150,
      ]);
    },
  );

  it("are the same for every training seed", () => {
    expect(problemsOf("stories", "test", 40, 2)).toEqual(test.slice(0, 40));
  });

  it("count the final number, whatever stands before it", () => {
    const correct = (text: string, i = 0) => stories.read(text, test[i]);
    expect(test.every((problem, i) => "correct" in correct(problem.solution, i))).toBe(true);
    const { solution } = test[0];
    const answer = /answer: \d+\n$/.exec(solution)![0];
    expect(correct(`nonsense\n${answer}`)).toEqual({ correct: true });
    expect(correct(solution.replace(/answer: (\d+)/, "answer: 1$1"))).toEqual({ correct: false });
    expect(correct("nothing")).toEqual({ correct: false });
  });

  it("have sums that are right in every step", () => {
    for (const { solution } of test)
      for (const [, a, sign, b, sum] of solution.matchAll(/(\d+) ([+-]) (\d+) = (\d+)/g))
        expect(sign === "+" ? Number(a) + Number(b) : Number(a) - Number(b)).toBe(Number(sum));
  });
});

describe("training examples", () => {
  it("end one too low in the share asked for", () => {
    const wrong = Array.from({ length: 400 }, (_, i) => example(i, 0.5).completion !== example(i).completion);
    expect(wrong.filter(Boolean).length / 400).toBeGreaterThan(0.4);
    expect(wrong.filter(Boolean).length / 400).toBeLessThan(0.6);
  });
});
