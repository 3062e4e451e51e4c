/**
 * Every reader of files that come from elsewhere, given one file as
 * bytes. To add one: its line here, and its folder of the corpus.
 */
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { decodeConfig } from "../decode/config.js";
import { parseFusionConfig } from "../methods/codefusion/config.js";
import { readLog } from "../log/log-reader.js";
import { parseConfig } from "../model/config.js";
import { readJson } from "../checkpoints/json-file.js";
import { withWeights } from "../checkpoints/weight-files.js";
import { readPrograms } from "../sandbox/program-file.js";
import { answerText, parseAnswers } from "../tasks/answer-file.js";
import { parseCodeProblems } from "../tasks/code-problem-file.js";
import { humaneval } from "../tasks/humaneval.js";
import { mbpp } from "../tasks/mbpp.js";
import type { FileTask } from "../tasks/task.js";
import { chatPrompt } from "../tokenizer/chat.js";
import { loadTokenizer } from "../checkpoints/tokenizer-file.js";
import { readTextFile } from "../benchmarks/benchmark-files.js";
import { readSoftMasking } from "../methods/soft-masking/checkpoint.js";
import { readClaims } from "../notebooks/claims-store.js";
import { readNotebook, serializeNotebook } from "../notebooks/notebook-format.js";
import { readFigure } from "../notebooks/render.js";
import { readOverrides } from "../recipes/presets.js";
import { recipe, recipeNames } from "../recipes/recipe-by-name.js";
import { studyRuns } from "../recipes/rl/rl-studies.js";
import { textPieces } from "../tokenizer/decoded-text.js";
import { openSafetensors } from "../checkpoints/safetensors-file.js";

/** What a reader does with the file; it may throw UserErrors. */
type Read = (folder: string, name: string) => void;

interface Target {
  /** of the file in the folder that it is read from */
  readonly file: string;
  readonly read: Read;
}

const example = {
  problems:
    '{"task_id": 0, "prompt": "def f(x):\\n", "entry_point": "f", "canonical_solution": "    return ' +
    'x\\n", "test": "def check(c):\\n    assert c(1) == 1\\n"}',
} as const;

/** Letters, an end and a mask: what stands beside a configuration or merges that are tried. */
const vocabulary = { a: 0, b: 1, c: 2, " ": 3, ab: 4, "<end>": 5, "<mask>": 6 };
const tokenizerJson = JSON.stringify({
  ...{ normalizer: null, pre_tokenizer: null, decoder: { type: "Fuse" }, post_processor: null },
  added_tokens: [5, 6].map(id => ({ id, content: id === 5 ? "<end>" : "<mask>", special: true })),
  model: { type: "BPE", vocab: vocabulary, merges: ["a b"] },
});
const tokenizerConfig = JSON.stringify({ eos_token: "<end>", mask_token: "<mask>" });
const text = "a quick abc, aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab; <mask> é日本👍\n\t1234 <end>";

function spell(folder: string): void {
  const tokenizer = loadTokenizer(folder, { mask: "optional" });
  const ids = tokenizer.encode(text);
  tokenizer.decode(ids, { skipSpecial: true });
  textPieces([...ids.slice(0, 40)], tokenizer);
  tokenizer.decode([...vocabularyOf(tokenizer.vocabSize)]);
  if (tokenizer.chatTemplate !== null) chatPrompt(tokenizer, [{ role: "user", content: text }]);
}

function vocabularyOf(size: number): number[] {
  return Array.from({ length: Math.min(size, 300) }, (_, id) => id);
}

/** A folder like a checkpoint's, with the other files that the tried one needs. */
const beside =
  (files: Readonly<Record<string, string>>, read: Read): Read =>
  (folder, name) => {
    for (const [other, content] of Object.entries(files)) writeFileSync(join(folder, other), content);
    read(folder, name);
  };

const problemsOf =
  (task: FileTask): Read =>
  (folder, name) => {
    const file = join(folder, name);
    parseCodeProblems(readTextFile("fuzz", "file", file).text, task, file);
  };

