/**
 * Held-out problems answered by CodeFusion, read in two ways, and by the AR parent at several temperatures; parsed and tested in the
 * sandbox, and logged: the data behind N12. A killed run goes on after its last whole batch, which is one sample of every
 * problem.
 */
import { basename } from "node:path";
import * as tf from "@tensorflow/tfjs-core";
import { normalisedEditDistance } from "../core/edit-distance.js";
import type { Problem } from "../core/records.js";
import { Rng } from "../core/rng.js";
import { loadFusion } from "../checkpoints/fusion-checkpoint.js";
import type { FusionConfig } from "../fusion/config.js";
import { FusionGenerator, generateDefaults, programTokens, readOuts, type FusionSample, type GenerateOptions } from "../fusion/generate.js"; // prettier-ignore
import type { LogWriter } from "../log/log-writer.js";
import type { ProgramRow } from "../log/schemas.js";
import { formatRewards } from "../rl/rewards.js";
import { codefusion } from "../recipes/stages/fusion-recipe.js";
import { gradeAll } from "./grading.js";
import type { Profile } from "./profile.js";
import { progressBar } from "../host/progress.js";
import { sharedSandbox } from "./shared-sandbox.js";
import { models, runAll, studyOf } from "./studies.js";
import { inTurn, loggedRun, type StudyRun } from "./study-run.js";
import { problemsOf, testbedTokenizer } from "../checkpoints/testbed.js";

export interface ProgramStudy {
  /** folder under data/runs/ */
  readonly study: string;
  /** recipe or folder of a CodeFusion checkpoint; with `temperatures`, of the AR parent */
  readonly checkpoint: string;
  readonly seed: number;
  readonly problems: number;
  readonly samplesPerProblem: number;
  readonly generate: GenerateOptions;
  /** of an autoregressive model; none: CodeFusion */
  readonly temperatures: readonly number[];
}

export const programStudyDefaults = { study: "n12", seed: 1, generate: generateDefaults } as const;

/** N12: CodeFusion and the AR parent of every training seed of a profile, on the same problems. */
export function n12Studies({ seeds, methodProblems, programs }: Profile): ProgramStudy[] {
  const { samples, temperatures } = programs;
  const size = { problems: methodProblems, samplesPerProblem: samples };
  return seeds.flatMap(seed => [
    { ...programStudyDefaults, ...size, seed, checkpoint: codefusion.name, temperatures: [] },
    { ...programStudyDefaults, ...size, seed, checkpoint: models.arParent, temperatures },
  ]);
}

/** The programs of several runs, made or read back one after the other. */
export function programsOfAll(
  studies: readonly ProgramStudy[],
  signal?: AbortSignal,
): Promise<{ readonly sources: readonly string[]; readonly rows: readonly ProgramRow[] }> {
  return inTurn(studies, programsOf, signal);
}

/** Make a run, or read it back when it is complete. */
export function programsOf(
  study: ProgramStudy,
  signal?: AbortSignal,
): Promise<{ run: string; folder: string; rows: readonly ProgramRow[] }> {
  const ways = study.temperatures.length === 0 ? readOuts.length : study.temperatures.length;
  const size = { rows: study.problems * study.samplesPerProblem * ways, unit: 1 };
  return loggedRun(study, "minipy", "programs", size, (log, run) =>
    (study.temperatures.length === 0 ? generateAll : writeAll)(study, run, log, signal),
  );
}

/** One sample of every problem after the other. */
async function generateAll(
  study: ProgramStudy,
  { run, checkpoint }: StudyRun,
  log: LogWriter<"programs">,
  signal?: AbortSignal,
): Promise<void> {
  const { problems: count, samplesPerProblem, seed } = study;
  const { config, parameters } = loadFusion(checkpoint);
  const generator = new FusionGenerator(config, parameters);
  const problems = problemsOf("minipy", "test", count, seed);
  const prompts = problems.map(({ prompt }) => testbedTokenizer().encode(prompt));
  const rng = Rng.fromSeed(seed).split("programs");
  const progress = progressBar(`${study.study} ${run}`);
  for (let sample = log.rows / (count * readOuts.length); sample < samplesPerProblem; sample++) {
    const rngs = problems.map(({ id }) => rng.split(id).split(sample));
    const samples = await generator.generate(prompts, rngs, study.generate, (step, steps) => {
      signal?.throwIfAborted();
      const share = (sample + Math.min(step, steps - 1) / steps) / samplesPerProblem;
      progress(share, `sample ${sample + 1}/${samplesPerProblem}, step ${step}/${steps}`);
    });
    const rows = samples.flatMap((s, i) => readings(study, run, problems[i], sample, s, config));
    log.append(await graded(rows, Object.fromEntries(problems.map(p => [p.id, p])), signal));
  }
  progress(1, `${samplesPerProblem * count} samples`);
  generator.dispose();
  tf.dispose([...parameters.values()]);
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

/** The AR parent's samples at every temperature, by the runs of the decoding studies. */
async function writeAll(
  study: ProgramStudy,
  { run }: StudyRun,
  log: LogWriter<"programs">,
  signal?: AbortSignal,
): Promise<void> {
  const { problems, samplesPerProblem, seed, checkpoint } = study;
  const each = problems * samplesPerProblem;
  for (const temperature of study.temperatures.slice(Math.floor(log.rows / each))) {
    const decoded = {
      ...studyOf(checkpoint, "minipy", problems, { temperature, topP: 1 }),
      ...{ study: study.study, seed, samplesPerProblem, autoregressive: true },
    };
    const [{ samples }] = await runAll([decoded], { signal });
    const texts = samples.map(({ text }) => text);
    const formats = await formatRewards(texts, await sharedSandbox(), signal);
    log.append(
      samples.map(({ problem, sample, form, prompt, text, calls, completionLength, ...grade }, i) => ({
        ...{
          run,
          problem,
          sample,
          form,
          checkpoint: basename(checkpoint),
          seed,
          readout: "autoregressive",
          temperature,
        },
        ...{ steps: calls, prompt, text, completionLength, traceSteps: [], editDistances: [] },
        valid: formats[i] === 1,
        passedBase: grade.passedBase === true,
        passedPlus: grade.passedPlus === true,
      })),
    );
  }
}

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
