import { describe, expect, it } from "vitest";
import { UserError } from "../../src/lib/core/errors.js";
import { parseArguments, usage } from "../../src/lib/commands/cli-arguments.js";

const command = {
  name: "train",
  summary: "Trains one recipe.",
  options: {
    recipe: { type: "string", required: true, description: "which recipe" },
    profile: { type: "choice", values: ["smoke", "standard"], default: "standard", description: "how much" },
    seed: { type: "integer", default: 0, min: 0, description: "of every draw" },
    rate: { type: "number", min: 0, max: 1, description: "peak learning rate" },
    only: { type: "list", description: "names" },
    resume: { type: "flag", description: "go on" },
  },
  main: () => Promise.resolve(),
} as const;

const parse = (...argv: string[]) => parseArguments(command, argv).values;

/** The sentence a person would read. */
function refusal(...argv: string[]): string {
  try {
    parse(...argv);
  } catch (error) {
    if (error instanceof UserError) return error.message;
    throw error;
  }
  throw new Error(`${argv.join(" ")} was accepted`);
}

describe("options", () => {
  it("take their declared type; what is left out has its default", () => {
    expect(parse("--recipe", "ar")).toEqual({
      recipe: "ar",
      profile: "standard",
      seed: 0,
      rate: undefined,
      only: [],
      resume: false,
    });
    expect(
      parse("--recipe=ar", "--seed", "3", "--rate", "1e-3", "--resume", "--profile", "smoke"),
    ).toMatchObject({
      seed: 3,
      rate: 0.001,
      resume: true,
      profile: "smoke",
    });
  });

  it("of type list split at commas and add up when repeated", () => {
    expect(parse("--recipe", "ar", "--only", "f3,f5", "--only", "f8").only).toEqual(["f3", "f5", "f8"]);
  });

  it("given twice, the last one counts", () => {
    expect(parse("--recipe", "ar", "--recipe", "adapt").recipe).toBe("adapt");
  });
});

describe("what does not fit is one sentence with cause and remedy", () => {
  it.each([
    [["--recipe", "ar", "--sed", "3"], 'train: unknown option "--sed"; did you mean "--seed"?'],
    [["--recipe", "ar", "-s"], 'train: unknown option "-s"'],
    [["--recipe", "ar", "--toString"], 'unknown option "--toString"'],
    [["--seed", "3"], "train: --recipe is missing; which recipe."],
    [["--recipe"], "train: --recipe needs a value"],
    [["--recipe", "--resume"], "train: --recipe needs a value"],
    [["--recipe", "ar", "--resume=yes"], "train: --resume takes no value"],
    [["--recipe", "ar", "--seed", "1.5"], "train: --seed=1.5 is not a whole number at least 0"],
    [["--recipe", "ar", "--seed", "-1"], "train: --seed=-1 is not a whole number at least 0"],
    [["--recipe", "ar", "--seed", "three"], "train: --seed=three is not a whole number"],
    [["--recipe", "ar", "--rate", "2"], "train: --rate=2 is not a number at least 0 and at most 1"],
    [["--recipe", "ar", "--rate", ""], "train: --rate= is not a number"],
    [["--recipe", "ar", "--rate", "Infinity"], "train: --rate=Infinity is not a number"],
    [["--recipe", "ar", "--profile", "smok"], 'unknown --profile "smok"; did you mean "smoke"?'],
    [["--recipe", "ar", "extra"], 'train: unexpected argument "extra"'],
  ])("%j", (argv, expected) => {
    const sentence = refusal(...argv);
    expect(sentence).toContain(expected);
    expect(sentence.split("\n")).toHaveLength(1);
  });
});

describe("free arguments", () => {
  it("are handed over where the command names them", () => {
    const { operands, values } = parseArguments({ ...command, operand: "FILE" }, [
      "a.ts",
      "--recipe",
      "ar",
      "b.ts",
    ]);
    expect(operands).toEqual(["a.ts", "b.ts"]);
    expect(values.recipe).toBe("ar");
  });
});

it("the usage has a line for each option with its values, default and whether it must be there", () => {
  const text = usage(command);
  expect(text).toContain("npm run train -- [options]");
  expect(text).toMatch(/--recipe STRING +which recipe \(required\)/);
  expect(text).toMatch(/--profile smoke\|standard +how much \(default standard\)/);
  expect(text).toMatch(/--seed INTEGER +of every draw \(default 0\)/);
  expect(text).toMatch(/--resume +go on/);
});

describe("texts", () => {
  const texts = {
    name: "ties",
    options: { prompt: { type: "texts", description: "texts to complete" } },
    operand: "TEXT",
  } as const;

  it("keep their commas, may be repeated, and others may follow", () => {
    const { values, operands } = parseArguments(texts, ["--prompt", "a, b", "--prompt", "c", "d"]);
    expect([values.prompt, operands]).toEqual([["a, b", "c"], ["d"]]);
    expect(parseArguments(texts, []).values.prompt).toEqual([]);
  });
});
