/**
 * The folder of a training run: claimed by one recipe and seed, worked in by one process at a time, and marked when
 * it is finished. What the run writes into it is the run's own.
 */
import { copyFileSync, existsSync, mkdirSync, readFileSync, readdirSync, renameSync, writeFileSync } from "node:fs"; // prettier-ignore
import { dirname, join, resolve } from "node:path";
import { causeOf, UserError } from "../../core/errors.js";
import { parseJson } from "../../core/json-text.js";
import { withLock } from "../file-lock.js";
import { provenance } from "../provenance.js";
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

/** One process at a time in a folder, and a folder that cannot be written is one sentence. */
async function withFolder<T>(out: string, work: () => Promise<T>): Promise<T> {
  try {
    return await withLock(join(out, "lock"), work, holder =>
      console.error(`train: waiting for process ${holder}, which trains in ${out}`),
    );
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (error instanceof UserError || code === undefined) throw error;
    throw new UserError(
      `train: ${out} cannot be written (${code}); make room or rights there, then go on with --resume.`,
    );
  }
}

/** Make or check the folder; false when the run in it is complete. */
function claimFolder(out: string, identity: RunIdentity, resume: boolean): boolean {
  const record = join(out, recordName);
  if (!existsSync(record)) {
    if (existsSync(out) && readdirSync(out).length > 0) {
      throw new UserError(
        `train: ${out} is not empty and holds no training run; choose another folder with --out.`,
      );
    }
    try {
      makeFolder(resolve(out));
      writeRecord(out, identity, false);
    } catch (error) {
      throw new UserError(
        `train: ${out} cannot be written (${(error as NodeJS.ErrnoException).code}); choose another folder with --out.`,
      );
    }
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

/** Parent by parent: Node's own recursive mkdir never returns under /proc, which refuses with "not found". */
export function makeFolder(folder: string): void {
  if (existsSync(folder)) return;
  makeFolder(dirname(folder));
  try {
    mkdirSync(folder);
  } catch (error) {
    if (!existsSync(folder)) throw error; // else another run of the study has just made it
  }
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
