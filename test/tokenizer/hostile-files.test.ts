/**
 * Tokenizer files that would hang, abort or lose text: one sentence each, before the work that they ask for.
 */
import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { withinTime } from "../../src/lib/runtime/time-limit.js";
import { UserError } from "../../src/lib/core/errors.js";
import { createTokenizer } from "../../src/lib/tokenizer/tokenizer.js";
import { loadTokenizer } from "../../src/lib/checkpoints/tokenizer-file.js";

const made: string[] = [];
afterAll(() => made.forEach(dir => rmSync(dir, { recursive: true })));

/** Letters a to e and what some of them merge to, an end and a mask token. */
const model = {
  type: "BPE",
  unk_token: null,
  vocab: { a: 0, b: 1, c: 2, d: 3, e: 4, ab: 5, "<end>": 6, "<mask>": 7, " ": 8 },
  merges: ["a b"],
};
const added = (id: number, content: string, flags: object = {}) => ({ id, content, special: true, ...flags });
const valid = {
  normalizer: null,
  pre_tokenizer: null,
  decoder: { type: "Fuse" },
  post_processor: null,
  added_tokens: [added(6, "<end>"), added(7, "<mask>")],
  model,
};
const config = { eos_token: "<end>", mask_token: "<mask>", chat_template: null };
const create = (changes: object, configuration: object = {}) =>
  createTokenizer(
    { tokenizer: { ...valid, ...changes }, config: { ...config, ...configuration } },
    "FOLDER",
    withinTime,
  );
const withModel = (changes: object) => ({ model: { ...model, ...changes } });

/** What is said, in how long. */
function refused(work: () => unknown): string {
  const started = performance.now();
  try {
    work();
  } catch (error) {
    expect(error).toBeInstanceOf(UserError);
    expect(performance.now() - started).toBeLessThan(3000);
    return (error as Error).message;
  }
  return "no error";
}

function nested(depth: number, key: string): unknown {
  let stage: unknown = { type: "Fuse" };
  for (let i = 0; i < depth; i++) stage = { type: "Sequence", [key]: [stage] };
  return stage;
}

it("the valid one encodes and decodes", () => {
  const tokenizer = create({});
  expect([...tokenizer.encode("abc<end>")]).toEqual([5, 2, 6]);
  expect(tokenizer.decode([5, 2, 6])).toBe("abc<end>");
  expect(tokenizer.vocabSize).toBe(9);
});

describe("ids", () => {
  it.each([[2 ** 31], [-1], [1.5], [1e300], ["3"], [null], [NaN], [{}]])("%s is refused", id => {
    expect(refused(() => create(withModel({ vocab: { ...model.vocab, z: id } })))).toMatch(
      /"z" the id .* whole number from 0 to/,
    );
    expect(
      refused(() => create({ added_tokens: [...valid.added_tokens, { ...added(0, "z"), id }] })),
    ).toMatch(/"z" the id/);
  });

  it("two tokens of one id are refused, in the vocabulary, beside it and among added tokens", () => {
    expect(refused(() => create(withModel({ vocab: { ...model.vocab, z: 3 } })))).toMatch(
      /"d" and "z" the same id 3/,
    );
    expect(refused(() => create({ added_tokens: [...valid.added_tokens, added(3, "z")] }))).toMatch(
      /same id 3/,
    );
    const twice = [...valid.added_tokens, added(20, "y"), added(20, "z")];
    expect(refused(() => create({ added_tokens: twice }))).toMatch(/"y" and "z" the same id 20/);
  });

  it("a gap between ids is none of the vocabulary", () => {
    const tokenizer = create({ added_tokens: [...valid.added_tokens, added(1_000_000, "z")] });
    expect(tokenizer.vocabSize).toBe(10);
    expect([...tokenizer.encode("az")]).toEqual([0, 1_000_000]);
  });
});

