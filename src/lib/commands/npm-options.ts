/**
 * Options that npm kept: "npm run decode --prompt x" without the "--" gives
 * --prompt to npm, which hands the command only x and tells of the option
 * by a variable. Without a word the command would run with its defaults.
 */
import { UserError } from "../core/errors.js";
import type { Options } from "./option.js";

type Environment = Readonly<Record<string, string | undefined>>;

/** npm has an option of this name itself, and a person's settings may hold it. */
const ofNpm = ["json", "only"];

/** @throws UserError where npm was given options of the command that it runs */
export function refuseKeptOptions(
  name: string,
  options: Options,
  argv: readonly string[],
  environment: Environment = process.env,
): void {
  if (environment.npm_lifecycle_event !== name) return;
  const given = (option: string) => argv.some(arg => arg === `--${option}` || arg.startsWith(`--${option}=`));
  const kept = Object.keys(options).filter(option => !given(option) && isKept(option, environment));
  if (kept.length === 0) return;
  const words = kept.map(option => `--${option}`).join(", ");
  const value = options[kept[0]].schema.option.type === "flag" ? "" : " VALUE";
  throw new UserError(
    `${name}: npm took ${words} for itself; options follow a --, as in npm run ${name} -- ` +
      `--${kept[0]}${value}.`,
  );
}

function isKept(option: string, environment: Environment): boolean {
  const value = environment[`npm_config_${option.replaceAll("-", "_")}`];
  return value !== undefined && value !== "" && !ofNpm.includes(option);
}
