/**
 * What soft-masking has learned, in `soft_masking.json`
 * beside a checkpoint that other programs open without it.
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "../../core/errors.js";
import { quote } from "../../core/plain-text.js";
import { readJsonObject } from "../../files/text-file.js";
import { writeJson } from "../../checkpoints/json-file.js";
import type { SoftMasking } from "./operator.js";

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
      `soft-masking: ${path} is not there, so the checkpoint was not trained with soft inputs; name ` +
        "one that was, or give the scalars.",
    );
  const refuse = (what: string) =>
    new UserError(`soft-masking: ${path} ${what}; train the checkpoint again.`);
  const found = readJsonObject(path, refuse);
  const [k, strength, steepness, offset] = ["k", "strength", "steepness", "offset"].map(key => {
    const value = found[key];
    if (typeof value === "number" && Number.isFinite(value)) return value;
    throw refuse(`must hold k, strength, steepness and offset as numbers, and has ${key}=${quote(value)}`);
  });
  if (!Number.isInteger(k) || k < 1) throw refuse(`has k=${k}, where a whole number from 1 is needed`);
  return { k, strength, steepness, offset };
}