describe("types", () => {
  it.each([
    [
      "content of an added token",
      { added_tokens: [added(6, { length: 1e9 } as never)] },
      /content=\{"length":1000000000\}/,
    ],
    ["an empty added token", { added_tokens: [added(6, "")] }, /content=""/],
    ["a flag of an added token", { added_tokens: [added(20, "z", { lstrip: 1 })] }, /lstrip=1/],
    ["added tokens", { added_tokens: { length: 1e9 } }, /added_tokens that are no list/],
    ["no model", { model: null }, /describe no tokenizer/],
    [
      "a model of another type",
      withModel({ type: "Legacy" }),
      /type "Legacy", where BPE, WordPiece, Unigram are supported/,
    ],
    ["a vocab", withModel({ vocab: 7 }), /has 7 as vocab/],
    ["an unknown token", withModel({ unk_token: [1] }), /unk_token=\[1\]/],
    ["merges", withModel({ merges: {} }), /merges that are no list/],
    ["a merge of three", withModel({ merges: ["a b c"] }), /merge "a b c", where a pair/],
    ["a merge that is a number", withModel({ merges: [7] }), /merge 7/],
    ["a merge of lists", withModel({ merges: [["a", "b"], "a b"] }), /where a pair/],
    [
      "merges outside the vocabulary",
      withModel({ merges: ["b c"] }),
      /"b c", and "bc" is not in its vocabulary/,
    ],
    ["merges of what is no token", withModel({ merges: [["x", "b"]] }), /"x" is not in its vocabulary/],
    [
      "a normalizer of unknown type",
      { normalizer: { type: "Nmt" } },
      /type "Nmt", where BertNormalizer, .* are supported/,
    ],
    [
      "a pre-tokenizer of unknown type",
      { pre_tokenizer: { type: "constructor" } },
      /pre_tokenizer of type "constructor"/,
    ],
    ["a decoder of unknown type", { decoder: { type: ["Fuse"] } }, /decoder of type \["Fuse"\]/],
    ["a stage that is a number", { normalizer: 7 }, /7 as a normalizer/],
    [
      "behavior: 7",
      { pre_tokenizer: { type: "Split", pattern: { String: " " }, behavior: 7 } },
      /behavior=7, where one of Isolated/,
    ],
    [
      "behavior of another kind",
      { pre_tokenizer: { type: "Split", pattern: { String: " " }, behavior: "MergedWithNext" } },
      /behavior="MergedWithNext"/,
    ],
    [
      "a pattern that is missing",
      { pre_tokenizer: { type: "Split", behavior: "Isolated" } },
      /pattern=undefined/,
    ],
    [
      "a pattern that is empty",
      { normalizer: { type: "Replace", pattern: { String: "" }, content: "x" } },
      /pattern of 1 to/,
    ],
    [
      "a pattern that is none",
      { normalizer: { type: "Replace", pattern: { Regex: "(" }, content: "x" } },
      /describe no tokenizer/,
    ],
    [
      "content that is a number",
      { decoder: { type: "Replace", pattern: { String: "a" }, content: 7 } },
      /content=7/,
    ],
    ["a length of 0", { pre_tokenizer: { type: "FixedLength", length: 0 } }, /length=0/],
    ["a length below 0", { pre_tokenizer: { type: "FixedLength", length: -1 } }, /length=-1/],
    ["a Sequence of no list", { normalizer: { type: "Sequence", normalizers: 7 } }, /no list/],
    [
      "a Unigram vocab",
      withModel({ type: "Unigram", vocab: [["a", "b"]], unk_id: 0 }),
      /\[token, score\] is needed/,
    ],
    ["a Unigram id", withModel({ type: "Unigram", vocab: [["a", -1]], unk_id: 5 }), /unk_id=5/],
    ["a WordPiece without unknown token", withModel({ type: "WordPiece" }), /unk_token=null/],
    [
      "a WordPiece of endless words",
      withModel({ type: "WordPiece", unk_token: "a", max_input_chars_per_word: 1e9 }),
      /max_input_chars_per_word/,
    ],
  ] as const)("%s", (_, changes, message) => {
    expect(refused(() => create(changes))).toMatch(message);
  });

  it("further special tokens", () => {
    expect(refused(() => create({}, { additional_special_tokens: 7 }))).toMatch(
      /additional_special_tokens=7/,
    );
    expect(refused(() => create({}, { additional_special_tokens: [7, { length: 1e9 }] }))).toBe("no error");
  });
});

