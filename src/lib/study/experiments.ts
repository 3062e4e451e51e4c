/** What `study` can measure, by name. To add one: its file, and its line here. */
import { cacheErrors } from "../methods/kv-cache/study.js";
import { decoding } from "./decode-study.js";
import { estimates } from "./estimate-study.js";
import type { Experiment, StudySettings } from "./experiment.js";
import { infilling } from "./infill-study.js";
import { losses } from "./loss-study.js";
import { chains } from "./markov-study.js";
import { programs } from "../methods/codefusion/study.js";
import { repairs } from "../methods/lamp/study.js";
import { shifts } from "./shift-study.js";
import type { LogKind } from "../log/schemas.js";

export const experiments = {
  decoding,
  losses,
  estimates,
  shifts,
  "cache errors": cacheErrors,
  repairs,
  programs,
  infilling,
  chains,
} as const;

export type ExperimentName = keyof typeof experiments;

/**
 * The settings of an experiment, and the kind of its rows (beside which a decoding may trace confidences).
 */
export type SettingsOf<N extends ExperimentName> =
  (typeof experiments)[N] extends Experiment<infer S, LogKind> ? S : never;
export type KindOf<N extends ExperimentName> = Exclude<
  ReturnType<(typeof experiments)[N]["logs"]>[number]["kind"],
  "confidences"
>;

/**
 * One row of a table of different experiments: what is made
 * of its settings fits the row that they were made for.
 */
export function experimentNamed(name: ExperimentName): Experiment<StudySettings, LogKind> {
  return experiments[name] as unknown as Experiment<StudySettings, LogKind>;
}
