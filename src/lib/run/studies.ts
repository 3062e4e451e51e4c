/** The decoding runs behind each notebook, as data. Studies that need the same run share its log. */
import { orders } from "../claims/orders.js";
import type { TaskName } from "../core/records.js";
import { decodeConfig, type DecodeConfig } from "../decode/config.js";
import type { SampleRow } from "../log/schemas.js";
import type { DecodeStudy } from "./decode-batch.js";
import { runOrLoad, studyDefaults, type StudyLog } from "./decode-study.js";
import type { Profile } from "./profile.js";
import { completionLength } from "./training-data.js";

/** The paper's base and instruct models, and the one trained from scratch, on the testbed. */
export const models = {
  base: "stage2",
  instruct: "instruct",
  scratch: "scratch-instruct",
  arParent: "ar-parent",
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

/** F3: adapted and from-scratch model, code and math, under every order; and the AR parent as a control. */
export function f3Studies({ problems }: Profile): DecodeStudy[] {
  const diffusion = [models.instruct, models.scratch].flatMap(model =>
    (["minipy", "minimath"] as const).flatMap(task =>
      orders.map((o, i) =>
        studyOf(model, task, i === 0 ? problems : Math.ceil(problems / 2), orderOptions(o)),
      ),
    ),
  );
  return [...diffusion, { ...studyOf(models.arParent, "minipy", problems), autoregressive: true }];
}

/** F5L: base and instruct model at every temperature of the profile, under every order. */
export function f5lStudies({ temperatureProblems, temperatures }: Profile): DecodeStudy[] {
  return [models.base, models.instruct].flatMap(model =>
    temperatures.flatMap(temperature =>
      orders.map(o => studyOf(model, "minipy", temperatureProblems, { temperature, ...orderOptions(o) })),
    ),
  );
}

/** F6: one sample a problem at T 0.2, several at T 1.0, public order. */
export function f6Studies({ passProblems, passSamples }: Profile): DecodeStudy[] {
  const hot = studyOf(models.instruct, "minipy", passProblems, { temperature: 1 });
  return [studyOf(models.instruct, "minipy", passProblems), { ...hot, samplesPerProblem: passSamples }];
}

/** F3a: the state of every position before the first step, which is all that one step logs. */
export function f3aStudies({ forwardProblems }: Profile): DecodeStudy[] {
  const first = { steps: 1, remasking: "neg-entropy-untempered" } as const;
  return [models.instruct, models.base, models.scratch].map(model => ({
    ...studyOf(model, "minipy", forwardProblems, first),
    trace: true,
  }));
}

/** F10: cold and hot, public order. */
export function f10Studies({ temperatureProblems }: Profile): DecodeStudy[] {
  return [0.2, 1.2].map(temperature =>
    studyOf(models.instruct, "minipy", temperatureProblems, { temperature }),
  );
}

/** Run or read back several studies, two at a time: while the last batches of one are decoded, the next one's begin. */
export async function runAll(studies: readonly DecodeStudy[], signal?: AbortSignal): Promise<StudyLog[]> {
  const logs = new Map<string, StudyLog>();
  const rest = [...new Set(studies.map(keyOf))]; // a run that is asked for twice is made once
  const work = async () => {
    for (let key = rest.shift(); key !== undefined; key = rest.shift())
      logs.set(key, await runOrLoad(JSON.parse(key) as DecodeStudy, signal));
  };
  await Promise.all([work(), work()]);
  return studies.map(study => logs.get(keyOf(study)) as StudyLog);
}

function keyOf(study: DecodeStudy): string {
  return JSON.stringify(study);
}

/** The logs that a figure was drawn from, short enough for its caption: many runs are named by their hashes. */
export function logNames(logs: readonly StudyLog[]): string[] {
  if (logs.length <= 4) return logs.map(log => log.run);
  const hashes = logs.map(log => log.run.slice(log.run.lastIndexOf("-") + 1));
  return [`${logs.length} runs, data/runs/decode/*-{${hashes.join(" ")}}`];
}

/** The samples of several runs in one list. */
export function samplesOf(logs: readonly StudyLog[]): SampleRow[] {
  return logs.flatMap(log => log.samples);
}

/** What an order means to the decoder. */
export function orderOptions({ score, tieRule }: (typeof orders)[number]): Partial<DecodeConfig> {
  return { remasking: score, tieRule };
}