describe("work", () => {
  const replaces = (count: number, content = "ee") =>
    Array.from({ length: count }, () => ({ type: "Replace", pattern: { String: "e" }, content }));

  it("40 replacements that double a text are refused, wherever they stand", () => {
    const doubles = /more than 4096 times as long/;
    expect(refused(() => create({ normalizer: { type: "Sequence", normalizers: replaces(40) } }))).toMatch(
      doubles,
    );
    expect(
      refused(() => create({ pre_tokenizer: { type: "Sequence", pretokenizers: replaces(40) } })),
    ).toMatch(doubles);
    expect(refused(() => create({ decoder: { type: "Sequence", decoders: replaces(40) } }))).toMatch(doubles);
    expect(
      refused(() => create({ decoder: { type: "Sequence", decoders: replaces(3, "e".repeat(200)) } })),
    ).toMatch(doubles);
    const suffixes = Array.from({ length: 40 }, () => ({ type: "BPEDecoder", suffix: "" }));
    expect(refused(() => create({ decoder: { type: "Sequence", decoders: suffixes } }))).toMatch(doubles);
  });

  it("a few that do not are not", () => {
    const tokenizer = create({ normalizer: { type: "Sequence", normalizers: replaces(2, "aa") } });
    expect([...tokenizer.encode("e")]).toEqual([0, 0]);
  });

  it.each([
    ["normalizer", "normalizers"],
    ["pre_tokenizer", "pretokenizers"],
    ["decoder", "decoders"],
  ])("5,000 nested stages of a %s are refused", (name, key) => {
    expect(refused(() => create({ [name]: nested(5000, key) }))).toMatch(/nests them deeper than 16/);
    const wide = { type: "Sequence", [key]: Array.from({ length: 1e5 }, () => ({ type: "Sequence" })) };
    expect(refused(() => create({ [name]: wide }))).toMatch(/more than 64/);
  });

  it("a pattern that tries everything is ended, while encoding and while decoding", () => {
    const hostile = { Regex: "(a+)+$" };
    const long = `${"a".repeat(60)}b`;
    const splits = create({ pre_tokenizer: { type: "Split", pattern: hostile, behavior: "Isolated" } });
    expect(refused(() => splits.encode(long))).toMatch(/takes too long on this text/);
    const normalizes = create({ normalizer: { type: "Replace", pattern: hostile, content: "a" } });
    expect(refused(() => normalizes.encode(long))).toMatch(/takes too long/);
    const decodes = create({
      decoder: {
        type: "Sequence",
        decoders: [{ type: "Fuse" }, { type: "Replace", pattern: hostile, content: "a" }],
      },
    });
    expect(refused(() => decodes.decode([...Array.from({ length: 60 }, () => 0), 1]))).toMatch(
      /takes too long/,
    );
  });

  it("a giant of a pattern, or of a text, takes little time and is no other error", () => {
    for (const regex of [
      "(((a{900}){900}){900}){900}",
      `(?:${"a?".repeat(2000)}){1000}`,
      "(?:a*)*".repeat(900),
    ]) {
      const giant = { type: "Split", pattern: { Regex: regex }, behavior: "Isolated" };
      expect(refused(() => create({ pre_tokenizer: giant }).encode("aaaab".repeat(9)))).toMatch(
        /tokenizer|no error/,
      );
    }
    expect(refused(() => create({}).encode("abcde".repeat(200_000)))).toMatch(/fails on a text|no error/);
  });
});

describe("single_word", () => {
  const words = create({
    added_tokens: [...valid.added_tokens, added(20, "dog", { single_word: true }), added(21, "!")],
  });

  it("is a token only where no word touches it, as in Python's tokenizers", () => {
    expect([...words.encode("a dog e")]).toEqual([0, 8, 20, 8, 4]);
    expect([...words.encode("dog")]).toEqual([20]);
    expect([...words.encode("dog!dog")]).toEqual([20, 21, 20]);
    expect([...words.encode("adog")]).toEqual([0, 3]); // o and g are in no vocabulary
    expect([...words.encode("doge")]).toEqual([3, 4]);
    expect([...words.encode("é dog")]).toEqual([8, 20]);
    expect([...words.encode("édog")]).toEqual([3]);
  });
});

describe("a folder", () => {
  const folder = (files: Readonly<Record<string, string>>) => {
    const dir = mkdtempSync(join(tmpdir(), "hostile-"));
    made.push(dir);
    for (const [name, content] of Object.entries(files)) writeFileSync(join(dir, name), content);
    return dir;
  };

  it("is read with byte-order marks in front of its files", () => {
    const dir = folder({
      "tokenizer.json": `\ufeff${JSON.stringify(valid)}`,
      "tokenizer_config.json": `\ufeff${JSON.stringify(config)}`,
      "chat_template.jinja": "\ufeffhello",
    });
    expect(loadTokenizer(dir).chatTemplate).toBe("hello");
  });

  it("with a folder in place of a file is a sentence", () => {
    const dir = folder({});
    mkdirSync(join(dir, "tokenizer.json"));
    expect(refused(() => loadTokenizer(dir))).toMatch(/tokenizer.json is a folder, where a file is needed/);
  });

  it("of the older files is checked alike", () => {
    const older = (
      vocab: object,
      merges: string,
      tokens: object = { "<end>": 6, "<mask>": 7 },
      tokens2: object = {},
    ) =>
      folder({
        "vocab.json": JSON.stringify(vocab),
        "merges.txt": merges,
        "added_tokens.json": JSON.stringify(tokens),
        "tokenizer_config.json": JSON.stringify({ ...config, ...tokens2 }),
      });
    expect(refused(() => loadTokenizer(older({ a: 0, b: 1 }, "a b")))).toMatch(
      /"ab" is not in its vocabulary/,
    );
    expect(refused(() => loadTokenizer(older({ a: 0 }, "", { "<end>": 2 ** 31 })))).toMatch(/2147483648/);
    expect(refused(() => loadTokenizer(older({ a: 0 }, "", {}, { added_tokens_decoder: 7 })))).toMatch(
      /added_tokens_decoder=7/,
    );
    expect(
      refused(() => loadTokenizer(older({ a: 0 }, "", {}, { added_tokens_decoder: { x: { content: {} } } }))),
    ).toMatch(/content=\{\}|id/);
  });
});
