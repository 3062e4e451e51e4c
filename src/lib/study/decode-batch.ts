/**
 * One batch of a decoding run: decoded with the run's checkpoint and graded in the sandbox. A function of the
 * run and the batch's place in it alone, so that it may be computed in any process.
 */
import type { CompileMode } from "../compile/compile.js";
import type { Precision } from "../compile/precision.js";
import type { Problem, Split, TaskName, Trajectory } from "../core/records.js";
import { Rng } from "../core/rng.js";
import { decodeAutoregressive } from "../decode/autoregressive.js";
import type { DecodeConfig } from "../decode/types.js";
import { decode, type DecodeOptions } from "../decode/decode.js";
import { policyOf } from "../decode/policies.js";
import { populationOf } from "../decode/population.js";
import { DenoiserKeeper } from "../checkpoints/denoiser-keeper.js";
import { endTokensOf } from "../model/config.js";
import { lengthToEnd } from "../tokenizer/decoded-text.js";
import type { Denoiser } from "../model/denoiser.js";
import { loadParts, partFields, type Decoding, type PartFields } from "./decoding-parts.js";
import { gradeAll, notGraded, type Grade } from "./grading.js";
import { tinyStudy, type StudySettings } from "./experiment.js";
import { sharedSandbox } from "./shared-sandbox.js";
import { checkpointFolder, problemsOf, tokenizerOf } from "../checkpoints/testbed.js";

/** One decoding run: which model, which problems, how. */
export interface DecodeStudy extends StudySettings, PartFields {
  /** a task that draws its problems, or "prompts": texts of the caller's own, completed and not graded */
  readonly task: TaskName;
  /** of the task "prompts": the texts, chat template and all */
  readonly prompts?: readonly string[];
  readonly split: Split;
  /** how many of a testbed task; which ones depends on `seed` (`problemsOf`) */
  readonly problems: number;
  readonly samplesPerProblem: number;
  /** token by token from the left under causal attention, instead of diffusion: the AR parent */
  readonly autoregressive: boolean;
  /** keep the confidence of every masked position before every step */
  readonly trace: boolean;
  readonly decode: DecodeConfig;
  /** of the denoiser's matrix products; absent: float32 */
  readonly precision?: Precision;
}

/** What a run asks of a problem; without `graded` its completion is only looked at. */
export interface StudyProblem {
  readonly id: string;
  readonly task: TaskName;
  readonly split: Split;
  readonly prompt: string;
  readonly form: string;
  readonly graded: Problem | null;
}

/** One sample to make. */
export interface Job {
  readonly problem: StudyProblem;
  readonly sample: number;
}

/** Samples `from` to `to` - 1 of a run. */
export interface DecodeBatch {
  readonly study: DecodeStudy;
  readonly from: number;
  readonly to: number;
}

/** A sample made: plain data, so that it can pass between processes. */
export interface DecodedSample {
  readonly trajectory: Trajectory;
  /** completion up to the first end token */
  readonly text: string;
  /** tokens before the first end token; all of them without one */
  readonly end: number;
  readonly grade: Grade;
}

/** Largest size of a batch's logits, [B, C, V] float32: what a batch may take beside the weights. */
const logitBytes = 2 ** 29;

/**
 * Samples decoded together unless the caller says: as many as
 * `logitBytes` hold with their candidate states, at most 64.
 */
export function defaultBatch(vocabSize: number, config: DecodeConfig): number {
  const { particles } = populationOf(policyOf(config));
  const bytes = 4 * vocabSize * config.completionLength * particles;
  return Math.max(1, Math.min(64, Math.floor(logitBytes / bytes)));
}

/** Every sample of a run, in order. */
export function jobsOf(study: DecodeStudy): Job[] {
  return studyProblems(study).flatMap(problem =>
    Array.from({ length: study.samplesPerProblem }, (_, sample) => ({ problem, sample })),
  );
}

function studyProblems({ task, split, problems, seed, prompts = [] }: DecodeStudy): StudyProblem[] {
  if (task === "prompts")
    return prompts.map((prompt, i) => ({ id: `prompt-${i}`, task, split, prompt, form: "", graded: null }));
  return problemsOf(task, split, problems, seed).map(problem => ({ ...problem, graded: problem }));
}

/** Decodes batches in this process; keeps the checkpoint of the last one. A backend must be in use. */
export class BatchDecoder {
  private readonly checkpoints = new DenoiserKeeper();
  private beside: (Decoding & { readonly key: string; readonly of: Denoiser }) | undefined;

  /** @param own a policy, score or sampler in place of the configuration's */
  async decode(
    { study, from, to }: DecodeBatch,
    signal?: AbortSignal,
    own: Pick<DecodeOptions, "policy" | "score" | "sampler"> = {},
  ): Promise<DecodedSample[]> {
    const jobs = jobsOf(study).slice(from, to);
    const folder = checkpointFolder(study.checkpoint, study.seed);
    const tiny = study.problems * study.samplesPerProblem <= tinyStudy;
    const mode: CompileMode = tiny && study.precision !== "bfloat16" ? "op-by-op" : "graph";
    const { denoiser, asked, order } = this.load(study, folder, mode);
    const tokenizer = tokenizerOf(folder);
    const seeds = Rng.fromSeed(study.seed).split("decode");
    const prompts = jobs.map(job => tokenizer.encode(job.problem.prompt));
    const rngs = jobs.map(job => seeds.split(job.problem.id).split(job.sample));
    const trajectories = study.autoregressive
      ? await decodeAutoregressive(denoiser, prompts, study.decode, rngs, { signal })
      : await decode(asked, prompts, study.decode, rngs, { order, ...own, signal, trace: study.trace });
    // The testbed's answers end with its end token; real models name several that may.
    const endIds = study.task === "prompts" ? endTokensOf(denoiser.config) : [denoiser.eosTokenId];
    const ends = trajectories.map(t => lengthToEnd(t.completionIds, endIds));
    const texts = trajectories.map((t, i) => tokenizer.decode(t.completionIds.slice(0, ends[i])));
    const grades = await gradesOf(jobs, texts, signal);
    return jobs.map((_, i) => ({
      trajectory: trajectories[i],
      text: texts[i],
      end: ends[i],
      grade: grades[i],
    }));
  }

  dispose(): void {
    this.beside?.dispose();
    this.beside = undefined;
    this.checkpoints.dispose();
  }

  /** The checkpoint, and what decodes: read anew for a batch unless the one before it had the same. */
  private load(study: DecodeStudy, folder: string, mode: CompileMode) {
    const fields = partFields(study);
    const { completionLength, blockLength } = study.decode;
    const config = { completionLength, blockLength };
    const options = { mode, precision: study.precision };
    const key = JSON.stringify([folder, options, fields, config]);
    if (this.beside?.key !== key) {
      this.beside?.dispose();
      this.beside = undefined;
      const denoiser = this.checkpoints.load(folder, options);
      this.beside = { key, of: denoiser, ...loadParts(fields, { folder, denoiser, config, options }) };
    }
    const { of, denoiser: asked, order } = this.beside;
    return { denoiser: of, asked, order };
  }
}

/** One grade a job; those without a graded problem have none. */
async function gradesOf(
  jobs: readonly Job[],
  texts: readonly string[],
  signal?: AbortSignal,
): Promise<Grade[]> {
  const completions = jobs.flatMap(({ problem: { graded } }, i) =>
    graded === null ? [] : [{ problem: graded, text: texts[i] }],
  );
  if (completions.length === 0) return jobs.map(() => notGraded);
  return gradeAll(completions, sharedSandbox, signal);
}
