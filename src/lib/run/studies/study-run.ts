/** Where a study's run is kept: a name for people with a hash of everything that tells runs apart. */
import { createHash } from "node:crypto";
import { basename } from "node:path";
import { runSource, runsFolder } from "../runs-folder.js";
import { checkpointFolder } from "../testbed.js";
import { weightsHash } from "../checkpoints/weights-hash.js";

export interface StudyRun {
  readonly run: string;
  /** <study>/<run> in the folder of the logs */
  readonly folder: string;
  readonly checkpoint: string;
  /** sha256 of its weights */
  readonly checkpointHash: string;
}

/** @param study every setting that decides the rows; `study` is a folder under data/runs/ */
export function studyRun(
  study: { readonly study: string; readonly checkpoint: string; readonly seed: number },
  label: string,
): StudyRun {
  const checkpoint = checkpointFolder(study.checkpoint, study.seed);
  const checkpointHash = weightsHash(checkpoint);
  const hash = createHash("sha256").update(JSON.stringify(study)).update(checkpointHash).digest("hex");
  const run = `${basename(study.checkpoint)}-seed${study.seed}-${label}-${hash.slice(0, 8)}`;
  return { run, folder: runsFolder(study.study, run), checkpoint, checkpointHash };
}

/** The rows of several runs, made or read back one after the other, and where they lie: a model's training seeds. */
export async function inTurn<S, R>(
  studies: readonly S[],
  rowsOf: (
    study: S,
    signal?: AbortSignal,
  ) => Promise<{ readonly folder: string; readonly rows: readonly R[] }>,
  signal?: AbortSignal,
): Promise<{ readonly sources: readonly string[]; readonly rows: readonly R[] }> {
  const runs = [];
  for (const study of studies) runs.push(await rowsOf(study, signal));
  return { sources: runs.map(({ folder }) => runSource(folder)), rows: runs.flatMap(({ rows }) => rows) };
}
