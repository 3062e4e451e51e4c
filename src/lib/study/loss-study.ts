/**
 * Cross-entropy of held-out completions at given mask ratios,
 * logged: the data behind F8. No decoding, one pass a draw.
 */
import * as tf from "@tensorflow/tfjs-core";
import type { Problem, TaskName } from "../core/records.js";
import { Rng } from "../core/rng.js";
import { positionLosses } from "../diffusion/loss.js";
import { maskTokens } from "../diffusion/forward-process.js";
import type { LossRow } from "../log/schemas.js";
import type { Denoiser } from "../model/denoiser.js";
import { denoiserWorker, type Experiment, type StudySettings } from "./experiment.js";
import { problemsOf, testbedTokenizer } from "../checkpoints/testbed.js";
import { completionLength, promptLength } from "../recipes/stages/training-data.js";

export interface LossStudy extends StudySettings {
  readonly task: TaskName;
  readonly problems: number;
  /** mask ratios, each drawn `replicates` times for every problem */
  readonly ratios: readonly number[];
  readonly replicates: number;
}

/** Only tokens up to and including the end token are masked and scored. */
export const losses: Experiment<LossStudy, "losses"> = {
  defaults: {
    ...{ study: "f8", checkpoint: "instruct", seed: 1, task: "minipy" },
    ...{ ratios: [0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1], replicates: 2 },
  },
  label: ({ task }) => task,
  logs: () => [{ kind: "losses", rowsPerUnit: 1 }],
  units: settings => drawsOf(settings).length,
  unit: "draws",
  batch: () => 64,
  worker: denoiserWorker((denoiser, { settings, run, from, to }) => {
    const rng = Rng.fromSeed(settings.seed).split("losses");
    return Promise.resolve({ losses: lossRows(denoiser, drawsOf(settings).slice(from, to), run, rng) });
  }),
};

interface Draw {
  readonly problem: Problem;
  readonly t: number;
  readonly replicate: number;
}

function drawsOf({ task, problems, seed, ratios, replicates }: LossStudy): Draw[] {
  return problemsOf(task, "test", problems, seed).flatMap(problem =>
    ratios.flatMap(t => Array.from({ length: replicates }, (_, replicate) => ({ problem, t, replicate }))),
  );
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
