/**
 * The command line: options declared once with type, default and description; whatever does not fit is one
 * clear sentence and a non-zero exit. A command is data plus a `main`; `runCommand` does the rest.
 */
import { inspect, parseArgs } from "node:util";
import { UserError, unknownName } from "../core/errors.js";
import { printable } from "../core/plain-text.js";
import { fileUserError } from "../host/file-errors.js";
import { tellLauncher } from "../host/launcher.js";
import { ensureSetup } from "../setup/setup.js";
import { refuseKeptOptions } from "./npm-options.js";

interface OptionBase {
  readonly description: string;
  /** a command without this option is refused */
  readonly required?: boolean;
}

/**
 * One `--name` of a command. Numbers are finite; `list` is
 * comma-separated; it and `texts` may be repeated and default to [].
 */
export type OptionSpec =
  | (OptionBase & { readonly type: "string"; readonly default?: string })
  | (OptionBase & { readonly type: "choice"; readonly values: readonly string[]; readonly default?: string })
  | (OptionBase & {
      readonly type: "integer" | "number";
      readonly default?: number;
      readonly min?: number;
      readonly max?: number;
    })
  | (OptionBase & { readonly type: "list" })
  | (OptionBase & { readonly type: "texts" })
  | (OptionBase & { readonly type: "flag" });

export type OptionTable = Readonly<Record<string, OptionSpec>>;

type Raw<S extends OptionSpec> = S extends { type: "flag" }
  ? boolean
  : S extends { type: "list" | "texts" }
    ? readonly string[]
    : S extends { type: "integer" | "number" }
      ? number
      : S extends { type: "choice"; values: readonly (infer V)[] }
        ? V
        : string;

type AlwaysThere = { type: "flag" | "list" | "texts" } | { required: true } | { default: string | number };

/** The values `parseArguments` returns: an option with neither default nor `required` may be undefined. */
export type OptionValues<T extends OptionTable> = {
  readonly [K in keyof T]: T[K] extends AlwaysThere ? Raw<T[K]> : Raw<T[K]> | undefined;
};

/** A command: `options` declared with `as const`; `operand` names the free arguments it takes, if any. */
export interface Command<T extends OptionTable> {
  readonly name: string;
  readonly summary: string;
  readonly options: T;
  readonly operand?: string;
  /** false for a command that computes nothing: it starts without a set-up */
  readonly needsBackend?: boolean;
  /**
   * what becomes of the work when it is interrupted, and
   * how to go on: a clause, printed with where it stopped
   */
  readonly interrupted?: string;
  /** does the work; a number returned is the exit status */
  readonly main: (values: OptionValues<T>, operands: readonly string[]) => Promise<number | void>;
}

/**
 * Reads `argv` by the command's table. Throws UserError,
 * naming the nearest valid option where one is unknown.
 */
export function parseArguments<T extends OptionTable>(
  command: Pick<Command<T>, "name" | "options" | "operand">,
  argv: readonly string[],
): { readonly values: OptionValues<T>; readonly operands: readonly string[] } {
  const { name: where, options } = command;
  const types = Object.entries(options).map(([name, { type }]): [string, { type: "string" | "boolean" }] => {
    return [name, { type: type === "flag" ? "boolean" : "string" }];
  });
  const { tokens } = parseArgs({
    args: [...argv],
    options: Object.fromEntries(types),
    strict: false,
    tokens: true,
  });
  const given: Record<string, string[]> = {};
  const operands: string[] = [];
  for (const token of tokens) {
    if (token.kind === "positional") operands.push(token.value);
    if (token.kind !== "option") continue;
    const spec = Object.hasOwn(options, token.name) ? options[token.name] : undefined;
    if (spec === undefined) throw unknownOption(where, token.rawName, Object.keys(options));
    if (spec.type === "flag" && token.value !== undefined)
      throw new UserError(`${where}: --${token.name} takes no value; write --${token.name} alone.`);
    const looksLikeOption = token.inlineValue === false && token.value.startsWith("--");
    if (spec.type !== "flag" && (token.value === undefined || looksLikeOption))
      throw new UserError(`${where}: --${token.name} needs a value; write --${token.name} VALUE.`);
    (given[token.name] ??= []).push(token.value ?? "");
  }
  if (operands.length > 0 && command.operand === undefined)
    throw new UserError(
      `${where}: unexpected argument "${operands[0]}"; options are written --name value, after npm run ` +
        `${where} --.`,
    );
  const values = Object.entries(options).map(([name, spec]) => [name, read(where, name, spec, given[name])]);
  return { values: Object.fromEntries(values) as OptionValues<T>, operands };
}

