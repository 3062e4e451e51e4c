/**
 * The folder of a training run: claimed by one recipe and seed, worked in by one process at a time, and marked when
 * it is finished. What the run writes into it is the run's own.
 */
import { copyFileSync, existsSync, readFileSync, readdirSync, renameSync, rmSync, rmdirSync, writeFileSync } from "node:fs"; // prettier-ignore
import { dirname, join, resolve } from "node:path";
import { causeOf, UserError } from "../../core/errors.js";
import { parseJson } from "../../core/json-text.js";
import { recoverLog } from "../../log/log-writer.js";
import { withLock } from "../file-lock.js";
import { provenance } from "../provenance.js";
import { makeFolder } from "../runs-folder.js";
import { testbedTokenizerFolder } from "../testbed.js";

/** What tells runs apart; written as JSON, and compared so. */
export interface RunIdentity {
  readonly recipe: { readonly name: string };
  readonly seed: number;
}

const recordName = "training.json";

/**
 * Do a run's work in its folder, which is made if need be.
 * @param work makes everything but the tokenizer and the record
 * @returns "already finished" when the folder holds this run complete
 * @throws UserError for a folder that holds something else, or that cannot be written
 */
export async function inRunFolder(
  out: string,
  identity: RunIdentity,
  resume: boolean,
  work: () => Promise<void>,
): Promise<"trained" | "already finished"> {
  const before = { folder: firstMissing(resolve(out)), claimed: existsSync(join(out, recordName)) };
  try {
    return await claimedWork(out, identity, resume, work);
  } catch (error) {
    if (!before.claimed) leaveNothing(resolve(out), before.folder);
    throw error;
  }
}

async function claimedWork(
  out: string,
  identity: RunIdentity,
  resume: boolean,
  work: () => Promise<void>,
): Promise<"trained" | "already finished"> {
  if (!claimFolder(out, identity, resume)) return "already finished";
  return withFolder(out, async () => {
    if (isFinished(out)) return "already finished"; // by the process that we waited for
    await work();
    for (const file of ["tokenizer.json", "tokenizer_config.json"])
      copyFileSync(join(testbedTokenizerFolder(), file), join(out, file));
    writeRecord(out, identity, true);
    return "trained";
  });
}

/** The topmost folder of a path that is not there; null when all of it is. */
function firstMissing(folder: string): string | null {
  if (existsSync(folder)) return null;
  return firstMissing(dirname(folder)) ?? folder;
}

/** A run that was refused before its first row takes its claim back, and the folders that were made for it. */
function leaveNothing(out: string, made: string | null): void {
  const names = existsSync(out) ? readdirSync(out) : [];
  const own = [recordName, `${recordName}.tmp`];
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

/** One process at a time in a folder. */
function withFolder<T>(out: string, work: () => Promise<T>): Promise<T> {
  return withLock(join(out, "lock"), work, holder =>
    console.error(`train: waiting for process ${holder}, which trains in ${out}`),
  );
}

/** Make or check the folder; false when the run in it is complete. */
function claimFolder(out: string, identity: RunIdentity, resume: boolean): boolean {
  const record = join(out, recordName);
  if (!existsSync(record)) {
    if (existsSync(out) && readdirSync(out).length > 0) {
      throw new UserError(
        `train: ${out} is not empty and holds no training run; empty it, or choose another folder.`,
      );
    }
    makeFolder(resolve(out));
    writeRecord(out, identity, false);
    return true;
  }
  if (!resume)
    throw new UserError(
      `train: ${out} already holds a run; add --resume to go on with it, or choose another folder with --out.`,
    );
  const known = readRecord(record);
  if (JSON.stringify({ recipe: known["recipe"], seed: known["seed"] }) !== JSON.stringify(identity)) {
    throw new UserError(
      `train: ${out} holds another run (see its ${recordName}); resume with its own recipe and seed, or choose another folder.`,
    );
  }
  return known["finished"] !== true;
}

function writeRecord(out: string, identity: RunIdentity, finished: boolean): void {
  const record = {
    ...provenance({ config: identity.recipe, seed: identity.seed }),
    ...identity,
    finished,
  };
  const path = join(out, recordName);
  writeFileSync(`${path}.tmp`, JSON.stringify(record, null, 2) + "\n");
  renameSync(`${path}.tmp`, path);
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
