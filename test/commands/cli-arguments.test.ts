import { describe, expect, it } from "vitest";
import { UserError } from "../../src/lib/core/errors.js";
import { choice, flag, list, number, text, texts, whole } from "../../src/lib/core/schema.js";
import { parseArguments, usage } from "../../src/lib/commands/cli-arguments.js";
import { group, option } from "../../src/lib/commands/option.js";

const command = {
  name: "train",
  summary: "Trains one recipe.",
  example: "--recipe ar --seed 3",
  options: {
    ...group("What is trained", {
      recipe: option(text, "which recipe", { required: true }),
      seed: option(whole(0), "of every draw", { default: 0 }),
    }),
    profile: option(choice(["smoke", "standard"]), "how much", { default: "standard" }),
    rate: option(number("[0, 1]"), "peak learning rate"),
    only: option(list(choice(["f3", "f5", "f8"])), "names"),
    seeds: option(list(whole(1, 9)), "of the runs", { default: [1, 2] }),
    resume: option(flag, "go on"),
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
      seeds: [1, 2],
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
    expect(parse("--recipe", "ar", "--seeds", "3,4").seeds).toEqual([3, 4]);
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
    [["--recipe", "ar", "--seed", "1.5"], "train: --seed=1.5 is no whole number from 0 on; give one"],
    [["--recipe", "ar", "--seed", "-1"], "train: --seed=-1 is no whole number from 0 on; give one"],
    [["--recipe", "ar", "--seed", "three"], 'train: --seed="three" is no whole number from 0 on'],
    [["--recipe", "ar", "--rate", "2"], "train: --rate=2 is outside [0, 1]; give a number within"],
    [["--recipe", "ar", "--rate", ""], 'train: --rate="" is no number; give one in [0, 1]'],
    [["--recipe", "ar", "--rate", "Infinity"], 'train: --rate="Infinity" is no number'],
    [["--recipe", "ar", "--profile", "smok"], 'unknown --profile "smok"; did you mean "smoke"?'],
    [["--recipe", "ar", "--only", "f3,f6"], 'unknown --only "f6"; did you mean "f3"? valid: f3, f5, f8.'],
    [
      ["--recipe", "ar", "--seeds", "1,x"],
      'train: --seeds="x" is no positive whole number; give one from 1 to 9',
    ],
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

it("of a command that takes a command, all that follows belongs to that one", () => {
  const taker = { ...command, options: {}, operand: "COMMAND", takesCommand: true };
  const { operands } = parseArguments(taker, ["train", "--recipe", "ar", "--help"]);
  expect(operands).toEqual(["train", "--recipe", "ar", "--help"]);
  expect(() => parseArguments(taker, ["--recipe", "ar"])).toThrow(/unknown option "--recipe"/);
});

it("the usage has an example, and a line for each option under its heading, with its default", () => {
  const lines = usage(command).split("\n");
  expect(lines[0]).toBe("npm run train -- [options]");
  expect(lines).toContain("Example: npm run train -- --recipe ar --seed 3");
  const heading = (name: string) => lines.indexOf(`${name}:`);
  const line = (form: RegExp) => lines.findIndex(text => form.test(text));
  const [recipe, seed] = [
    /--recipe TEXT +which recipe \(required\)$/,
    /--seed INTEGER +of every draw \(default 0\)$/,
  ];
  const profile = /--profile smoke\|standard +how much \(default standard\)$/;
  const order = [
    ...[heading("What is trained"), line(recipe), line(seed), heading("Options"), line(profile)],
    ...[line(/--only LIST +names$/), line(/--resume +go on$/)],
  ];
  expect(order[0]).toBeGreaterThan(0);
  expect(order).toEqual([...order].sort((a, b) => a - b));
});

describe("texts", () => {
  const ties = {
    name: "ties",
    options: { prompt: option(texts, "texts to complete") },
    operand: "TEXT",
  };

  it("keep their commas, may be repeated, and others may follow", () => {
    const { values, operands } = parseArguments(ties, ["--prompt", "a, b", "--prompt", "c", "d"]);
    expect([values.prompt, operands]).toEqual([["a, b", "c"], ["d"]]);
    expect(parseArguments(ties, []).values.prompt).toEqual([]);
  });
});