const overridesOf = (folder: string, name: string) => readOverrides("fuzz", join(folder, name));

export const targets = {
  tokenizer: { file: "tokenizer.json", read: beside({ "tokenizer_config.json": tokenizerConfig }, spell) },
  "tokenizer-config": {
    file: "tokenizer_config.json",
    read: beside({ "tokenizer.json": tokenizerJson }, spell),
  },
  vocabulary: {
    file: "vocab.json",
    read: beside({ "merges.txt": "a b\n", "tokenizer_config.json": tokenizerConfig }, spell),
  },
  merges: {
    file: "merges.txt",
    read: beside(
      { "vocab.json": JSON.stringify(vocabulary), "tokenizer_config.json": tokenizerConfig },
      spell,
    ),
  },
  template: {
    file: "chat_template.jinja",
    read: beside({ "tokenizer.json": tokenizerJson, "tokenizer_config.json": tokenizerConfig }, spell),
  },
  safetensors: { file: "model.safetensors", read: (folder, name) => readTensors(join(folder, name)) },
  "weight-index": {
    file: "model.safetensors.index.json",
    read: folder => withWeights(folder, () => undefined),
  },
  config: {
    file: "config.json",
    read: (folder, name) => void parseConfig(readJson(join(folder, name)), join(folder, name)),
  },
  "fusion-config": {
    file: "config.json",
    read: (folder, name) => void parseFusionConfig(readJson(join(folder, name)), join(folder, name)),
  },
  "soft-masking": { file: "soft_masking.json", read: folder => void readSoftMasking(folder) },
  humaneval: { file: "problems.jsonl", read: problemsOf(humaneval) },
  mbpp: { file: "problems.jsonl", read: problemsOf(mbpp) },
  answers: {
    file: "answers.jsonl",
    read: (folder, name) => {
      const problems = parseCodeProblems(example.problems, humaneval, "problems");
      const { text: answers } = readTextFile("fuzz", "completions", join(folder, name));
      parseAnswers(answers, problems, humaneval, name).forEach(answerText);
    },
  },
  programs: { file: "programs.jsonl", read: (folder, name) => void readPrograms(join(folder, name)) },
  log: {
    file: "samples.arrow",
    read: (folder, name) => {
      const log = readLog(join(folder, name));
      log.rows();
      log.bytes();
    },
  },
  notebook: {
    file: "n.ipynb",
    read: (folder, name) => void serializeNotebook(readNotebook(join(folder, name))),
  },
  claims: { file: "claims.json", read: folder => void readClaims(folder) },
  figure: { file: "figure.json", read: (folder, name) => void readFigure(join(folder, name)) },
  recipe: {
    file: "config.json",
    read: (folder, name) => {
      const overrides = overridesOf(folder, name);
      for (const preset of ["instruct", "coupled-grpo", "dcolt", "codefusion", "n7-soft"])
        if (recipeNames.includes(preset)) orRefused(() => void recipe(preset, overrides));
      studyRuns("mu", overrides);
    },
  },
  decoding: { file: "decode.json", read: (folder, name) => void decodeConfig(36, overridesOf(folder, name)) },
} as const satisfies Readonly<Record<string, Target>>;

export type TargetName = keyof typeof targets;
export const targetNames = Object.keys(targets) as readonly TargetName[];

/** One recipe's refusal does not keep the next from being tried; anything else does. */
function orRefused(work: () => void): void {
  try {
    work();
  } catch (error) {
    if ((error as Error).name !== "UserError") throw error;
  }
}

function readTensors(path: string): void {
  const file = openSafetensors(path);
  try {
    for (const [name, { dtype }] of file.tensors) {
      if (dtype === "I32") file.readInt32(name);
      else file.readFloat32(name, { finite: true });
    }
  } finally {
    file.close();
  }
}

/** Gives the bytes to the target's reader, in a folder that is emptied before. */
export function tryInput(name: TargetName, bytes: Uint8Array, folder: string): void {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const target: Target = targets[name];
  writeFileSync(join(folder, target.file), bytes);
  target.read(folder, target.file);
}
