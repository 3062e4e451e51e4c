/** Where a study's run is kept: a name for people with a hash of everything that tells runs apart. */
import { createHash } from "node:crypto";
import { basename } from "node:path";
import { checkpointFolder } from "../checkpoints/testbed.js";
import { weightsHash } from "../checkpoints/weights-hash.js";
import { runsFolder } from "../host/runs-folder.js";
import type { LogKind } from "../log/schemas.js";
import type { Experiment, StudySettings } from "./experiment.js";

export interface StudyRun {
  readonly run: string;
  /** <study>/<run> in the folder of the logs */
  readonly folder: string;
  /** folder of the checkpoint, and sha256 of its weights; of a chain with exact conditionals there is none */
  readonly checkpoint: string;
  readonly checkpointHash: string | null;
}

/** The checkpoint of chains whose conditionals are exact. */
export const exactModel = "exact";

export function studyRun<S extends StudySettings, K extends LogKind>(
  { label, identity = () => ({}) }: Experiment<S, K>,
  settings: S,
): StudyRun {
  const exact = settings.checkpoint === exactModel;
  const checkpoint = exact ? exactModel : checkpointFolder(settings.checkpoint, settings.seed);
  const checkpointHash = exact ? null : weightsHash(checkpoint);
  const hash = createHash("sha256")
    .update(JSON.stringify({ ...settings, ...identity(settings) }))
    .update(checkpointHash ?? exactModel)
    .digest("hex");
  const name = [basename(settings.checkpoint), `seed${settings.seed}`, label(settings), hash.slice(0, 8)];
  const run = name.join("-");
  return { run, folder: runsFolder(settings.study, run), checkpoint, checkpointHash };
}

/** What to do about a folder of logs that cannot be written. */
export const otherRuns = "make room or rights there, or set UNMASK_RUNS to a folder of yours";
