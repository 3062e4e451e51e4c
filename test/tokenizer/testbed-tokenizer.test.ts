/**
 * The testbed's tokenizer: its file is what the vocabulary
 * says, and every text of the tasks goes through it unchanged.
 */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { UserError } from "../../src/lib/core/errors.js";
import { Rng } from "../../src/lib/core/rng.js";
import { minimathExample, minimathProblems } from "../../src/lib/tasks/minimath.js";
import { minipyExample, minipyProblems } from "../../src/lib/tasks/minipy.js";
import { seededTask } from "../../src/lib/tasks/tasks.js";
import { testbedOf } from "../../src/lib/tasks/testbeds.js";
import { specialTokens, testbedPieces } from "../../src/lib/tasks/vocabulary.js";
import { buildTokenizerConfig, buildTokenizerJson } from "../../src/lib/tokenizer/testbed-tokenizer.js";
import { createTokenizer } from "../../src/lib/tokenizer/tokenizer.js";
import { loadTokenizer } from "../../src/lib/checkpoints/tokenizer-file.js";

const folder = "data/tokenizers/testbed";
const tokenizer = loadTokenizer(folder);
const json = (name: string) => JSON.parse(readFileSync(`${folder}/${name}`, "utf8")) as unknown;

const problems = (["train", "dev", "test"] as const).flatMap(split => [
  ...minipyProblems({ split, count: 300, seed: 3 }),
  ...minimathProblems({ split, count: 300, seed: 3 }),
]);
const root = Rng.fromSeed(13);
const examples = Array.from({ length: 3000 }, (_, i) =>
  (i % 2 === 0 ? minipyExample : minimathExample)(root.split(i), { mistakeShare: 0, boundaryShare: 0 }),
);

describe("the file", () => {
  it("is what the vocabulary builds", () => {
    expect(json("tokenizer.json")).toEqual(buildTokenizerJson(testbedPieces, specialTokens));
    expect(json("tokenizer_config.json")).toEqual(buildTokenizerConfig(specialTokens));
  });

  it("has at most 192 tokens, special ones first, no two alike", () => {
    expect(tokenizer.vocabSize).toBeLessThanOrEqual(192);
    expect(tokenizer.vocabSize).toBe(new Set(testbedPieces).size + 3);
    expect(tokenizer.special).toMatchObject({ padId: 0, eosId: 1, maskId: 2 });
  });
});

describe("text", () => {
  it("comes back unchanged from ids", () => {
    const texts = [
      ...problems.flatMap(p => [p.prompt, p.solution]),
      ...examples.flatMap(e => [e.prompt, e.completion]),
    ];
    expect(texts.filter(text => tokenizer.decode(tokenizer.encode(text)) !== text)).toEqual([]);
  });

  it("uses every token of the vocabulary", () => {
    const texts = examples.flatMap(e => [e.prompt, e.completion]);
    const used = new Set(texts.flatMap(text => [...tokenizer.encode(text)]));
    expect(testbedPieces.filter(piece => !used.has(tokenizer.idOf(piece)!))).toEqual([]);
  });

  it("fits the canvas: at most 18 tokens of prompt and 36 of completion", () => {
    const length = (text: string) => tokenizer.encode(text).length;
    expect(
      Math.max(...problems.map(p => length(p.prompt)), ...examples.map(e => length(e.prompt))),
    ).toBeLessThanOrEqual(18);
    expect(
      Math.max(...problems.map(p => length(p.solution)), ...examples.map(e => length(e.completion))),
    ).toBeLessThanOrEqual(36);
  });

  it("is cut at numbers, indentation, fences and `**2`, each one token", () => {
    const spelled = (text: string) => [...tokenizer.encode(text)].map(id => tokenizer.tokenOf(id));
    expect(Array.from({ length: 21 }, (_, n) => spelled(String(n)).length)).toEqual(
      Array<number>(21).fill(1),
    );
    expect(spelled("```python\ndef f(xs):\n    return sum(x**2 for x in xs)\n```\n")).toEqual([
      ..."```python\n|def f(xs):|\n    |return |sum(|x|**2| for x in xs|)|\n```\n".split("|"),
    ]);
  });

  it("skips special tokens on demand", () => {
    const ids = [...tokenizer.encode("sum<|mask|>"), 1, 0];
    expect(tokenizer.decode(ids)).toBe("sum<|mask|><|endoftext|><|pad|>");
    expect(tokenizer.decode(ids, { skipSpecial: true })).toBe("sum");
  });
});

