/** What a person changes of a preset. */
import { readFileSync } from "node:fs";
import { causeOf, UserError } from "../core/errors.js";
import { isJsonObject, parseJson } from "../core/json-text.js";

/** Values of a preset to change; those inside an object of the preset may be given alone. */
export type Overrides = Readonly<Record<string, unknown>>;

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
