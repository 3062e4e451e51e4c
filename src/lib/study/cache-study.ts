/**
 * How far a block-wise cache is from exact passes, logged: the data behind N3. Held-out problems are decoded without a cache in
 * blocks of several lengths, one token a step, and each decoding is replayed with every cache.
 */
import { cacheBlocks } from "../claims/chapters/faster.js";
import type { Problem, TaskName } from "../core/records.js";
import { Rng } from "../core/rng.js";
import { cacheErrors } from "../decode/cache-error.js";
import { decodeConfig } from "../decode/config.js";
import { caches } from "../decode/types.js";
import { decode } from "../decode/decode.js";
import type { CachedRow } from "../log/schemas.js";
import { loadDenoiser } from "../checkpoints/checkpoint.js";
import type { Denoiser } from "../model/denoiser.js";
import type { Profile } from "./profile.js";
import { progressBar } from "../host/progress.js";
import { inTurn, loggedRun } from "./study-run.js";
import { problemsOf, testbedTokenizer } from "../checkpoints/testbed.js";
import { completionLength } from "../recipes/stages/training-data.js";

export interface CacheStudy {
  /** folder under data/runs/ */
  readonly study: string;
  readonly checkpoint: string;
  readonly seed: number;
  readonly task: TaskName;
  readonly problems: number;
  /** divisors of the completion length */
  readonly blockLengths: readonly number[];
}

export const cacheStudyDefaults = {
  study: "n3",
  checkpoint: "instruct",
  seed: 1,
  task: "minipy",
  blockLengths: cacheBlocks,
} as const;

/** N3: the instruct model of every training seed of a profile. */
export function cacheStudies({ cacheProblems, cacheBlocks, seeds }: Profile): CacheStudy[] {
  return seeds.map(seed => ({
    ...cacheStudyDefaults,
    seed,
    problems: cacheProblems,
    blockLengths: cacheBlocks,
  }));
}

/** The errors of several runs, one after the other: a model's training seeds. */
export function cacheErrorsOfAll(
  studies: readonly CacheStudy[],
  signal?: AbortSignal,
): Promise<{ readonly sources: readonly string[]; readonly rows: readonly CachedRow[] }> {
  return inTurn(studies, cacheErrorsOf, signal);
}

/** Make a run, or read it back when it is complete; a killed one goes on after its last whole block length. */
export function cacheErrorsOf(
  study: CacheStudy,
  signal?: AbortSignal,
): Promise<{ run: string; folder: string; rows: readonly CachedRow[] }> {
  const problems = problemsOf(study.task, "test", study.problems, study.seed);
  const { blockLengths } = study;
  const each = problems.length * caches.length;
  const size = { rows: each * blockLengths.length, unit: each };
  return loggedRun(study, study.task, "cached", size, async (log, { run, checkpoint }) => {
    const denoiser = loadDenoiser(checkpoint, { mode: problems.length > tinyStudy ? "graph" : "op-by-op" });
    const progress = progressBar(`${study.study} ${run}`);
    for (let i = log.rows / each; i < blockLengths.length; i++) {
      signal?.throwIfAborted();
      const rows = await errorRows(denoiser, problems, blockLengths[i], study.seed, signal);
      log.append(rows.map(row => ({ run, seed: study.seed, ...row })));
      progress((i + 1) / blockLengths.length, `blocks of ${blockLengths[i]}`);
    }
    denoiser.dispose();
  });
}

/** So few problems are decoded op by op: recording graphs takes longer than all of their steps. */
const tinyStudy = 8;

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
  const errors = cacheErrors(denoiser, trajectories, config, caches);
  return caches.flatMap((cache, k) =>
    problems.map(({ id }, b) => ({ problem: id, cache, blockLength, ...errors[k][b] })),
  );
}
