/**
 * The command line: a command is data plus a `main`, and `runCommand` does the rest. Whatever does not fit is
 * one clear sentence and a non-zero exit.
 */
import { inspect, parseArgs } from "node:util";
import { UserError, unknownName } from "../core/errors.js";
import { printable } from "../core/plain-text.js";
import { wrongIn, type OptionKind } from "../core/schema.js";
import { fileUserError } from "../host/file-errors.js";
import { tellLauncher } from "../host/launcher.js";
import { reportPhases } from "../host/phase-report.js";
import { ensureSetup } from "../setup/setup.js";
import { refuseKeptOptions } from "./npm-options.js";
import type { Option, Options, OptionValues } from "./option.js";

/** A command; `operand` names the free arguments it takes, if any. */
export interface Command<T extends Options> {
  readonly name: string;
  readonly summary: string;
  /** arguments that it takes, as they are typed */
  readonly example: string;
  readonly options: T;
  readonly operand?: string;
  /** its operand is another command: what follows belongs to that one, options and all */
  readonly takesCommand?: boolean;
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
export function parseArguments<T extends Options>(
  command: Pick<Command<T>, "name" | "options" | "operand" | "takesCommand">,
  argv: readonly string[],
): { readonly values: OptionValues<T>; readonly operands: readonly string[] } {
  const { name: where, options } = command;
  const own = ownArguments(command, argv);
  const isFlag = (one: Option) => one.schema.option.type === "flag";
  const types = Object.entries<Option>(options).map(([name, one]) => {
    return [name, { type: isFlag(one) ? "boolean" : "string" }] as const;
  });
  const { tokens } = parseArgs({
    args: [...own],
    options: Object.fromEntries(types),
    strict: false,
    tokens: true,
  });
  const given: Record<string, string[]> = {};
  const operands: string[] = [];
  for (const token of tokens) {
    if (token.kind === "positional") operands.push(token.value);
    if (token.kind !== "option") continue;
    const one = Object.hasOwn(options, token.name) ? options[token.name] : undefined;
    if (one === undefined) throw unknownOption(where, token.rawName, Object.keys(options));
    if (isFlag(one) && token.value !== undefined)
      throw new UserError(`${where}: --${token.name} takes no value; write --${token.name} alone.`);
    const looksLikeOption = token.inlineValue === false && token.value.startsWith("--");
    if (!isFlag(one) && (token.value === undefined || looksLikeOption))
      throw new UserError(`${where}: --${token.name} needs a value; write --${token.name} VALUE.`);
    (given[token.name] ??= []).push(token.value ?? "");
  }
  if (operands.length > 0 && command.operand === undefined)
    throw new UserError(
      `${where}: unexpected argument "${operands[0]}"; options are written --name value, after npm run ` +
        `${where} --.`,
    );
  operands.push(...argv.slice(own.length));
  const values = Object.entries(options).map(([name, one]) => [name, read(where, name, one, given[name])]);
  return { values: Object.fromEntries(values) as OptionValues<T>, operands };
}

/** What is a command's own: all of it, or what stands before the command that it takes. */
function ownArguments(
  { takesCommand }: { readonly takesCommand?: boolean },
  argv: readonly string[],
): readonly string[] {
  const taken = takesCommand === true ? argv.findIndex(argument => !argument.startsWith("-")) : -1;
  return taken === -1 ? argv : argv.slice(0, taken);
}

/** What `--help` prints: the command, an example, and each option under the heading of its group. */
export function usage<T extends Options>(command: Command<T>): string {
  const { name, summary, example, operand } = command;
  const options = Object.entries<Option>(command.options);
  const headings = [...new Set(options.map(([, one]) => one.group))];
  const parts = headings.flatMap(heading => [
    `\n${heading}:`,
    ...options.filter(([, one]) => one.group === heading).flatMap(([key, one]) => entry(key, one)),
  ]);
  const rest = operand === undefined ? "" : ` [${operand} ...]`;
  const call = example === "" ? name : `${name} -- ${example}`;
  return [`npm run ${name} -- [options]${rest}`, summary, `\nExample: npm run ${call}`, ...parts].join("\n");
}

/** Columns of --help, and where the words on an option begin. */
const [columns, indent] = [100, 34];

/** One option: on the left what is typed, on the right what it is, in as many lines as that takes. */
function entry(name: string, one: Option): string[] {
  const left = `  --${name} ${valueInWords(one)}`;
  const lines = [""];
  for (const word of note(one).split(" ")) {
    const line = `${lines.at(-1)} ${word}`.trimStart();
    if (line.length > columns - indent) lines.push(word);
    else lines[lines.length - 1] = line;
  }
  const right = lines.map(line => " ".repeat(indent) + line);
  return left.length < indent - 1 ? [left.padEnd(indent) + lines[0], ...right.slice(1)] : [left, ...right];
}

/**
 * Runs a command with the process's arguments, after the set-up if it needs a backend, and sets the exit
 * status: 0, what `main` returned, 1 after a UserError or what the file system refuses (printed as one
 * sentence), 70 after any other error (printed with its stack).
 */
export async function runCommand<T extends Options>(command: Command<T>): Promise<void> {
  endWithLauncher();
  reportPhases();
  const argv = process.argv.slice(2);
  if (ownArguments(command, argv).includes("--help")) {
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

function valueInWords({ schema: { option: kind } }: Option): string {
  if (kind.type === "flag") return "";
  if (kind.type === "choice") return kind.values.join("|");
  return kind.type === "texts" ? "TEXT" : kind.type.toUpperCase();
}

function note({ description, required, otherwise }: Option): string {
  if (required) return `${description} (required)`;
  const isShown = typeof otherwise === "string" || typeof otherwise === "number";
  return isShown ? `${description} (default ${otherwise})` : description;
}

function read(where: string, name: string, one: Option, given: readonly string[] | undefined): unknown {
  const { schema, description, required, otherwise } = one;
  if (given === undefined && required) throw new UserError(`${where}: --${name} is missing; ${description}.`);
  if (given === undefined) return otherwise;
  const value = valueOf(schema.option, given);
  const wrong = wrongIn(`--${name}`, schema, value);
  if (wrong !== undefined) throw new UserError(`${where}: ${wrong}.`);
  return value;
}

/** What was typed, as the schema looks at it: a number where it is one. */
function valueOf(kind: OptionKind, given: readonly string[]): unknown {
  if (kind.type === "flag") return true;
  if (kind.type === "texts") return given;
  if (kind.type === "list") {
    const parts = given.flatMap(text => text.split(",")).filter(text => text !== "");
    return parts.map(text => valueOf(kind.of, [text]));
  }
  const text = given.at(-1) ?? "";
  const isNumber = kind.type === "integer" || kind.type === "number";
  return isNumber && text.trim() !== "" && Number.isFinite(Number(text)) ? Number(text) : text;
}
