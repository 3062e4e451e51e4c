/**
 * Decode problems with a checkpoint, grade what comes out in the sandbox, and log it: one folder
 * data/runs/<study>/<run>/ with samples.arrow, commits.arrow and, on request, confidences.arrow. A run that is
 * complete is read back; one that was killed goes on after its last whole batch.
 */
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { basename, join } from "node:path";
import { globalArness, localArness, orderUpTo } from "../analysis/ar-ness.js";
import { UserError } from "../core/errors.js";
import type { Problem, Split, TaskName, Trajectory } from "../core/records.js";
import { Rng } from "../core/rng.js";
import { decodeAutoregressive } from "../decode/autoregressive.js";
import type { DecodeConfig } from "../decode/config.js";
import { decode } from "../decode/decode.js";
import { readLog } from "../log/log-reader.js";
import { openLog, recoverLog, type LogWriter } from "../log/log-writer.js";
import type { CommitRow, ConfidenceRow, SampleRow } from "../log/schemas.js";
import { loadDenoiser } from "../model/checkpoint.js";
import type { Tokenizer } from "../tokenizer/tokenizer.js";
import { useBackend } from "./backend.js";
import { gradeAll, type Grade } from "./grading.js";
import { fromRoot } from "./package-root.js";
import { progressBar } from "./progress.js";
import { hashFile, provenance } from "./provenance.js";
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

export const studyDefaults = {
  checkpoint: "instruct",
  seed: 1,
  task: "minipy",
  split: "test",
  problems: 200,
  samplesPerProblem: 1,
  autoregressive: false,
  trace: false,
} as const;

/** A finished run, read back. */
export interface StudyLog {
  readonly run: string;
  readonly folder: string;
  readonly samples: readonly SampleRow[];
  readonly commits: readonly CommitRow[];
  readonly confidences: readonly ConfidenceRow[];
}

/** Sequences decoded together. */
const batchSize = 64;
/** k of the logged AR-ness lists (DiffuCoder Fig. 3). */
export const localKs = [1, 2, 3, 4, 5, 6, 7, 8, 9] as const;
export const globalKs = [1, 2, 3, 4] as const;

/** Make a run, or read it back when it is complete. */
export async function runOrLoad(study: DecodeStudy, signal?: AbortSignal): Promise<StudyLog> {
  const weights = join(checkpointFolder(study.checkpoint, study.seed), "model.safetensors");
  if (!existsSync(weights)) {
    throw new UserError(
      `study ${study.study}: ${weights} is missing; train it with npm run train -- --recipe ${study.checkpoint} --seed ${study.seed} --out ${checkpointFolder(study.checkpoint, study.seed)}.`,
    );
  }
  const checkpointHash = hashFile(weights);
  const run = runName(study, checkpointHash);
  const folder = fromRoot("data", "runs", study.study, run);
  await complete(study, run, folder, checkpointHash, signal);
  const rows = <K extends "samples" | "commits" | "confidences">(kind: K) =>
    readLog(join(folder, `${kind}.arrow`), kind).rows();
  return {
    run,
    folder,
    samples: rows("samples"),
    commits: rows("commits"),
    confidences: study.trace ? rows("confidences") : [],
  };
}

/** What tells runs apart, for people, and a hash of everything that does. */
function runName(study: DecodeStudy, checkpointHash: string): string {
  const hash = createHash("sha256")
    .update(JSON.stringify(study))
    .update(checkpointHash)
    .digest("hex")
    .slice(0, 8);
  const order = study.autoregressive ? "ar" : `${study.decode.remasking}-${study.decode.tieRule}`;
  return `${basename(study.checkpoint)}-seed${study.seed}-${study.task}-T${study.decode.temperature}-${order}-${hash}`;
}

interface Job {
  readonly problem: Problem;
  readonly sample: number;
}

