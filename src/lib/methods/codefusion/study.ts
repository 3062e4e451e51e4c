/**
 * Held-out problems answered by CodeFusion, read in two ways, and by the AR parent at several temperatures;
 * parsed and tested in the sandbox, and logged: the data behind N12. A killed run goes on after its last
 * whole batch, which is one sample of every problem.
 */
import { basename } from "node:path";
import * as tf from "@tensorflow/tfjs-core";
import { normalisedEditDistance } from "../../core/edit-distance.js";
import type { Problem } from "../../core/records.js";
import { Rng } from "../../core/rng.js";
import { decodeConfig } from "../../decode/config.js";
import { loadFusion } from "./checkpoint.js";
import type { FusionConfig } from "./config.js";
import {
  FusionGenerator,
  generateDefaults,
  programTokens,
  readOuts,
  type FusionSample,
  type GenerateOptions,
} from "./generate.js";
import type { ProgramRow } from "./columns.js";
import { formatRewards } from "../../rl/rewards.js";
import { gradeAll } from "../../study/grading.js";
import { sharedSandbox } from "../../study/shared-sandbox.js";
import { BatchDecoder, jobsOf, type DecodeStudy } from "../../study/decode-batch.js";
import type { Experiment, StudySettings, Work } from "../../study/experiment.js";
import { problemsOf, testbedTokenizer } from "../../checkpoints/testbed.js";
import { completionLength } from "../../recipes/stages/training-data.js";

export interface ProgramStudy extends StudySettings {
  readonly problems: number;
  readonly samplesPerProblem: number;
  readonly generate: GenerateOptions;
  /** of an autoregressive model; none: CodeFusion */
  readonly temperatures: readonly number[];
}

/**
 * A unit of work is one sample of every problem from CodeFusion,
 * and of the AR parent every sample at one temperature.
 */
export const programs: Experiment<ProgramStudy, "programs"> = {
  defaults: {
    ...{ study: "n12", seed: 1, generate: generateDefaults, problems: 100, samplesPerProblem: 5 },
    ...{ checkpoint: "codefusion", temperatures: [] },
  },
  label: () => "minipy",
  logs: ({ problems, samplesPerProblem, temperatures }) => [
    {
      kind: "programs",
      rowsPerUnit: problems * (temperatures.length === 0 ? readOuts.length : samplesPerProblem),
    },
  ],
  units: ({ samplesPerProblem, temperatures }) =>
    temperatures.length === 0 ? samplesPerProblem : temperatures.length,
  unit: "rounds of all problems",
  batch: () => 1,
  worker: () => {
    const decoder = new BatchDecoder();
    return {
      rows: async (work, signal) => ({
        programs: await (work.settings.temperatures.length === 0
          ? generated(work, signal)
          : written(work, decoder, signal)),
      }),
      dispose: () => decoder.dispose(),
    };
  },
};

/** One sample of every problem. */
async function generated(
  { settings, run, checkpoint, from: sample }: Work<ProgramStudy>,
  signal?: AbortSignal,
): Promise<ProgramRow[]> {
  const { config, parameters } = loadFusion(checkpoint);
  const generator = new FusionGenerator(config, parameters);
  const problems = problemsOf("minipy", "test", settings.problems, settings.seed);
  const prompts = problems.map(({ prompt }) => testbedTokenizer().encode(prompt));
  const rng = Rng.fromSeed(settings.seed).split("programs");
  const rngs = problems.map(({ id }) => rng.split(id).split(sample));
  const samples = await generator.generate(prompts, rngs, settings.generate, () => signal?.throwIfAborted());
  generator.dispose();
  tf.dispose([...parameters.values()]);
  const rows = samples.flatMap((s, i) => readings(settings, run, problems[i], sample, s, config));
  return graded(rows, Object.fromEntries(problems.map(p => [p.id, p])), signal);
}

/** A program before it is parsed and tested. */
type Written = Omit<ProgramRow, "valid" | "passedBase" | "passedPlus">;

function readings(
  { checkpoint, seed }: ProgramStudy,
  run: string,
  { id, form, prompt }: Problem,
  sample: number,
  { readings: trace }: FusionSample,
  { padTokenId, steps }: FusionConfig,
): Written[] {
  return readOuts.map(readout => {
    const programs = trace.map(reading => programTokens(reading.tokens[readout], padTokenId));
    const last = programs[programs.length - 1];
    return {
      ...{
        run,
        problem: id,
        sample,
        form,
        checkpoint: basename(checkpoint),
        seed,
        readout,
        temperature: 0,
        steps,
        prompt,
      },
      text: testbedTokenizer().decode(last),
      completionLength: last.length,
      traceSteps: trace.map(({ t }) => t),
      editDistances: programs.map(tokens => normalisedEditDistance(tokens, last)),
    };
  });
}

/** The AR parent's samples at one temperature, as the decoding studies make them. */
async function written(
  { settings, run, from }: Work<ProgramStudy>,
  decoder: BatchDecoder,
  signal?: AbortSignal,
): Promise<ProgramRow[]> {
  const { checkpoint, seed, problems, samplesPerProblem, temperatures } = settings;
  const temperature = temperatures[from];
  const study: DecodeStudy = {
    ...{
      study: settings.study,
      checkpoint,
      seed,
      task: "minipy",
      split: "test",
      problems,
      samplesPerProblem,
    },
    ...{ autoregressive: true, trace: false },
    decode: decodeConfig(completionLength, { temperature, topP: 1 }),
  };
  const jobs = jobsOf(study);
  const rows: ProgramRow[] = [];
  for (let first = 0; first < jobs.length; first += batchSize) {
    const batch = jobs.slice(first, first + batchSize);
    const decoded = await decoder.decode({ study, from: first, to: first + batch.length }, signal);
    const formats = await formatRewards(
      decoded.map(({ text }) => text),
      await sharedSandbox(),
      signal,
    );
    rows.push(
      ...decoded.map(({ trajectory, text, end, grade }, i) => ({
        ...{ run, problem: batch[i].problem.id, sample: batch[i].sample, form: batch[i].problem.form },
        ...{ checkpoint: basename(checkpoint), seed, readout: "autoregressive", temperature },
        ...{ steps: trajectory.calls, prompt: batch[i].problem.prompt, text, completionLength: end },
        ...{ traceSteps: [], editDistances: [], valid: formats[i] === 1 },
        passedBase: grade.passedBase === true,
        passedPlus: grade.passedPlus === true,
      })),
    );
  }
  return rows;
}

/** Samples of the AR parent decoded together. */
const batchSize = 64;

/** Parsed and tested by Python in the sandbox only. */
async function graded(
  rows: readonly Written[],
  problems: Readonly<Record<string, Problem>>,
  signal?: AbortSignal,
): Promise<ProgramRow[]> {
  const sandbox = await sharedSandbox();
  const formats = await formatRewards(
    rows.map(({ text }) => text),
    sandbox,
    signal,
  );
  const grades = await gradeAll(
    rows.map(({ problem, text }) => ({ problem: problems[problem], text })),
    sharedSandbox,
    signal,
  );
  return rows.map((row, i) => ({
    ...row,
    valid: formats[i] === 1,
    passedBase: grades[i].passedBase === true,
    passedPlus: grades[i].passedPlus === true,
  }));
}
