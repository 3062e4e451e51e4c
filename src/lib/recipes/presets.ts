/** Presets and what a person changes of them. */
import { readFileSync } from "node:fs";
import { causeOf, UserError, unknownName } from "../core/errors.js";
import { isJsonObject, parseJson } from "../core/json-text.js";
import { quoted } from "../core/plain-text.js";

/** Values of a preset to change; those inside an object of the preset may be given alone. */
export type Overrides = Readonly<Record<string, unknown>>;

/**
 * A preset with overrides.
 * @param where starts the error's sentence
 * @throws UserError for a key that the preset lacks (naming the nearest valid one) or a value of another type
 */
export function withOverrides<P extends object>(where: string, preset: P, overrides: Overrides): P {
  const changed = { ...preset } as Record<string, unknown>;
  for (const [key, value] of Object.entries(overrides)) {
    if (!Object.hasOwn(preset, key)) throw unknownName(where, "key", key, Object.keys(preset));
    const before = changed[key];
    if (before !== null && (typeof value !== typeof before || value === null)) {
      throw new UserError(`${where}: ${key}=${quoted(value)} must be a ${typeof before}; correct it.`);
    }
    changed[key] =
      isJsonObject(before) && isJsonObject(value) ? withOverrides(`${where}: ${key}`, before, value) : value;
  }
  return changed as P;
}

/**
 * Overrides from a JSON file; none without one.
 * @throws UserError for a file that cannot be read or holds no JSON object
 */
export function readOverrides(where: string, path: string | undefined): Overrides {
  if (path === undefined) return {};
  try {
    const value = parseJson(readFileSync(path, "utf8"));
    if (isJsonObject(value)) return value;
  } catch (error) {
    throw new UserError(
      `${where}: --config ${path} cannot be read as JSON (${causeOf(error)}); correct the file.`,
    );
  }
  throw new UserError(`${where}: --config ${path} holds no JSON object; write {"steps": 100} for example.`);
}
