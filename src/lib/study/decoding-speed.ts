/**
 * Tokens a second by number of denoiser steps (DiffuCoder Fig. 1c). Timed apart from the studies: a time is
 * no function of the seed, so it has no place in their logs, which are the same bytes for the same seed; and
 * batches there are decoded in several processes at once. Here one process decodes one batch, the numbers of
 * steps in turn, so that a busy moment of the machine hits all alike.
 */
import { Rng } from "../core/rng.js";
import { decodeConfig } from "../decode/config.js";
import { decode } from "../decode/decode.js";
import { loadDenoiser } from "../checkpoints/checkpoint.js";
import { useBackend } from "../runtime/backend.js";
import { checkpointFolder, problemsOf, testbedTokenizer } from "../checkpoints/testbed.js";
import { completionLength } from "../recipes/stages/training-data.js";
import type { DecodeStudy } from "./decode-batch.js";
import { loadParts, type PartFields } from "./decoding-parts.js";

export interface SpeedOptions {
  /** recipe of a shipped checkpoint; speed hardly depends on which */
  readonly checkpoint: string;
  readonly seed: number;
  /** numbers of denoiser steps to compare */
  readonly steps: readonly number[];
  /** sequences decoded together */
  readonly batch: number;
  /** timed decodings at each number of steps, after one that is not */
  readonly rounds: number;
}

export const speedDefaults: SpeedOptions = {
  checkpoint: "instruct",
  seed: 1,
  steps: [36, 18, 9],
  batch: 32,
  rounds: 3,
};

/** Throughput in completion tokens, those after the end token too, over all sequences of the batch. */
export interface DecodingSpeed {
  readonly steps: number;
  /** of the median round */
  readonly tokensPerSecond: number;
  /** slowest and fastest round */
  readonly range: readonly [number, number];
}

export async function decodingSpeed(options: Partial<SpeedOptions> = {}): Promise<DecodingSpeed[]> {
  const { steps, ...timing } = { ...speedDefaults, ...options };
  const settings = steps.map(count => ({ decode: decodeConfig(completionLength, { steps: count }) }));
  const seconds = await secondsByRound(settings, timing);
  return steps.map((count, i) => speedOf(count, timing.batch * completionLength, seconds[i]));
}

/** @param tokens decoded in each round */
export function speedOf(steps: number, tokens: number, seconds: readonly number[]): DecodingSpeed {
  const sorted = [...seconds].sort((a, b) => a - b);
  return {
    steps,
    tokensPerSecond: tokens / middle(seconds),
    range: [tokens / sorted[sorted.length - 1], tokens / sorted[0]],
  };
}

/** The lower of two in the middle. */
function middle(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor((values.length - 1) / 2)];
}

/** What is timed of a study; its parts must be of the checkpoint that is timed. */
type Setting = Pick<DecodeStudy, "decode"> & PartFields;

/** Seconds of one process to decode one sample, in a batch: those of the median round, as `speedOf`. */
export async function secondsBySetting(
  settings: readonly Setting[],
  options: Partial<Omit<SpeedOptions, "steps">> = {},
): Promise<number[]> {
  const timing = { ...speedDefaults, batch: 16, ...options };
  const seconds = await secondsByRound(settings, timing);
  return seconds.map(found => middle(found) / timing.batch);
}

/** Seconds of each round of every setting, in turns. */
async function secondsByRound(
  settings: readonly Setting[],
  { checkpoint, seed, batch, rounds }: Omit<SpeedOptions, "steps">,
): Promise<number[][]> {
  await useBackend();
  const folder = checkpointFolder(checkpoint, seed);
  const denoiser = loadDenoiser(folder);
  const prompts = problemsOf("minipy", "test", batch).map(({ prompt }) => testbedTokenizer().encode(prompt));
  const loaded = settings.map(setting => loadParts(setting, { folder, denoiser, config: setting.decode }));
  const works = loaded.map(({ denoiser: asked, order }, i) => () => {
    const rngs = prompts.map((_, b) => Rng.fromSeed(seed).split("speed").split(b));
    return decode(asked, prompts, settings[i].decode, rngs, { order });
  });
  try {
    return await inRounds(works, rounds);
  } finally {
    loaded.forEach(beside => beside.dispose());
    denoiser.dispose();
  }
}

/**
 * Seconds of each round of every work, in turns. A first round compiles the graphs and is not counted: works
 * draw alike in all rounds, so that no other graphs are met.
 */
export async function inRounds(
  works: readonly (() => Promise<unknown>)[],
  rounds: number,
): Promise<number[][]> {
  const seconds = works.map((): number[] => []);
  for (let round = -1; round < rounds; round++)
    for (const [i, work] of works.entries()) {
      const started = performance.now();
      await work();
      if (round >= 0) seconds[i].push((performance.now() - started) / 1000);
    }
  return seconds;
}
