/** Errors that a person can act on: where, rule, what came, what to do instead. */
import { editDistance } from "./edit-distance.js";
import { printableLine, shorten } from "./plain-text.js";

/** Longest message. Names and values in it come from files, which may be of any size. */
export const longestMessage = 500;

/**
 * A mistake in the input, not in this library. Its message is one sentence that names the cause and the
 * remedy; a command prints it without a stack trace and exits with status 1. Whatever a file put into it, it
 * is one line of at most 500 characters that any terminal can be shown; what is too long loses its middle.
 */
export class UserError extends Error {
  override readonly name = "UserError";

  constructor(message: string) {
    super(shorten(printableLine(shorten(message, 8 * longestMessage)), longestMessage));
  }
}

/** What an error of another kind says, to stand inside the sentence of a UserError. */
export function causeOf(error: unknown): string {
  const { code, message } = error as { readonly code?: unknown; readonly message?: unknown };
  if (typeof code === "string" && /^E[A-Z]+$/.test(code)) return code;
  const words = shorten(typeof message === "string" ? message : String(error), 1000);
  return shorten(printableLine(words), 200).replace(/\.$/, "");
}

/** No name comes near this; the distance of longer ones takes its square in time. */
const longestName = 200;

/**
 * The entry of `valid` nearest to `given` by edit distance, or undefined when none is within half its length.
 */
export function nearestName(given: string, valid: readonly string[]): string | undefined {
  let best: string | undefined;
  let bestDistance = Infinity;
  if (given.length > longestName) return undefined;
  for (const name of valid) {
    const distance = editDistance(given.toLowerCase(), name.toLowerCase());
    if (distance < bestDistance) [best, bestDistance] = [name, distance];
  }
  return best !== undefined && bestDistance <= Math.max(2, Math.ceil(best.length / 2)) ? best : undefined;
}

/** The sentence for a name that is not in a closed list, naming the nearest valid one and all of them. */
export function unknownName(where: string, what: string, given: string, valid: readonly string[]): UserError {
  return new UserError(
    `${where}: unknown ${what} "${shorten(String(given), 100)}";${nameHint(String(given), valid)} ` +
      `valid: ${valid.join(", ")}.`,
  );
}

/** The part of such a sentence that names the nearest valid one; empty where none is near. */
export function nameHint(given: string, valid: readonly string[]): string {
  const near = nearestName(given, valid);
  return near === undefined ? "" : ` did you mean "${near}"?`;
}
