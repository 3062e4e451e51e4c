/** What a person changes of a preset. */
import { UserError } from "../core/errors.js";
import { readJsonObject } from "../files/text-file.js";

/** Values of a preset to change; those inside an object of the preset may be given alone. */
export type Overrides = Readonly<Record<string, unknown>>;

/**
 * Overrides from a JSON file; none without one.
 * @throws UserError for a file that cannot be read or holds no JSON object
 */
export function readOverrides(where: string, path: string | undefined): Overrides {
  if (path === undefined) return {};
  return readJsonObject(
    path,
    what => new UserError(`${where}: --config ${path} ${what}; write {"steps": 100} for example.`),
  );
}
