/**
 * One batch of a decoding run: decoded with the run's checkpoint and graded in the sandbox. A function of the run and
 * the batch's place in it alone, so that it may be computed in any process.
 */
import type { Problem, Split, TaskName, Trajectory } from "../core/records.js";
import { Rng } from "../core/rng.js";
import { decodeAutoregressive } from "../decode/autoregressive.js";
import type { DecodeConfig } from "../decode/config.js";
import { decode } from "../decode/decode.js";
import { loadDenoiser } from "../model/checkpoint.js";
import type { Denoiser } from "../model/denoiser.js";
import { gradeAll, type Grade } from "./grading.js";
import { sharedSandbox } from "./shared-sandbox.js";
import { checkpointFolder, problemsOf, testbedTokenizer } from "./testbed.js";

/** One decoding run: which model, which problems, how. */
export interface DecodeStudy {
  /** folder under data/runs/, usually the claim: "f3" */
  readonly study: string;
  /** recipe of a shipped checkpoint, e.g. "instruct", or the path of a checkpoint folder */
  readonly checkpoint: string;
  /** training seed of the checkpoint; also seeds the sampling */
  readonly seed: number;
  readonly task: TaskName;
  readonly split: Split;
  readonly problems: number;
  readonly samplesPerProblem: number;
  /** token by token from the left under causal attention, instead of diffusion: the AR parent */
  readonly autoregressive: boolean;
  /** keep the confidence of every masked position before every step */
  readonly trace: boolean;
  readonly decode: DecodeConfig;
}

/** One sample to make. */
export interface Job {
  readonly problem: Problem;
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

/** Every sample of a run, in order. */
export function jobsOf(study: DecodeStudy): Job[] {
  return problemsOf(study.task, study.split, study.problems).flatMap(problem =>
    Array.from({ length: study.samplesPerProblem }, (_, sample) => ({ problem, sample })),
  );
}

/** Decodes batches in this process; keeps the checkpoint of the last one. A backend must be in use. */
export class BatchDecoder {
  private loaded: { readonly folder: string; readonly denoiser: Denoiser } | undefined;

  async decode({ study, from, to }: DecodeBatch, signal?: AbortSignal): Promise<DecodedSample[]> {
    const jobs = jobsOf(study).slice(from, to);
    const denoiser = this.denoiserOf(checkpointFolder(study.checkpoint, study.seed));
    const tokenizer = testbedTokenizer();
    const seeds = Rng.fromSeed(study.seed).split("decode");
    const prompts = jobs.map(job => tokenizer.encode(job.problem.prompt));
    const rngs = jobs.map(job => seeds.split(job.problem.id).split(job.sample));
    const trajectories = study.autoregressive
      ? await decodeAutoregressive(denoiser, prompts, study.decode, rngs, { signal })
      : await decode(denoiser, prompts, study.decode, rngs, { signal, trace: study.trace });
    const ends = trajectories.map(t => endOf(t, denoiser.eosTokenId));
    const texts = trajectories.map((t, i) => tokenizer.decode(t.completionIds.slice(0, ends[i])));
    const completions = jobs.map(({ problem }, i) => ({ problem, text: texts[i] }));
    const grades = await gradeAll(completions, await sharedSandbox(), signal);
    return jobs.map((_, i) => ({
      trajectory: trajectories[i],
      text: texts[i],
      end: ends[i],
      grade: grades[i],
    }));
  }

  dispose(): void {
    this.loaded?.denoiser.dispose();
    this.loaded = undefined;
  }

  private denoiserOf(folder: string): Denoiser {
    if (this.loaded?.folder !== folder) {
      this.dispose();
      this.loaded = { folder, denoiser: loadDenoiser(folder) };
    }
    return this.loaded.denoiser;
  }
}

function endOf(t: Trajectory, eosTokenId: number): number {
  const end = t.completionIds.indexOf(eosTokenId);
  return end < 0 ? t.completionIds.length : end;
}
