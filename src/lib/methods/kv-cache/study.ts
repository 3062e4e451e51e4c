/**
 * How far a block-wise cache is from exact passes, logged: the data behind
 * N3. Held-out problems are decoded without a cache in blocks of several
 * lengths, one token a step, and each decoding is replayed with every cache.
 */
import type { Problem, TaskName } from "../../core/records.js";
import { Rng } from "../../core/rng.js";
import { cacheErrors as errorsOfCaches } from "./replay.js";
import { decodeConfig } from "../../decode/config.js";
import { decode } from "../../decode/decode.js";
import { kvCaches } from "../../decode/types.js";
import type { CachedRow } from "./columns.js";
import type { Denoiser } from "../../model/denoiser.js";
import { denoiserWorker, tinyStudy, type Experiment, type StudySettings } from "../../study/experiment.js";
import { problemsOf, testbedTokenizer } from "../../checkpoints/testbed.js";
import { completionLength } from "../../recipes/stages/training-data.js";

export interface CacheStudy extends StudySettings {
  readonly task: TaskName;
  readonly problems: number;
  /** divisors of the completion length, a unit of work each */
  readonly blockLengths: readonly number[];
}

/** Lengths of which each divides the next; the last is the whole window, without a suffix. */
const blockLengths = [1, 2, 4, 12, 36];

export const cacheErrors: Experiment<CacheStudy, "cached"> = {
  defaults: { study: "n3", checkpoint: "instruct", seed: 1, task: "minipy", blockLengths },
  label: ({ task }) => task,
  logs: ({ problems }) => [{ kind: "cached", rowsPerUnit: problems * kvCaches.length }],
  units: ({ blockLengths }) => blockLengths.length,
  unit: "block lengths",
  batch: () => 1,
  worker: denoiserWorker(
    async (denoiser, { settings, run, from }, signal) => {
      const { task, problems: count, seed, blockLengths } = settings;
      const problems = problemsOf(task, "test", count, seed);
      const rows = await errorRows(denoiser, problems, blockLengths[from], seed, signal);
      return { cached: rows.map(row => ({ run, seed, ...row })) };
    },
    ({ problems }) => problems <= tinyStudy,
  ),
};

async function errorRows(
  denoiser: Denoiser,
  problems: readonly Problem[],
  blockLength: number,
  seed: number,
  signal?: AbortSignal,
): Promise<Omit<CachedRow, "run" | "seed">[]> {
  const config = decodeConfig(completionLength, { blockLength });
  const prompts = problems.map(({ prompt }) => testbedTokenizer().encode(prompt));
  const seeds = Rng.fromSeed(seed).split("decode");
  const rngs = problems.map(({ id }) => seeds.split(id).split(0));
  const trajectories = await decode(denoiser, prompts, config, rngs, { signal });
  const errors = errorsOfCaches(denoiser, trajectories, config, kvCaches);
  return kvCaches.flatMap((kvCache, k) =>
    problems.map(({ id }, b) => ({ problem: id, kvCache, blockLength, ...errors[k][b] })),
  );
}
