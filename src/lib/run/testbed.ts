/** Where the testbed's shipped parts lie: the tokenizer and the checkpoints under data/. */
import { resolve } from "node:path";
import type { Problem, Split, TaskName } from "../core/records.js";
import { minimathProblems } from "../tasks/minimath.js";
import { minipyProblems } from "../tasks/minipy.js";
import { loadTokenizer, type Tokenizer } from "../tokenizer/tokenizer.js";
import { fromRoot } from "./package-root.js";

/** Every study draws its problems with this seed. */
const problemSeed = 0;

const tokenizers = new Map<string, Tokenizer>();

export function testbedTokenizerFolder(): string {
  return fromRoot("data", "tokenizers", "testbed");
}

/** The testbed's tokenizer, read once. */
export function testbedTokenizer(): Tokenizer {
  return tokenizerOf(testbedTokenizerFolder());
}

/** The tokenizer of a checkpoint folder, read once a process. */
export function tokenizerOf(folder: string): Tokenizer {
  const tokenizer = tokenizers.get(folder) ?? loadTokenizer(folder);
  tokenizers.set(folder, tokenizer);
  return tokenizer;
}

/** Folder of a checkpoint: a shipped recipe with its seed (data/checkpoints/instruct-seed1), or a folder given as a path. */
export function checkpointFolder(recipeOrPath: string, seed: number): string {
  const isPath = recipeOrPath.includes("/") || recipeOrPath.includes("\\");
  return isPath ? resolve(recipeOrPath) : fromRoot("data", "checkpoints", `${recipeOrPath}-seed${seed}`);
}

/** Problems of a task's split; the first `count` of a fixed list, the same in every study. */
export function problemsOf(task: TaskName, split: Split, count: number): readonly Problem[] {
  return (task === "minipy" ? minipyProblems : minimathProblems)({ split, count, seed: problemSeed });
}