describe("the tokenizer of scripts and stories", () => {
  const { name, pieces, canvas } = testbedOf(["scripts", "stories"]);
  const own = loadTokenizer(`data/tokenizers/${name}`);
  const tasks = ["scripts", "stories"].map(seededTask);
  const problemTexts = tasks.flatMap(task =>
    (["train", "dev", "test"] as const).flatMap(split => task.problems({ split, count: 300, seed: 3 })),
  );
  const exampleTexts = tasks.flatMap(task =>
    Array.from({ length: 2000 }, (_, i) =>
      (task.example as NonNullable<typeof task.example>)(root.split(i), {
        mistakeShare: 0,
        boundaryShare: 0.5,
      }),
    ),
  );
  const prompts = [...problemTexts, ...exampleTexts].map(({ prompt }) => prompt);
  const completions = [...problemTexts.map(p => p.solution), ...exampleTexts.map(e => e.completion)];

  it("is what the vocabulary builds", () => {
    const file = (part: string) =>
      JSON.parse(readFileSync(`data/tokenizers/${name}/${part}`, "utf8")) as unknown;
    expect(file("tokenizer.json")).toEqual(buildTokenizerJson(pieces, specialTokens));
    expect(file("tokenizer_config.json")).toEqual(buildTokenizerConfig(specialTokens));
    expect(own.vocabSize).toBe(new Set(pieces).size + 3);
  });

  it("gives every text back, with every piece in use", () => {
    const texts = [...prompts, ...completions];
    expect(texts.filter(text => own.decode(own.encode(text)) !== text)).toEqual([]);
    const used = new Set(texts.flatMap(text => [...own.encode(text)]));
    expect(pieces.filter(piece => !used.has(own.idOf(piece)!))).toEqual([]);
  });

  it(
    "cuts texts that fit the canvas, programs of 24 to 96 tokens, and answers of stories of like " + "length",
    () => {
      const lengths = (texts: readonly string[]) => texts.map(text => own.encode(text).length);
      expect(Math.max(...lengths(prompts))).toBeLessThanOrEqual(canvas.prompt);
      expect(Math.max(...lengths(completions))).toBeLessThan(canvas.completion);
      const ofTask = (task: string) =>
        lengths(problemTexts.filter(p => p.task === task).map(p => p.solution));
      const [programs, answers] = [ofTask("scripts"), ofTask("stories")];
      expect(Math.min(...programs)).toBeGreaterThanOrEqual(24);
      expect(Math.max(...programs)).toBeLessThanOrEqual(96);
      const average = (values: readonly number[]) => values.reduce((sum, n) => sum + n, 0) / values.length;
      expect(Math.abs(average(programs) / average(answers) - 1)).toBeLessThan(0.1);
    },
  );
});

describe("a closed vocabulary with an unknown token", () => {
  const files = {
    tokenizer: {
      ...buildTokenizerJson(["a", "b", " "], { pad: "<pad>", eos: "<eos>", mask: "<mask>" }),
      model: {
        type: "BPE",
        unk_token: "<pad>",
        ignore_merges: true,
        vocab: { "<pad>": 0, "<eos>": 1, "<mask>": 2, a: 3, b: 4, " ": 5 },
        merges: [],
      },
    },
    config: { mask_token: "<mask>", eos_token: "<eos>", unk_token: "<pad>" },
  };

  it("refuses a text it cannot spell, naming the word", () => {
    const closed = createTokenizer(files, "here");
    expect([...closed.encode("a b")]).toEqual([3, 5, 4]);
    expect(() => closed.encode("a zebra b")).toThrow(UserError);
    expect(() => closed.encode("a zebra b")).toThrow(/"zebra" .* not in the vocabulary of here/);
  });
});
