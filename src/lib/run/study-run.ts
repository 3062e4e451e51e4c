/** Where a study's run is kept: a name for people with a hash of everything that tells runs apart. */
import { createHash } from "node:crypto";
import { basename, join } from "node:path";
import { hashFile } from "./provenance.js";
import { runsFolder } from "./runs-folder.js";
import { checkpointFolder } from "./testbed.js";

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
  const checkpointHash = hashFile(join(checkpoint, "model.safetensors"));
  const hash = createHash("sha256").update(JSON.stringify(study)).update(checkpointHash).digest("hex");
  const run = `${basename(study.checkpoint)}-seed${study.seed}-${label}-${hash.slice(0, 8)}`;
  return { run, folder: runsFolder(study.study, run), checkpoint, checkpointHash };
}
