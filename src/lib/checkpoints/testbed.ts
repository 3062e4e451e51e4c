/** Where the testbed's shipped parts lie: the tokenizer and the checkpoints under data/. */
import { resolve } from "node:path";
import type { Problem, Split, TaskName } from "../core/records.js";
import { isAdded, seededTask } from "../tasks/tasks.js";
import { smallTestbed, testbedOf, type Testbed } from "../tasks/testbeds.js";
import { isGgufPath } from "./gguf-files.js";
import type { Tokenizer } from "../tokenizer/tokenizer.js";
import { loadTokenizer } from "./tokenizer-file.js";
import { publicCheckpoint, publicModels } from "./public-models.js";
import { snapshotOf } from "./snapshot.js";
import { fromRoot } from "../host/package-root.js";

/** Every study draws its problems with this seed. */
const problemSeed = 0;

const tokenizers = new Map<string, Tokenizer>();

export function testbedTokenizerFolder({ name }: Testbed = smallTestbed): string {
  return fromRoot("data", "tokenizers", name);
}

/** A testbed's tokenizer, read once. */
export function testbedTokenizer(testbed: Testbed = smallTestbed): Tokenizer {
  return tokenizerOf(testbedTokenizerFolder(testbed));
}

/** The tokenizer of a checkpoint folder, read once a process. */
export function tokenizerOf(folder: string): Tokenizer {
  const tokenizer = tokenizers.get(folder) ?? loadTokenizer(folder);
  tokenizers.set(folder, tokenizer);
  return tokenizer;
}

/**
 * Where a checkpoint is: a shipped recipe with its seed (data/checkpoints/instruct-seed1), a public
 * model that was fetched (smollm2), or a folder or GGUF file given as a path.
 */
export function checkpointFolder(recipeOrPath: string, seed: number): string {
  const isPath = /[/\\]/.test(recipeOrPath) || isGgufPath(recipeOrPath);
  if (!isPath && Object.hasOwn(publicModels, recipeOrPath)) return publicCheckpoint(recipeOrPath);
  return isPath
    ? snapshotOf(resolve(recipeOrPath))
    : fromRoot("data", "checkpoints", `${recipeOrPath}-seed${seed}`);
}

const problemLists = new Map<string, readonly Problem[]>();

/** Training seeds whose problems differ; the fourth has those of the first. */
const stretches = 3;

/**
 * Problems of a task's split: of one fixed list, the same in every study, each training seed has its own
 * stretch of `count`. So the models of three seeds are judged on 3 x count different problems, and problems
 * are nested in seeds, as the bootstrap resamples them; of a crossed testbed every seed has the first
 * stretch.
 * @param seed training seed, from 1; 0 counts as 1
 * @throws UserError for a task that is unknown, draws no problems, or has not so many
 */
export function problemsOf(task: TaskName, split: Split, count: number, seed = 1): readonly Problem[] {
  const stretch = testbedOf([task]).crossed ? 0 : (Math.max(1, seed) - 1) % stretches;
  const end = (stretch + 1) * count;
  const key = JSON.stringify([task, split, end]);
  let list = problemLists.get(key);
  if (list === undefined) {
    list = seededTask(task).problems({ split, count: end, seed: problemSeed });
    if (!isAdded(task)) problemLists.set(key, list); // an added one may be replaced
  }
  return list.slice(end - count);
}
