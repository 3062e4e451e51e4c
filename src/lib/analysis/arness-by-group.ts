/** AR-ness of decoded samples, averaged: the numbers behind Fig. 3, 4 and 5 left of the paper. */
import type { Rng } from "../core/rng.js";
import { bootstrapDefaults, type BootstrapConfig } from "./bootstrap.js";
import { groupRows, measureAll, type Group, type Measure, type SampleUnit } from "./by-group.js";

/** The columns of a samples log that AR-ness needs. */
export interface ArnessSample extends SampleUnit {
  /** whole window, k = 1, 2, ... */
  readonly localArness: ArrayLike<number>;
  readonly globalArness: ArrayLike<number>;
  /** up to the first end token; NaN where nothing stands before it */
  readonly localArnessEos: ArrayLike<number>;
  readonly globalArnessEos: ArrayLike<number>;
}

/** How a sample was decoded: what must not be averaged over. */
export interface DecodingSettings {
  readonly task: string;
  readonly checkpoint: string;
  readonly score: string;
  readonly tieRule: string;
  readonly temperature: number;
  readonly steps: number;
}

/** `window` counts every position, `eos` those up to the first end token (they differ much: padding is decoded too). */
export type Scope = "window" | "eos";

export interface ArnessMeasure extends Measure {
  readonly scope: Scope;
  readonly kind: "local" | "global";
  readonly k: number;
}

/** One group per way of decoding; add or drop keys by writing another such function. */
export function decodingOf(row: DecodingSettings): {
  readonly task: string;
  readonly model: string;
  readonly score: string;
  readonly tieRule: string;
  readonly temperature: number;
  readonly steps: number;
} {
  const { task, checkpoint, score, tieRule, temperature, steps } = row;
  return { task, model: checkpoint, score, tieRule, temperature, steps };
}

const lists = {
  window: { local: "localArness", global: "globalArness" },
  eos: { local: "localArnessEos", global: "globalArnessEos" },
} as const;

/** One row per group, scope, kind and k. Scopes in which no sample of a group has a score are left out. */
export function arnessByGroup<R extends ArnessSample, G extends Group>(
  samples: readonly R[],
  group: (row: R) => G,
  rng: Rng,
  config: BootstrapConfig = bootstrapDefaults,
): (G & ArnessMeasure)[] {
  return groupRows(samples, group).flatMap(({ group: settings, rows }) =>
    (["window", "eos"] as const).flatMap(scope =>
      (["local", "global"] as const).flatMap(kind => {
        const list = lists[scope][kind];
        const stream = rng.split(JSON.stringify([settings, scope, kind]));
        const measures = measureAll(rows, row => row[list], config, stream);
        return measures.map((measured, i) => ({ ...settings, scope, kind, k: i + 1, ...measured }));
      }),
    ),
  );
}
