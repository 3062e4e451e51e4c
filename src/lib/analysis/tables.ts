/**
 * The results as tidy Arquero tables, to filter, join and
 * show in a notebook; figures take the rows themselves.
 */
import { from, type ColumnTable } from "arquero";
import type { Rng } from "../core/rng.js";
import { arnessByGroup, decodingOf, type ArnessSample, type DecodingSettings } from "./arness-by-group.js";
import type { Group } from "./by-group.js";
import { firstStepProfile, type ConfidencePoint } from "./entropy-sink.js";
import { lossByTimestep, type LossDraw } from "./loss-by-timestep.js";
import { passAtKByGroup, type GradedSample } from "./pass-by-group.js";

/** Columns: the group's, scope, kind, k, mean, lower, upper, sd, n, seeds, samples. */
export function arnessTable<R extends ArnessSample & DecodingSettings>(
  samples: readonly R[],
  rng: Rng,
  group: (row: R) => Group = decodingOf,
): ColumnTable {
  return from(arnessByGroup(samples, group, rng));
}

/** Columns: the group's, suite, k, mean, lower, upper, sd, n, seeds, samples. */
export function passAtKTable<R extends GradedSample & DecodingSettings>(
  samples: readonly R[],
  ks: readonly number[],
  rng: Rng,
  group: (row: R) => Group = decodingOf,
): ColumnTable {
  return from(passAtKByGroup(samples, ks, group, rng));
}

/** Columns: normalisation, t, mean, lower, upper, sd, cv, n, seeds, samples. */
export function lossTable(draws: readonly LossDraw[], rng: Rng): ColumnTable {
  return from(lossByTimestep(draws, rng));
}

/** Columns: position, mean, lower, upper, sd, n, seeds, samples. */
export function firstStepTable(rows: readonly ConfidencePoint[], rng: Rng): ColumnTable {
  return from(firstStepProfile(rows, rng));
}
