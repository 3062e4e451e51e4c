/** Decoding runs as data, and how lists of them are made or read back. Studies that need the same run share its log. */
import { orders } from "../claims/orders.js";
import type { TaskName } from "../core/records.js";
import { decodeConfig } from "../decode/config.js";
import type { DecodeConfig } from "../decode/types.js";
import type { SampleRow } from "../log/schemas.js";
import type { DecodeStudy } from "./decode-batch.js";
import { isComplete, runOrLoad, studyDefaults, type ReadOptions, type StudyLog } from "./decode-study.js";
import { withLock } from "../files/file-lock.js";
import { completionLength } from "../recipes/stages/training-data.js";
import { makeRunsFolder, runSource, runsFolder } from "../host/runs-folder.js";

/** The paper's base and instruct models, and the one trained from scratch, on the testbed. */
export const models = {
  base: "stage2",
  instruct: "instruct",
  scratch: "scratch-instruct",
  arParent: "ar-parent",
  stage1: "stage1",
  stage1Long: "stage1-long",
  instruct1Epoch: "instruct-1epoch",
  padding: "instruct-pad",
  nextDocument: "instruct-next-document",
} as const;

/** A run of `problems` held-out problems; `decode` says what differs from DiffuCoder's defaults. */
export function studyOf(
  checkpoint: string,
  task: TaskName,
  problems: number,
  decode: Partial<DecodeConfig> = {},
): DecodeStudy {
  return {
    ...studyDefaults,
    study: "decode",
    checkpoint,
    task,
    problems,
    decode: decodeConfig(completionLength, decode),
  };
}

/** Texts completed by any checkpoint folder under every order, with the state of every position before every step. */
export function promptStudies(
  checkpoint: string,
  prompts: readonly string[],
  length: number,
  decode: Partial<DecodeConfig> = {},
): DecodeStudy[] {
  const study = {
    ...studyDefaults,
    study: "prompts",
    checkpoint,
    task: "prompts",
    prompts,
    trace: true,
  } as const;
  return orders.map(o => ({ ...study, decode: decodeConfig(length, { ...decode, ...orderOptions(o) }) }));
}

/** The same studies of the models of every training seed, a seed after the other. */
export function overSeeds(seeds: readonly number[], studies: readonly DecodeStudy[]): DecodeStudy[] {
  return seeds.flatMap(seed => studies.map(study => ({ ...study, seed })));
}

/**
 * Run or read back several studies, two at a time: while the last batches of one are decoded, the next one's begin. Of two
 * notebooks at once one decodes and the other waits, for they may want the same run.
 */
export async function runAll(
  studies: readonly DecodeStudy[],
  options: ReadOptions = {},
): Promise<StudyLog[]> {
  if (studies.every(study => isComplete(study, options))) return madeOrRead(studies, options);
  makeRunsFolder();
  const waiting = (holder: string) =>
    console.error(`studies: waiting for process ${holder}, which decodes; Ctrl-C ends the waiting.`);
  const { signal } = options;
  return withLock(runsFolder("decoding.lock"), () => madeOrRead(studies, options), waiting, { signal });
}

async function madeOrRead(studies: readonly DecodeStudy[], options: ReadOptions): Promise<StudyLog[]> {
  const logs = new Map<string, StudyLog>();
  const rest = [...new Set(studies.map(keyOf))]; // a run that is asked for twice is made once
  const work = async () => {
    for (let key = rest.shift(); key !== undefined; key = rest.shift())
      logs.set(key, await runOrLoad(JSON.parse(key) as DecodeStudy, options));
  };
  await Promise.all([work(), work()]);
  return studies.map(study => logs.get(keyOf(study)) as StudyLog);
}

function keyOf(study: DecodeStudy): string {
  return JSON.stringify(study);
}

/** The logs that a figure was drawn from. */
export function logNames(logs: readonly Pick<StudyLog, "folder">[]): string[] {
  return [...new Set(logs.map(log => runSource(log.folder)))];
}

/** The samples of several runs in one list. */
export function samplesOf(logs: readonly StudyLog[]): SampleRow[] {
  return logs.flatMap(log => log.samples);
}

/** The decoder's options that make an order. */
export function orderOptions({ score, tieRule }: (typeof orders)[number]): Partial<DecodeConfig> {
  return { remasking: score, tieRule };
}
