/**
 * Decoding methods on the sequences of a Markov chain whose conditionals are exact: logged as samples, a lag and a method a
 * run. `correct` says that a sequence has no forbidden step; `form` names the lag.
 */
import { Rng } from "../core/rng.js";
import { decodeConfig } from "../decode/config.js";
import type { DecodeConfig } from "../decode/types.js";
import { decode } from "../decode/decode.js";
import { policyInWords } from "../decode/policies.js";
import type { SampleRow } from "../log/schemas.js";
import { markovDenoiser, type MarkovChain } from "../model/markov-chain.js";
import { runsFolder } from "../host/runs-folder.js";
import type { Profile } from "./profile.js";
import { provenance } from "../runtime/provenance.js";
import { arnessColumns } from "./study-rows.js";
import { loggedFolder } from "./study-run.js";

/** Sequences of a block of 16, in the four calls that the dilated schedule takes for it. */
const length = 16;
const states = 6;
/** from a state to itself, the next or the one after it, on a ring; other steps are forbidden */
const steps = [0.5, 0.3, 0.2];
/** what a forbidden step has all the same, so that a wrong sequence can be gone on from */
const forbidden = 1e-6;

/** 1 is short-range; 8, 4 and 2 are the strides of the schedule before its last round. */
export const markovLags = [1, 2, 4, 8] as const;

/** By entropy: the probability of the drawn token would favour probable tokens, and so not draw from the chain. */
const methods: readonly Partial<DecodeConfig>[] = [
  { policy: { name: "dilated" } },
  { steps: 4, remasking: "neg-entropy-untempered" },
  { steps: 4, remasking: "neg-entropy-untempered", tieRule: "random" },
  { steps: 16, remasking: "neg-entropy-untempered" },
];

export interface MarkovRun {
  readonly run: string;
  readonly folder: string;
  readonly samples: readonly SampleRow[];
}

/** Every method at every lag, a sampling seed after the other. Runs that are there are read back. */
export async function markovStudy(
  { seeds, methodProblems }: Pick<Profile, "seeds" | "methodProblems">,
  signal?: AbortSignal,
): Promise<MarkovRun[]> {
  const runs: MarkovRun[] = [];
  for (const lag of markovLags)
    for (const method of methods)
      for (const seed of seeds) runs.push(await markovRun(lag, method, seed, 4 * methodProblems, signal));
  return runs;
}

export function markovChain(lag: number): MarkovChain {
  const next = Array.from({ length: states }, (_, from) => {
    const row = Array.from({ length: states }, (_, to) => steps[(to - from + states) % states] ?? forbidden);
    const sum = row.reduce((a, b) => a + b);
    return row.map(weight => weight / sum);
  });
  return { next, start: new Array<number>(states).fill(1 / states), lag };
}

/** No token follows its parent by a forbidden step. */
export function isValid(tokens: ArrayLike<number>, lag: number): boolean {
  return Array.from(tokens).every(
    (token, p, all) => p < lag || (token - all[p - lag] + states) % states < steps.length,
  );
}

async function markovRun(
  lag: number,
  method: Partial<DecodeConfig>,
  seed: number,
  count: number,
  signal?: AbortSignal,
): Promise<MarkovRun> {
  const config = decodeConfig(length, { temperature: 1, topP: 1, ...method });
  const policy = policyInWords(config);
  const run = `lag${lag}-${policy.replaceAll(" ", "-")}-steps${config.steps}-${config.tieRule}-seed${seed}-${count}`;
  const folder = runsFolder("markov", run);
  const metadata = () => provenance({ config: { ...config, chain: markovChain(lag), count }, seed });
  const samples = await loggedFolder(
    folder,
    "samples",
    { rows: count, unit: count },
    { metadata, make: async log => log.append(await drawn(lag, config, run, seed, count)), signal },
  );
  return { run, folder, samples };
}

/** Sequences of the chain, drawn by one configuration. */
async function drawn(
  lag: number,
  config: DecodeConfig,
  run: string,
  seed: number,
  count: number,
): Promise<SampleRow[]> {
  const policy = policyInWords(config);
  const rngs = Array.from({ length: count }, (_, i) => Rng.fromSeed(seed).split("markov").split(i));
  const trajectories = await decode(
    markovDenoiser(markovChain(lag)),
    rngs.map(() => new Int32Array()),
    config,
    rngs,
  );
  return trajectories.map((t, i): SampleRow => ({
    ...{ run, problem: `sequence-${i}`, sample: 0, task: "markov", split: "test", form: `lag ${lag}` },
    ...{ checkpoint: "exact", seed, policy, score: config.remasking },
    ...{ steps: t.steps, calls: t.calls, tokenPositions: t.tokenPositions },
    ...{ temperature: config.temperature, topP: config.topP },
    ...{ tieRule: t.tieRule, tieSteps: t.tieSteps, choiceSteps: t.choiceSteps },
    ...{ prompt: "", text: t.completionIds.join(" "), completionLength: length },
    ...{ formatOk: null, passedBase: null, passedPlus: null, correct: isValid(t.completionIds, lag) },
    ...arnessColumns(t, length),
  }));
}
