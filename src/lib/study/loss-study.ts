/** Cross-entropy of held-out completions at given mask ratios, logged: the data behind F8. No decoding, one pass a draw. */
import * as tf from "@tensorflow/tfjs-core";
import { nextTurn } from "../core/event-loop.js";
import type { Problem, TaskName } from "../core/records.js";
import { Rng } from "../core/rng.js";
import { positionLosses } from "../diffusion/loss.js";
import { maskTokens } from "../diffusion/forward-process.js";
import type { LossRow } from "../log/schemas.js";
import { loadDenoiser } from "../checkpoints/checkpoint.js";
import type { Denoiser } from "../model/denoiser.js";
import type { Profile } from "./profile.js";
import { progressBar } from "../host/progress.js";
import { inTurn, loggedRun } from "./study-run.js";
import { problemsOf, testbedTokenizer } from "../checkpoints/testbed.js";
import { completionLength, promptLength } from "../recipes/stages/training-data.js";

export interface LossStudy {
  /** folder under data/runs/ */
  readonly study: string;
  readonly checkpoint: string;
  readonly seed: number;
  readonly task: TaskName;
  readonly problems: number;
  /** mask ratios, each drawn `replicates` times for every problem */
  readonly ratios: readonly number[];
  readonly replicates: number;
}

export const lossStudyDefaults = {
  study: "f8",
  checkpoint: "instruct",
  seed: 1,
  task: "minipy",
  ratios: [0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1],
  replicates: 2,
} as const;

const batchSize = 64;

interface Draw {
  readonly problem: Problem;
  readonly t: number;
  readonly replicate: number;
}

/** Make a run, or read it back when it is complete. Only tokens up to and including the end token are masked and scored. */
export function lossesOf(
  study: LossStudy,
  signal?: AbortSignal,
): Promise<{ run: string; folder: string; rows: readonly LossRow[] }> {
  const draws: Draw[] = problemsOf(study.task, "test", study.problems, study.seed).flatMap(problem =>
    study.ratios.flatMap(t =>
      Array.from({ length: study.replicates }, (_, replicate) => ({ problem, t, replicate })),
    ),
  );
  const size = { rows: draws.length, unit: 1 };
  return loggedRun(study, study.task, "losses", size, async (log, { run, checkpoint }) => {
    const denoiser = loadDenoiser(checkpoint);
    const progress = progressBar(`${study.study} ${run}`);
    const rng = Rng.fromSeed(study.seed).split("losses");
    for (let from = log.rows; from < draws.length; from += batchSize) {
      signal?.throwIfAborted();
      const batch = draws.slice(from, from + batchSize);
      log.append(lossRows(denoiser, batch, run, rng));
      progress((from + batch.length) / draws.length, `${from + batch.length}/${draws.length} draws`);
      await nextTurn();
    }
    denoiser.dispose();
  });
}

/** The losses of several runs, one after the other: a model's training seeds. */
export function lossesOfAll(
  studies: readonly LossStudy[],
  signal?: AbortSignal,
): Promise<{ readonly sources: readonly string[]; readonly rows: readonly LossRow[] }> {
  return inTurn(studies, lossesOf, signal);
}

/** F8: the instruct model of every training seed of a profile. */
export function f8Studies({ forwardProblems, seeds }: Profile): LossStudy[] {
  return seeds.map(seed => ({ ...lossStudyDefaults, seed, problems: forwardProblems }));
}

function lossRows(denoiser: Denoiser, batch: readonly Draw[], run: string, rng: Rng): LossRow[] {
  const tokenizer = testbedTokenizer();
  const length = promptLength + completionLength;
  const [ids, targets, attentionMask, masks] = [0, 0, 0, 0].map(() => new Int32Array(batch.length * length));
  const lengths = batch.map(({ problem, t, replicate }, b) => {
    const prompt = tokenizer.encode(problem.prompt);
    const solution = [...tokenizer.encode(problem.solution), denoiser.eosTokenId];
    const row = new Int32Array(length).fill(denoiser.padTokenId);
    row.set(prompt, promptLength - prompt.length);
    row.set(solution, promptLength);
    const maskable = new Uint8Array(length).fill(1, promptLength, promptLength + solution.length);
    const draws = rng.split(problem.id).split(t).split(replicate);
    const { noised, masked } = maskTokens(row, maskable, t, denoiser.maskTokenId, draws);
    ids.set(noised, b * length);
    targets.set(row, b * length);
    masks.set(masked, b * length);
    attentionMask.fill(
      1,
      b * length + promptLength - prompt.length,
      b * length + promptLength + solution.length,
    );
    return solution.length;
  });
  const shape: [number, number] = [batch.length, length];
  const losses = tf.tidy(() => {
    const logits = denoiser.logits(
      tf.tensor2d(ids, shape, "int32"),
      tf.tensor2d(attentionMask, shape, "int32"),
    );
    return positionLosses(logits, tf.tensor2d(targets, shape, "int32"));
  });
  const values = losses.dataSync();
  losses.dispose();
  return batch.map(({ problem, t, replicate }, b) => {
    let [masked, lossSum] = [0, 0];
    for (let i = b * length; i < (b + 1) * length; i++) {
      masked += masks[i];
      lossSum += masks[i] * values[i];
    }
    return { run, problem: problem.id, t, replicate, masked, completionLength: lengths[b], lossSum };
  });
}
