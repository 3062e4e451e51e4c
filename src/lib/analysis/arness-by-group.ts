/** AR-ness of decoded samples, averaged: the numbers behind Fig. 3, 4 and 5 left of the paper. */
import type { Rng } from "../core/rng.js";
import { globalArness, localArness, orderUpTo } from "./ar-ness.js";
import { bootstrapDefaults, type BootstrapConfig } from "./bootstrap.js";
import { groupRows, measureAll, type Group, type Measure, type SampleUnit } from "./by-group.js";

/** The columns of a samples log that AR-ness needs. */
export interface ArnessSample extends SampleUnit {
  /** [C] completion positions in the order committed; empty where no order was logged */
  readonly order: ArrayLike<number>;
  /** tokens before the first end token */
  readonly completionLength: number;
  /**
   * of a log without an order: what it recorded for k = 1,
   * 2, ..., of the whole window and up to the end token
   */
  readonly localArness?: ArrayLike<number>;
  readonly globalArness?: ArrayLike<number>;
  readonly localArnessEos?: ArrayLike<number>;
  readonly globalArnessEos?: ArrayLike<number>;
}

/**
 * `window` counts every position, `eos` those up to the first
 * end token (they differ much: padding is decoded too).
 */
export type ArnessScope = "window" | "eos";

type Kind = "local" | "global";

/** Largest k of either kind (DiffuCoder Fig. 3). */
const largestK = { local: 9, global: 4 } as const;

const recorded = {
  window: { local: "localArness", global: "globalArness" },
  eos: { local: "localArnessEos", global: "globalArnessEos" },
} as const;

/**
 * AR-ness@k of one sample; NaN where neither its order nor a
 * score is logged, or nothing stands before the end token.
 */
export function sampleArness(
  row: Omit<ArnessSample, keyof SampleUnit>,
  kind: Kind,
  k = 1,
  scope: ArnessScope = "eos",
): number {
  if (row.order.length === 0) return row[recorded[scope][kind]]?.[k - 1] ?? NaN;
  const counted = scope === "eos" ? orderUpTo(row.order, row.completionLength) : row.order;
  return kind === "local" ? localArness(counted, k) : globalArness(counted, k);
}

export interface ArnessMeasure extends Measure {
  readonly scope: ArnessScope;
  readonly kind: Kind;
  readonly k: number;
}

/**
 * One row per group, scope, kind and k. Scopes in which no sample of a group has a remasking are left out.
 */
export function arnessByGroup<R extends ArnessSample, G extends Group>(
  samples: readonly R[],
  group: (row: R) => G,
  rng: Rng,
  config: BootstrapConfig = bootstrapDefaults,
): (G & ArnessMeasure)[] {
  return groupRows(samples, group).flatMap(({ group: settings, rows }) =>
    (["window", "eos"] as const).flatMap(scope =>
      (["local", "global"] as const).flatMap(kind => {
        const stream = rng.split(JSON.stringify([settings, scope, kind]));
        const values = new Map(rows.map(row => [row, arnessList(row, kind, scope)]));
        const measures = measureAll(rows, row => values.get(row) as number[], config, stream);
        return measures.map((measured, i) => ({ ...settings, scope, kind, k: i + 1, ...measured }));
      }),
    ),
  );
}

/** AR-ness@k for every k up to the largest, or those that were recorded. */
function arnessList(row: ArnessSample, kind: Kind, scope: ArnessScope): number[] {
  if (row.order.length === 0) return Array.from(row[recorded[scope][kind]] ?? []);
  return Array.from({ length: largestK[kind] }, (_, i) => sampleArness(row, kind, i + 1, scope));
}
