/**
 * The folder of a training run: claimed by one recipe and seed, worked in by one process at a time, and
 * marked when it is finished. What the run writes into it is the run's own.
 */
import { existsSync, readFileSync, readdirSync, rmSync, rmdirSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import type { Precision } from "../../compile/precision.js";
import { causeOf, UserError } from "../../core/errors.js";
import { parseJson } from "../../core/json-text.js";
import { replaceWith } from "../../files/durable.js";
import { writing } from "../../files/file-error.js";
import { recoverLog } from "../../log/log-writer.js";
import { fromRoot } from "../../host/package-root.js";
import { runsFolder } from "../../host/runs-folder.js";
import { inLockedFolder, lockName } from "../../files/locked-folder.js";
import type { Testbed } from "../../tasks/testbeds.js";
import { provenance } from "../../runtime/provenance.js";
import { testbedTokenizerFolder } from "../../checkpoints/testbed.js";
import { checkRunLogs, type RunLog } from "./run-logs.js";
import { dropState, isState, settleState } from "./training-state.js";

/** What tells runs apart; written as JSON, and compared so. */
export interface RunIdentity {
  readonly recipe: { readonly name: string; readonly steps: number; readonly precision?: Precision };
  readonly seed: number;
}

/** A run's own part. */
export interface RunWork {
  /** what it logs */
  readonly logs: readonly RunLog[];
  /** whose tokenizer is put beside the checkpoint; absent: the small one's; null: the parent has its own */
  readonly testbed?: Testbed | null;
  /**
   * makes everything but the tokenizer and the record, from the folder's state if there is one
   * @param guard to be called before the folder is changed: throws when another process has taken it over
   */
  readonly work: (guard: () => void) => Promise<void>;
  /** ends the waiting for another process */
  readonly signal?: AbortSignal;
}

const recordName = "training.json";

/**
 * Do a run's work in its folder, which is made if need be. When it is done, its logs are read back and
 * counted, and only then it counts as finished.
 * @returns "already finished" when the folder holds this run complete
 * @throws UserError for a folder that holds something else,
 *   that cannot be written, or that another process took over
 */
export async function inRunFolder(
  out: string,
  identity: RunIdentity,
  resume: boolean,
  run: RunWork,
): Promise<"trained" | "already finished"> {
  const before = { folder: firstMissing(resolve(out)), claimed: existsSync(join(out, recordName)) };
  try {
    return await claimedWork(out, identity, resume, run);
  } catch (error) {
    if (!before.claimed) leaveNothing(resolve(out), before.folder);
    throw error;
  }
}

async function claimedWork(
  out: string,
  identity: RunIdentity,
  resume: boolean,
  run: RunWork,
): Promise<"trained" | "already finished"> {
  if (checkClaim(out, identity, resume) === "finished") {
    await tidyUp(out);
    return "already finished";
  }
  const work = async (guard: () => void) => {
    // by the process that we waited for
    if (checkClaim(out, identity, true) === "finished") return "already finished";
    if (!existsSync(join(out, recordName))) writeRecord(out, identity, false, guard);
    settleState(out, run.logs);
    await run.work(guard);
    if (run.testbed !== null) putTokenizer(out, run.testbed, guard);
    checkRunLogs(out, run.logs, identity.recipe.steps);
    writeRecord(out, identity, true, guard);
    dropState(out);
    return "trained";
  };
  return inLockedFolder(out, { where: "train", remedy: elsewhere, work, signal: run.signal });
}

function putTokenizer(out: string, testbed: Testbed | undefined, guard: () => void): void {
  for (const file of ["tokenizer.json", "tokenizer_config.json"])
    replaceWith(join(out, file), readFileSync(join(testbedTokenizerFolder(testbed), file)), guard);
}

/** Commands differ in the options by which they are told a folder. */
const elsewhere = "make room or rights there and go on, or choose another folder";

/** A run that was killed between its last changes is finished, but leaves its lock and perhaps its states. */
async function tidyUp(out: string): Promise<void> {
  const isLeft = (name: string) => name === lockName || isState(name);
  if (!namesIn(out).some(isLeft)) return;
  const work = () => Promise.resolve(dropState(out));
  // a finished run may be read where it cannot be written
  await inLockedFolder(out, { where: "train", work }).catch(() => undefined);
}

/** The topmost folder of a path that is not there; null when all of it is. */
function firstMissing(folder: string): string | null {
  if (existsSync(folder)) return null;
  return firstMissing(dirname(folder)) ?? folder;
}

/**
 * A run that was refused before its first row takes its claim back, and the folders that were made for it.
 */
function leaveNothing(out: string, made: string | null): void {
  const names = existsSync(out) ? readdirSync(out) : [];
  const own = [recordName, `${recordName}.tmp`, lockName];
  if (!names.every(name => own.includes(name) || isEmptyLog(join(out, name)))) return;
  for (const name of names) rmSync(join(out, name));
  if (made === null) return;
  for (let folder = out; existsSync(folder) && readdirSync(folder).length === 0; folder = dirname(folder)) {
    rmdirSync(folder);
    if (folder === made) return;
  }
}

/** Whether a file is a log without rows, also one that was being started. */
function isEmptyLog(path: string): boolean {
  if (!path.endsWith(".arrow")) return false;
  try {
    return recoverLog(path) === 0;
  } catch {
    return false;
  }
}

/** Whether the folder holds a run that came to its end. */
export function isFinished(out: string): boolean {
  const record = join(out, recordName);
  return existsSync(record) && readRecord(record)["finished"] === true;
}

/** A run's folder of logs, else the one that is shipped, if it is finished there. */
export function finishedFolder(folder: string): string | null {
  const shipped = fromRoot("data", "runs", relative(runsFolder(), folder));
  return [folder, shipped].find(isFinished) ?? null;
}

/**
 * The run that a folder holds, finished or not.
 * @throws UserError when it holds none
 */
export function runIn(out: string): RunIdentity {
  const record = join(out, recordName);
  if (!existsSync(record))
    throw new UserError(`train: ${out} holds no training run (no ${recordName}); name the folder of one.`);
  return readRecord(record) as unknown as RunIdentity;
}

/** Whether the run may work in the folder, and whether it has done so to its end. */
function checkClaim(out: string, identity: RunIdentity, resume: boolean): "free" | "begun" | "finished" {
  const record = join(out, recordName);
  if (!existsSync(record)) {
    const strange = (name: string) => name !== lockName && !name.endsWith(".tmp");
    if (existsSync(out) && namesIn(out).some(strange)) {
      throw new UserError(
        `train: ${out} is not empty and holds no training run; empty it, or choose another folder.`,
      );
    }
    return "free";
  }
  if (!resume)
    throw new UserError(
      `train: ${out} already holds a run; add --resume to go on with it, or choose another folder.`,
    );
  const known = readRecord(record);
  if (JSON.stringify({ recipe: known["recipe"], seed: known["seed"] }) !== JSON.stringify(identity)) {
    throw new UserError(
      `train: ${out} holds another run (see its ${recordName}); resume with its own recipe and seed, ` +
        "or choose another folder.",
    );
  }
  return known["finished"] === true ? "finished" : "begun";
}

function namesIn(folder: string): string[] {
  return writing("train", folder, () => readdirSync(folder), elsewhere);
}

function writeRecord(out: string, identity: RunIdentity, finished: boolean, guard: () => void): void {
  const { recipe, seed } = identity;
  const record = {
    ...provenance({ config: recipe, seed, precision: recipe.precision }),
    ...identity,
    finished,
  };
  replaceWith(join(out, recordName), JSON.stringify(record, null, 2) + "\n", guard);
}

function readRecord(path: string): Record<string, unknown> {
  try {
    return parseJson(readFileSync(path, "utf8")) as Record<string, unknown>;
  } catch (error) {
    throw new UserError(
      `train: ${path} cannot be read (${causeOf(error)}); remove the folder and start again.`,
    );
  }
}
