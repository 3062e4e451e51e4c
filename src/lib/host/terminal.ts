/** What an output may be sent beside text: colours, and movements of the cursor. */

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Whether to colour what goes to an output: FORCE_COLOR decides where it is set (0 and false: no), then
 * NO_COLOR and TERM=dumb say no, else a terminal gets colours. The order is Node's own.
 */
export function showsColours(
  output: { readonly isTTY?: boolean },
  environment: Environment = process.env,
): boolean {
  const { FORCE_COLOR: force, NO_COLOR: none = "", TERM: terminal } = environment;
  if (force !== undefined) return force !== "0" && force !== "false";
  if (none !== "" || terminal === "dumb") return false;
  return output.isTTY === true;
}

/** Whether a line of an output can be written over. */
export function movesCursor(
  output: { readonly isTTY?: boolean },
  environment: Environment = process.env,
): boolean {
  return output.isTTY === true && environment.TERM !== "dumb";
}
