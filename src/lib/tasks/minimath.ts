/**
 * MiniMath: word problems of two or three additions and subtractions with
 * numbers 0 to 20, answered step by step. Number tuples, not wordings, are
 * held out: a test problem's calculation stands in no training example.
 */
import type { Problem, Split } from "../core/records.js";
import { Rng } from "../core/rng.js";
import { distinctProblems } from "./distinct-problems.js";
import type { Mistakes, ProblemQuery, SeededTask, TrainingExample } from "./task.js";

export const people = ["ann", "bob", "cleo", "dan", "eve", "finn", "gus", "hana"] as const;
export const things = ["apples", "books", "coins", "shells", "cards", "eggs", "pens", "nuts"] as const;
export const gains = ["buys", "finds", "gets", "makes", "wins"] as const;
export const losses = ["eats", "loses", "sells", "gives", "breaks"] as const;
/** Largest number in any step: few enough sums for a tiny model to learn them all. */
export const largest = 20;

interface Calculation {
  readonly start: number;
  /** signed changes */
  readonly changes: readonly number[];
}

/** `count` problems of a split, no two with the same calculation. */
export function minimathProblems(query: ProblemQuery): Problem[] {
  return distinctProblems("minimath", query, rng => {
    const calculation = drawCalculation(rng.split("numbers"), query.split);
    return {
      key: calculationKey(calculation),
      problem: () => {
        const { prompt, completion, form } = tell(calculation, rng.split("words"), 0);
        return { prompt, solution: completion, form };
      },
    };
  });
}

/** One training example out of the endless stream: a function of `rng` alone. */
export function minimathExample(rng: Rng, { mistakeShare }: Mistakes): TrainingExample {
  const calculation = drawCalculation(rng.split("numbers"), "train");
  return tell(calculation, rng.split("words"), mistakeShare);
}

export const minimath: SeededTask = {
  name: "minimath",
  about: "word problems of the testbed, by their final number",
  problems: minimathProblems,
  read: (text, { solution }) => ({ correct: minimathAnswer(text) === minimathAnswer(solution) }),
  example: minimathExample,
};

/** The number that an answer ends in, or null. */
export function minimathAnswer(text: string): number | null {
  const match = /answer: (\d+)\n?$/.exec(text);
  return match === null ? null : Number(match[1]);
}

function drawCalculation(rng: Rng, split: Split): Calculation {
  for (let draw = 0; ; draw++) {
    const r = rng.split(draw);
    const start = 1 + r.int(12);
    const count = r.uniform() < 0.6 ? 2 : 3;
    const changes: number[] = [];
    let value = start;
    for (let i = 0; i < count; i++) {
      const size = 1 + r.int(6);
      const sign = r.uniform() < 0.5 ? 1 : -1;
      const change = value + sign * size < 0 || value + sign * size > largest ? -sign * size : sign * size;
      changes.push(change);
      value += change;
    }
    const calculation = { start, changes };
    if (splitOfCalculation(calculation) === split) return calculation;
  }
}

function splitOfCalculation(calculation: Calculation): Split {
  const u = Rng.fromSeed(20250620).split("minimath held out").split(calculationKey(calculation)).uniform();
  return u < 0.07 ? "dev" : u < 0.2 ? "test" : "train";
}

function calculationKey({ start, changes }: Calculation): string {
  return start + changes.map(c => (c < 0 ? `${c}` : `+${c}`)).join("");
}

/**
 * Prompt and answer in words, the answer's form named in the prompt;
 * its last sum is one too low with probability `mistakeShare`.
 */
function tell({ start, changes }: Calculation, rng: Rng, mistakeShare: number): TrainingExample {
  const who = rng.pick(people);
  const what = rng.pick(things);
  const verbs = changes.map(c => rng.pick(c > 0 ? gains : losses));
  const deeds = changes.map((c, i) => `${verbs[i]} ${Math.abs(c)}`);
  const question = rng.pick(["how many?", "how many now?"]);
  const form = rng.pick(["steps", "story"] as const);
  const prompt =
    rng.uniform() < 0.5
      ? `${form}: ${who} has ${start} ${what}, ${deeds.join(", ")}. ${question}\n`
      : `${form}: ${question} ${who} with ${start} ${what} ${deeds.join(", ")}.\n`;
  let value = start;
  const lines = changes.map((c, i) => {
    const right = value + c;
    const last = i === changes.length - 1;
    const slip = last && right > 0 && rng.uniform() < mistakeShare ? -1 : 0;
    const sum = `${value} ${c > 0 ? "+" : "-"} ${Math.abs(c)} = ${right + slip}`;
    value = right + slip;
    return form === "steps" ? `\n${deeds[i]}: ${sum}` : `\n${sum} ${what}`;
  });
  const opening = form === "steps" ? `start: ${start} ${what}` : `${who} has ${start} ${what}`;
  return {
    prompt,
    completion: `${opening}${lines.join("")}\nanswer: ${value}\n`,
    form: `${form}-${changes.length}`,
    combination: calculationKey({ start, changes }),
  };
}
