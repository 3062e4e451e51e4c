/**
 * Held-out problems decoded with a checkpoint, graded in the sandbox and logged: a row a sample and, of a
 * traced run, a row for every position before every step.
 */
import { checkpointFolder } from "../checkpoints/testbed.js";
import { readConfig } from "../checkpoints/checkpoint.js";
import { isAdded } from "../tasks/tasks.js";
import { BatchDecoder, defaultBatch, jobsOf, type DecodeStudy } from "./decode-batch.js";
import { partIdentity, partsInName } from "./decoding-parts.js";
import type { Experiment, ExperimentLog } from "./experiment.js";
import { confidenceRows, sampleRow } from "./study-rows.js";

type Kind = "samples" | "confidences";

export const decoding: Experiment<DecodeStudy, Kind> = {
  defaults: {
    checkpoint: "instruct",
    seed: 1,
    task: "minipy",
    split: "test",
    problems: 200,
    samplesPerProblem: 1,
    autoregressive: false,
    trace: false,
    study: "decode",
  },
  label,
  logs: ({ trace, decode: { completionLength, steps } }): ExperimentLog<Kind>[] => [
    { kind: "samples", rowsPerUnit: 1 },
    ...(trace ? [{ kind: "confidences" as const, rowsPerUnit: completionLength * steps }] : []),
  ],
  units: settings => jobsOf(settings).length,
  unit: "samples",
  batch: ({ checkpoint, seed, decode }) =>
    defaultBatch(readConfig(checkpointFolder(checkpoint, seed)).vocabSize, decode),
  // prompts: maybe of a model too large for several processes; an added task: no other process knows it
  parallel: ({ task }) => task !== "prompts" && !isAdded(task),
  identity,
  worker: () => {
    const decoder = new BatchDecoder();
    return {
      async rows({ settings, run, from, to }, signal) {
        const jobs = jobsOf(settings).slice(from, to);
        const decoded = await decoder.decode({ study: settings, from, to }, signal);
        return {
          samples: jobs.map((job, i) => sampleRow(settings, run, job, decoded[i])),
          ...(settings.trace && {
            confidences: jobs.flatMap((job, i) => confidenceRows(run, job, decoded[i].trajectory)),
          }),
        };
      },
      dispose: () => decoder.dispose(),
    };
  },
};

/** Its parts, and an added task by its problems, which may be others tomorrow. */
function identity(settings: DecodeStudy): object {
  return {
    ...partIdentity(settings),
    ...(isAdded(settings.task) && { drawn: jobsOf(settings).map(({ problem }) => problem) }),
  };
}

/** Task, temperature and order. */
function label(study: DecodeStudy): string {
  const { task, autoregressive, decode, precision } = study;
  const { ranking, last } = partsInName(study);
  const { temperature, remasking, tieRule, blockLength, policy, kvCache } = decode;
  const order = autoregressive ? "ar" : [ranking ?? remasking, tieRule].join("-");
  return [
    `${task}-T${temperature}-${order}`,
    ...(policy === undefined || autoregressive ? [] : [policy.name]),
    ...(blockLength === null ? [] : [`blocks${blockLength}`]),
    ...(kvCache === undefined ? [] : [kvCache]),
    ...last,
    ...(precision === undefined ? [] : [precision]),
  ].join("-");
}
