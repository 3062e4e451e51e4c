/** `run.json`, beside the logs of a run: what it is, where it comes from, and whether it is done. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { causeOf, UserError } from "../core/errors.js";
import { parseJson } from "../core/json-text.js";
import { makeFolders, replaceWith } from "../files/durable.js";
import { writing } from "../files/file-error.js";
import type { LogMetadata } from "./schemas.js";

export interface RunManifest {
  readonly study: string;
  readonly run: string;
  readonly provenance: LogMetadata;
  /** every log below is whole */
  readonly finished: boolean;
  /** wall clock spent so far, over all resumptions */
  readonly seconds: number;
  /** rows by log file, e.g. {"samples.arrow": 256} */
  readonly rows: Readonly<Record<string, number>>;
}

export const manifestName = "run.json";

/**
 * Write the manifest of a run folder, which is made if need be. Readers see the old one or the new one, never a part.
 * @throws UserError when the folder cannot be written
 */
export function writeManifest(folder: string, manifest: RunManifest): void {
  const path = join(folder, manifestName);
  writing("log", path, () => {
    makeFolders(folder);
    replaceWith(path, JSON.stringify(manifest, null, 2) + "\n");
  });
}

/** @throws UserError when there is no manifest in the folder, or it lacks an entry or has one of another type */
export function readManifest(folder: string): RunManifest {
  const path = join(folder, manifestName);
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    throw new UserError(
      `log: ${path} cannot be read (${code}); name the folder of a run, or make the run first.`,
    );
  }
  let manifest: unknown;
  try {
    manifest = parseJson(text);
  } catch (error) {
    throw new UserError(
      `log: ${path} is not JSON (${causeOf(error)}); restore it or run again in a new folder.`,
    );
  }
  const wrong = firstMisfit(manifest);
  if (wrong !== undefined) {
    throw new UserError(`log: ${path} needs ${wrong}; restore it or run again in a new folder.`);
  }
  return manifest as RunManifest;
}

/** The first entry that is missing or of another type, in words. */
function firstMisfit(manifest: unknown): string | undefined {
  if (!isRecord(manifest)) return "to be an object";
  const { study, run, provenance, finished, seconds, rows } = manifest;
  if (typeof study !== "string") return "study, a string";
  if (typeof run !== "string") return "run, a string";
  if (!isRecord(provenance) || !("config" in provenance)) return "provenance, an object with config";
  if (typeof provenance["seed"] !== "number") return "provenance.seed, a number";
  if (typeof finished !== "boolean") return "finished, true or false";
  if (typeof seconds !== "number") return "seconds, a number";
  if (!isRecord(rows) || Object.values(rows).some(n => !Number.isInteger(n)))
    return "rows, a whole number by log file";
  return undefined;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