/** Decode what the logs lack. Samples are written last in a batch, so their rows say which batches are whole. */
async function complete(
  study: DecodeStudy,
  run: string,
  folder: string,
  checkpointHash: string,
  signal?: AbortSignal,
): Promise<void> {
  const problems = problemsOf(study.task, study.split, study.problems);
  const jobs: Job[] = problems.flatMap(problem =>
    Array.from({ length: study.samplesPerProblem }, (_, sample) => ({ problem, sample })),
  );
  const samplesPath = join(folder, "samples.arrow");
  const done = existsSync(samplesPath) ? recoverLog(samplesPath) : 0;
  if (done === jobs.length) return;

  await useBackend();
  const denoiser = loadDenoiser(checkpointFolder(study.checkpoint, study.seed));
  const sandbox = await sharedSandbox();
  const tokenizer = testbedTokenizer();
  const c = study.decode.completionLength;
  const metadata = provenance({ config: study, seed: study.seed, checkpointHash });
  const open = <K extends "samples" | "commits" | "confidences">(kind: K, rows: number) =>
    openLog(join(folder, `${kind}.arrow`), kind, { metadata, resume: { rows } });
  const logs = {
    commits: open("commits", done * c),
    confidences: study.trace ? open("confidences", done * c * study.decode.steps) : null,
    samples: open("samples", done),
  };
  const progress = progressBar(run);
  const seeds = Rng.fromSeed(study.seed).split("decode");
  try {
    for (let from = done; from < jobs.length; from += batchSize) {
      const batch = jobs.slice(from, from + batchSize);
      const prompts = batch.map(job => tokenizer.encode(job.problem.prompt));
      const rngs = batch.map(job => seeds.split(job.problem.id).split(job.sample));
      const trajectories = study.autoregressive
        ? await decodeAutoregressive(denoiser, prompts, study.decode, rngs, { signal })
        : await decode(denoiser, prompts, study.decode, rngs, { signal, trace: study.trace });
      const texts = trajectories.map(t =>
        tokenizer.decode(t.completionIds.slice(0, endOf(t, denoiser.eosTokenId))),
      );
      const grades = await gradeAll(
        batch.map((job, i) => ({ problem: job.problem, text: texts[i] })),
        sandbox,
        signal,
      );
      logs.commits.append(
        batch.flatMap((job, i) => commitRows(run, job.problem.id, job.sample, trajectories[i], tokenizer)),
      );
      logs.confidences?.append(batch.flatMap((job, i) => confidenceRows(run, job, trajectories[i])));
      logs.samples.append(
        batch.map((job, i) =>
          sampleRow(study, run, job, trajectories[i], texts[i], grades[i], denoiser.eosTokenId),
        ),
      );
      progress(
        Math.min(1, (from + batch.length) / jobs.length),
        `${from + batch.length}/${jobs.length} samples`,
      );
    }
  } finally {
    for (const log of Object.values(logs) as (LogWriter<never> | null)[]) log?.close();
    denoiser.dispose();
  }
}

/** Tokens before the first end token; the whole completion without one. */
function endOf(t: Trajectory, eosTokenId: number): number {
  const end = t.completionIds.indexOf(eosTokenId);
  return end < 0 ? t.completionIds.length : end;
}

function sampleRow(
  study: DecodeStudy,
  run: string,
  { problem, sample }: Job,
  t: Trajectory,
  text: string,
  grade: Grade,
  eosTokenId: number,
): SampleRow {
  const end = endOf(t, eosTokenId);
  return {
    run,
    problem: problem.id,
    sample,
    task: problem.task,
    split: problem.split,
    form: problem.form,
    checkpoint: basename(study.checkpoint),
    seed: study.seed,
    steps: t.steps,
    temperature: study.decode.temperature,
    score: study.autoregressive ? "autoregressive" : study.decode.remasking,
    tieRule: t.tieRule,
    tieSteps: t.tieSteps,
    choiceSteps: t.choiceSteps,
    prompt: problem.prompt,
    text,
    completionLength: end,
    ...grade,
    ...arnessColumns(t, end),
  };
}

/**
 * AR-ness of a trajectory as columns of its sample.
 * @param end position of the first end token
 */
export function arnessColumns(
  t: Trajectory,
  end: number,
): Pick<SampleRow, "localArness" | "globalArness" | "localArnessEos" | "globalArnessEos"> {
  const whole = Array.from(t.order);
  const toEnd = orderUpTo(whole, end);
  return {
    localArness: localKs.map(k => localArness(whole, k)),
    globalArness: globalKs.map(k => globalArness(whole, k)),
    localArnessEos: localKs.map(k => localArness(toEnd, k)),
    globalArnessEos: globalKs.map(k => globalArness(toEnd, k)),
  };
}

/** A trajectory as rows of a commits log, in the order committed. */
export function commitRows(
  run: string,
  problem: string,
  sample: number,
  t: Trajectory,
  tokenizer: Pick<Tokenizer, "tokenOf">,
): CommitRow[] {
  return Array.from(t.order, (position, rank) => ({
    run,
    problem,
    sample,
    rank,
    step: t.stepOf[position],
    position,
    tokenId: t.completionIds[position],
    token: tokenizer.tokenOf(t.completionIds[position]),
    confidence: t.confidence[position],
    entropy: t.entropy[position],
  }));
}

function confidenceRows(run: string, { problem, sample }: Job, t: Trajectory): ConfidenceRow[] {
  const c = t.completionIds.length;
  return Array.from({ length: t.steps * c }, (_, i) => ({
    run,
    problem: problem.id,
    sample,
    step: Math.floor(i / c),
    position: i % c,
    confidence: t.trace?.confidence[i] ?? NaN,
    entropy: t.trace?.entropy[i] ?? NaN,
    masked: t.stepOf[i % c] >= Math.floor(i / c),
  }));
}
