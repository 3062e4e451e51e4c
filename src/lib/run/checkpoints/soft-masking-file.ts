/** What soft-masking has learned, in `soft_masking.json` beside a checkpoint that other programs open without it. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "../../core/errors.js";
import { writeJson } from "../../model/json-file.js";
import type { SoftMasking } from "../../model/soft-masking.js";

const fileName = "soft_masking.json";

/** Replaced atomically. */
export function saveSoftMasking(folder: string, { k, strength, steepness, offset }: SoftMasking): void {
  writeJson(join(folder, fileName), { k, strength, steepness, offset });
}

/** @throws UserError for a checkpoint that was not trained with soft inputs, or whose file lacks a number */
export function readSoftMasking(folder: string): SoftMasking {
  const path = join(folder, fileName);
  if (!existsSync(path))
    throw new UserError(
      `soft-masking: ${path} is not there, so the checkpoint was not trained with soft inputs; name one that was, or give the scalars.`,
    );
  const { k, strength, steepness, offset } = JSON.parse(readFileSync(path, "utf8")) as Partial<SoftMasking>;
  if (k === undefined || strength === undefined || steepness === undefined || offset === undefined)
    throw new UserError(
      `soft-masking: ${path} must hold k, strength, steepness and offset; train the checkpoint again.`,
    );
  return { k, strength, steepness, offset };
}