/** What `--help` prints: a line for the command and one for each option. */
export function usage<T extends OptionTable>(command: Command<T>): string {
  const left = (name: string, spec: OptionSpec) => {
    if (spec.type === "flag") return `--${name}`;
    const value = spec.type === "texts" ? "TEXT" : spec.type.toUpperCase();
    return `--${name} ${spec.type === "choice" ? spec.values.join("|") : value}`;
  };
  const rows = Object.entries(command.options).map(([name, spec]) => [left(name, spec), note(spec)]);
  const width = Math.min(36, Math.max(0, ...rows.map(([l]) => l.length)));
  const lines = rows.map(([l, right]) => `  ${l.padEnd(width)}  ${right}`);
  const operand = command.operand === undefined ? "" : ` [${command.operand} ...]`;
  return [`npm run ${command.name} -- [options]${operand}`, command.summary, "", ...lines].join("\n");
}

/**
 * Runs a command with the process's arguments, after the set-up if it needs a backend, and sets the exit
 * status: 0, what `main` returned, 1 after a UserError or what the file system refuses (printed as one
 * sentence), 70 after any other error (printed with its stack).
 */
export async function runCommand<T extends OptionTable>(command: Command<T>): Promise<void> {
  endWithLauncher();
  const argv = process.argv.slice(2);
  if (argv.includes("--help")) {
    console.log(usage(command));
    return;
  }
  const line = { name: command.name, options: Object.keys(command.options), values: {} };
  const fail = (thrown: unknown): void => {
    const error = fileUserError(thrown, line) ?? thrown;
    console.error(error instanceof UserError ? error.message : printable(inspect(error)));
    process.exitCode = error instanceof UserError ? 1 : 70;
  };
  endWithReader(fail);
  try {
    refuseKeptOptions(command.name, command.options, argv);
    const { values, operands } = parseArguments(command, argv);
    line.values = values;
    if (command.needsBackend !== false) await ensureSetup();
    if (command.interrupted !== undefined) tellLauncher({ remedy: command.interrupted });
    process.exitCode = (await command.main(values, operands)) ?? 0;
  } catch (error) {
    fail(error);
  }
}

/**
 * A reader that has gone (`| head`) ends the command as it
 * ends any program; an output that is full is a sentence.
 */
function endWithReader(fail: (error: unknown) => void): void {
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") fail(error);
    process.exit(error.code === "EPIPE" ? 141 : 1);
  });
  process.stderr.on("error", () => process.exit(141));
}

/**
 * A launcher killed without warning closes its channel:
 * then this process ends too, instead of training on alone.
 */
function endWithLauncher(): void {
  process.once("disconnect", () => process.exit(143));
  process.channel?.unref();
}

/** Names that options had before they took the field's own. */
const renamed = new Map([
  ["--order", "remasking"],
  ["--ties", "tie-rule"],
  ["--block", "block-length"],
  ["--cache", "kv-cache"],
  ["--attention", "attention-mask"],
]);

function unknownOption(where: string, rawName: string, valid: readonly string[]): UserError {
  const now = renamed.get(rawName);
  if (now !== undefined && valid.includes(now))
    return new UserError(`${where}: ${rawName} is called --${now} now; write --${now}.`);
  const names = [...valid, "help"].map(name => `--${name}`);
  return unknownName(where, "option", rawName, names);
}

function note(spec: OptionSpec): string {
  if (spec.required === true) return `${spec.description} (required)`;
  const value = "default" in spec ? spec.default : undefined;
  return value === undefined ? spec.description : `${spec.description} (default ${value})`;
}

function read(where: string, name: string, spec: OptionSpec, given: readonly string[] | undefined): unknown {
  if (spec.type === "flag") return given !== undefined;
  if (spec.type === "list") return (given ?? []).flatMap(value => value.split(",")).filter(v => v !== "");
  if (spec.type === "texts") return given ?? [];
  const value = given?.at(-1);
  if (value === undefined) {
    if (spec.required === true) throw new UserError(`${where}: --${name} is missing; ${spec.description}.`);
    return spec.default;
  }
  if (spec.type === "choice" && !spec.values.includes(value))
    throw unknownName(where, `--${name}`, value, spec.values);
  return spec.type === "integer" || spec.type === "number" ? readNumber(where, name, spec, value) : value;
}

function readNumber(
  where: string,
  name: string,
  spec: { readonly type: string; readonly min?: number; readonly max?: number },
  text: string,
): number {
  const { min = -Infinity, max = Infinity } = spec;
  const value = text.trim() === "" ? NaN : Number(text);
  const whole = spec.type === "number" || Number.isSafeInteger(value);
  if (Number.isFinite(value) && whole && value >= min && value <= max) return value;
  const kind = spec.type === "integer" ? "a whole number" : "a number";
  const bounds = [min > -Infinity ? `at least ${min}` : "", max < Infinity ? `at most ${max}` : ""];
  const range = bounds.filter(bound => bound !== "").join(" and ");
  throw new UserError(
    `${where}: --${name}=${text} is not ${kind}${range === "" ? "" : ` ${range}`}; correct it.`,
  );
}
