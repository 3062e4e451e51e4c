/** Errors that a person can act on: where, rule, what came, what to do instead. */
import { editDistance } from "./edit-distance.js";

/**
 * A mistake in the input, not in this library. Its message is one sentence that names the cause and the
 * remedy; a command prints it without a stack trace and exits with status 1.
 */
export class UserError extends Error {
  override readonly name = "UserError";
}

/** The entry of `valid` nearest to `given` by edit distance, or undefined when none is within half its length. */
export function nearestName(given: string, valid: readonly string[]): string | undefined {
  let best: string | undefined;
  let bestDistance = Infinity;
  for (const name of valid) {
    const distance = editDistance(given.toLowerCase(), name.toLowerCase());
    if (distance < bestDistance) [best, bestDistance] = [name, distance];
  }
  return best !== undefined && bestDistance <= Math.max(2, Math.ceil(best.length / 2)) ? best : undefined;
}

/** The sentence for a name that is not in a closed list, naming the nearest valid one and all of them. */
export function unknownName(where: string, what: string, given: string, valid: readonly string[]): UserError {
  const near = nearestName(given, valid);
  const hint = near === undefined ? "" : ` did you mean "${near}"?`;
  return new UserError(`${where}: unknown ${what} "${given}";${hint} valid: ${valid.join(", ")}.`);
}
