/**
 * Decoding methods on the sequences of a Markov chain whose conditionals are exact: logged as samples, a lag
 * and a method a run. `correct` says that a sequence has no forbidden step; `form` names the lag.
 */
import { Rng } from "../core/rng.js";
import { decodeConfig } from "../decode/config.js";
import type { DecodeConfig } from "../decode/types.js";
import { decode } from "../decode/decode.js";
import { policyInWords } from "../decode/policies.js";
import type { SampleRow } from "../log/schemas.js";
import { markovDenoiser, type MarkovChain } from "../model/markov-chain.js";
import type { Experiment, StudySettings } from "./experiment.js";
import { settingColumns, trajectoryColumns } from "./study-rows.js";
import { exactModel } from "./study-run.js";

/** Sequences of a block of 16, in the four calls that the dilated schedule takes for it. */
const length = 16;
const states = 6;
/** from a state to itself, the next or the one after it, on a ring; other steps are forbidden */
const steps = [0.5, 0.3, 0.2];
/** what a forbidden step has all the same, so that a wrong sequence can be gone on from */
const forbidden = 1e-6;

/** Sequences drawn by one configuration of the decoder, at one lag. */
export interface ChainStudy extends StudySettings {
  /** 1 is short-range; 8, 4 and 2 are the strides of the dilated schedule before its last round */
  readonly lag: number;
  readonly sequences: number;
  readonly decode: Partial<DecodeConfig>;
}

/** A killed run starts again. */
export const chains: Experiment<ChainStudy, "samples"> = {
  defaults: { study: "markov", checkpoint: exactModel, seed: 1 },
  label: ({ lag, decode }) => {
    const { steps, tieRule } = configOf(decode);
    const policy = policyInWords({ policy: decode.policy }).replaceAll(" ", "-");
    return `lag${lag}-${policy}-steps${steps}-${tieRule}`;
  },
  logs: ({ sequences }) => [{ kind: "samples", rowsPerUnit: sequences }],
  units: () => 1,
  unit: "sets of sequences",
  batch: () => 1,
  worker: () => ({
    rows: async ({ settings, run }) => ({ samples: await drawn(settings, run) }),
    dispose: () => undefined,
  }),
};

function configOf(decode: Partial<DecodeConfig>): DecodeConfig {
  return decodeConfig(length, { temperature: 1, topP: 1, ...decode });
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

/** Sequences of the chain, drawn by one configuration. */
async function drawn(
  { lag, decode: options, seed, sequences }: ChainStudy,
  run: string,
): Promise<SampleRow[]> {
  const config = configOf(options);
  const rngs = Array.from({ length: sequences }, (_, i) => Rng.fromSeed(seed).split("markov").split(i));
  const prompts = rngs.map(() => new Int32Array());
  const trajectories = await decode(markovDenoiser(markovChain(lag)), prompts, config, rngs);
  return trajectories.map((t, i): SampleRow => ({
    ...{ run, problem: `sequence-${i}`, sample: 0, task: "markov", split: "test", form: `lag ${lag}` },
    ...{ checkpoint: exactModel, seed },
    ...settingColumns({ autoregressive: false, decode: config }),
    ...trajectoryColumns(t),
    ...{ prompt: "", text: t.completionIds.join(" "), completionLength: length },
    ...{ formatOk: null, passedBase: null, passedPlus: null, correct: isValid(t.completionIds, lag) },
  }));
}
