/**
 * A study as data: what varies, over which training seeds and how many problems, at each size. A value is
 * itself, or one for each size (`{ smoke: 4, standard: 25, full: 100 }`), or a function of the training seed.
 */
import { decodeConfig } from "../decode/config.js";
import type { DecodeConfig } from "../decode/types.js";
import { testbedOf } from "../tasks/testbeds.js";
import type { DecodeStudy } from "./decode-batch.js";
import { partNames } from "./decoding-parts.js";
import type { StudySettings } from "./experiment.js";
import { experimentNamed, type ExperimentName, type SettingsOf } from "./experiments.js";
import { bySize, isSized, trainingSeeds, type Sized } from "./profile.js";

/** What a decoding depends on, its configuration's options among the rest. */
export type DecodingFields = Omit<DecodeStudy, "decode"> & DecodeConfig;

type Fields<N extends ExperimentName> = N extends "decoding" ? DecodingFields : SettingsOf<N>;

type PerSeed<T> = T | ((seed: number) => T);

/** Values of some fields: one run's difference from the others. */
export type Difference<N extends ExperimentName = "decoding"> = Partial<Fields<N>>;

export type Plan<N extends ExperimentName = "decoding"> = {
  /** by default decoding */
  readonly measure?: N;
  /** training seeds; by default those of the size */
  readonly seeds?: readonly number[] | Sized<readonly number[]>;
  /** one run for each, at every seed */
  readonly vary?: PerSeed<readonly Difference<N>[]>;
} & { readonly [K in keyof Omit<Fields<N>, "seed">]?: PerSeed<Fields<N>[K]> | Sized<Fields<N>[K]> };

/** Every combination of one difference from each list; the first list varies slowest. */
export function grid(...lists: readonly (readonly Difference[])[]): Difference[] {
  return lists.reduce<Difference[]>(
    (found, list) => found.flatMap(a => list.map(b => ({ ...a, ...b }))),
    [{}],
  );
}

/** One field at several values. */
export function each<K extends keyof DecodingFields>(
  field: K,
  values: readonly DecodingFields[K][],
): Difference[] {
  return values.map(value => ({ [field]: value }));
}

/** The runs of a plan, a seed after the other, each once. @throws UserError for a field that there is not */
export function runsOf(plan: Plan): DecodeStudy[];
export function runsOf<N extends ExperimentName>(plan: Plan<N> & { readonly measure: N }): SettingsOf<N>[];
export function runsOf<N extends ExperimentName>(plan: Plan<N>): SettingsOf<N>[] {
  const { measure = "decoding", seeds = trainingSeeds(), vary = [{}], ...fields } = plan as Plan;
  const list = isSized(seeds) ? bySize(seeds) : seeds;
  const runs = list.flatMap(seed => {
    const at = (value: unknown): unknown => {
      if (typeof value === "function") return (value as (seed: number) => unknown)(seed);
      return isSized(value) ? bySize(value) : value;
    };
    const fixed = Object.fromEntries(Object.entries<unknown>(fields).map(([key, value]) => [key, at(value)]));
    return (at(vary) as readonly object[]).map(difference =>
      settings(measure, { ...difference, ...fixed, ...difference, seed }),
    );
  });
  return [...new Map(runs.map(run => [JSON.stringify(run), run])).values()] as unknown as SettingsOf<N>[];
}

/** In the order of the defaults, by which a run is named. */
function settings(name: ExperimentName, given: Readonly<Record<string, unknown>>): StudySettings {
  const { defaults } = experimentNamed(name);
  if (name !== "decoding") return { ...defaults, ...given } as unknown as StudySettings;
  const entries = Object.entries(given).filter(([, value]) => value !== undefined);
  const those = (wanted: (key: string) => boolean) =>
    Object.fromEntries(entries.filter(([key]) => wanted(key)));
  const [always, sometimes] = [Object.keys(defaults), optional as readonly string[]];
  const options = those(key => !always.includes(key) && !sometimes.includes(key)) as Partial<DecodeConfig>;
  const { task } = { ...defaults, ...given } as unknown as DecodeStudy;
  return {
    ...defaults,
    ...those(key => always.includes(key)),
    decode: decodeConfig(options.completionLength ?? testbedOf([task]).canvas.completion, options),
    ...those(key => sometimes.includes(key)),
  } as unknown as StudySettings;
}

/** Settings of a decoding that are absent by default. */
const optional: readonly (keyof DecodeStudy)[] = [...partNames, "prompts", "precision"];
