/**
 * Files of benchmark problems, told apart by their fields: HumanEval as published, HumanEval+ and MBPP+ of EvalPlus
 * (inputs), both as Hugging Face has them (a test script), MBPP as published and its sanitized part.
 */
import { UserError } from "../core/errors.js";
import { problemId, type Benchmark, type CodeProblem, type ScriptTests } from "./code-problem.js";
import { jsonRows, type JsonRow } from "./json-rows.js";

/**
 * @param text of the file, uncompressed
 * @param file named in errors
 * @throws UserError naming the line and the field that does not fit
 */
export function parseCodeProblems(text: string, benchmark: Benchmark, file: string): CodeProblem[] {
  const problems = jsonRows(text, file).map(row => parseProblem(row, benchmark));
  const seen = new Set<string>();
  for (const { id } of problems) {
    if (seen.has(id))
      throw new UserError(`tasks: ${file} has task_id "${id}" twice; keep one of the two rows.`);
    seen.add(id);
  }
  return problems;
}

function parseProblem(row: JsonRow, benchmark: Benchmark): CodeProblem {
  const id = idOf(row, benchmark);
  if ("base_input" in row.fields) return inputsProblem(row, id, benchmark);
  return benchmark === "humaneval" ? humanEvalProblem(row, id) : mbppProblem(row, id);
}

function idOf(row: JsonRow, benchmark: Benchmark): string {
  const { task_id: id } = row.fields;
  if (typeof id !== "string" && typeof id !== "number") throw lacks(row, "task_id", "a text or a number");
  const other = benchmark === "humaneval" ? /^mbpp\//i : /^humaneval\//i;
  if (other.test(String(id)))
    throw new UserError(
      `tasks: ${row.where} has task_id "${id}", which is not of ${benchmark}; pass the other --task or another file.`,
    );
  return problemId(benchmark, id);
}

/** EvalPlus's own files. */
function inputsProblem(row: JsonRow, id: string, benchmark: Benchmark): CodeProblem {
  if (row.json === null)
    throw new UserError(
      `tasks: ${row.where} has base_input in a JSON array, whose numbers cannot be kept as they are; write one object a line (.jsonl).`,
    );
  for (const name of ["base_input", "plus_input"]) {
    const value = row.fields[name];
    if (value !== undefined && value !== "" && !Array.isArray(value))
      throw lacks(row, name, "a list of inputs");
  }
  const prompt = textOf(row, "prompt");
  return {
    id,
    benchmark,
    prompt,
    entryPoint: nameOf(row),
    reference: prompt + textOf(row, "canonical_solution"),
    tests: { kind: "inputs", json: row.json, hasPlus: Array.isArray(row.fields["plus_input"]) },
  };
}

/** HumanEval: base tests. The test script of evalplus/humanevalplus holds base and plus inputs in one. */
function humanEvalProblem(row: JsonRow, id: string): CodeProblem {
  const prompt = textOf(row, "prompt");
  const entryPoint = nameOf(row);
  const script = [`${textOf(row, "test")}\ncheck(${entryPoint})\n`];
  const prelude = helpersForTests(prompt, entryPoint, script[0]);
  return {
    id,
    benchmark: "humaneval",
    prompt,
    entryPoint,
    reference: prompt + textOf(row, "canonical_solution"),
    tests: isPlusScript(script[0])
      ? { kind: "script", prelude, base: null, plus: script }
      : { kind: "script", prelude, base: script, plus: null },
  };
}

/** The prompt up to the function asked for, where the tests call a function defined there (three problems do). */
function helpersForTests(prompt: string, entryPoint: string, test: string): string {
  const head = prompt.slice(0, Math.max(0, prompt.search(new RegExp(`^(async )?def ${entryPoint}\\b`, "m"))));
  const helpers = [...head.matchAll(/^def ([^\W\d]\w*)/gmu)].map(match => match[1]);
  const called = new Set([...test.matchAll(/\b([^\W\d]\w*)\(/gu)].map(match => match[1]));
  return helpers.some(name => called.has(name)) ? head : "";
}

/** MBPP: asserts. The prompt takes the form of EvalPlus's MBPP+, whose docstring shows the first assert. */
function mbppProblem(row: JsonRow, id: string): CodeProblem {
  const text = textOf(row, "text" in row.fields ? "text" : "prompt");
  const reference = textOf(row, "code");
  const asserts = textsOf(row, "test_list");
  if (asserts.length === 0) throw lacks(row, "test_list", "a list with at least one assert");
  return {
    id,
    benchmark: "mbpp",
    prompt: `"""\n${text.trim()}\n${asserts[0].trim()}\n"""\n`,
    entryPoint: calledFunction(row, reference, asserts[0]),
    reference,
    tests: mbppTests(row, asserts),
  };
}

function mbppTests({ fields, ...row }: JsonRow, asserts: readonly string[]): ScriptTests {
  const whole = { ...row, fields };
  const setup = [
    ...("test_imports" in fields ? textsOf(whole, "test_imports") : []),
    ...(typeof fields["test_setup_code"] === "string" ? [fields["test_setup_code"]] : []),
  ].join("\n");
  const withSetup = (lines: readonly string[]) => lines.map(line => `${setup}\n${line}`);
  const challenge = "challenge_test_list" in fields ? textsOf(whole, "challenge_test_list") : [];
  const script = typeof fields["test"] === "string" ? [`${setup}\n${fields["test"]}`] : [];
  const plus = [...withSetup(challenge), ...script];
  return { kind: "script", prelude: "", base: withSetup(asserts), plus: plus.length > 0 ? plus : null };
}

/** The first function of the reference that an assert calls; where none is found, the first name it calls at all. */
function calledFunction(row: JsonRow, reference: string, assert: string): string {
  // Each pattern starts where a line or a word does, so that no text takes the square of its length.
  const defined = [...reference.matchAll(/^[ \t]*def[ \t]+([^\W\d]\w*)[ \t]*\(/gmu)].map(match => match[1]);
  const called = [...assert.matchAll(/\b([^\W\d]\w*)\s*\(/gu)].map(match => match[1]);
  const known = new Set(defined);
  const names = called.filter(name => !keywords.has(name) && name.length <= longestName);
  const found =
    names.find(name => known.has(name)) ?? names[0] ?? defined.find(name => name.length <= longestName);
  if (found === undefined) throw lacks(row, "test_list", "a list whose first assert calls a function");
  return found;
}

/** Names become patterns later. */
const longestName = 200;

/** What may stand before a bracket and is no function. */
const keywords = new Set(["assert", "not", "and", "or", "in", "is", "if", "else", "lambda", "for", "return"]);

/** The scripts that EvalPlus generates compare through a function of this name. */
function isPlusScript(script: string): boolean {
  return /^def assertion\(/m.test(script);
}

function nameOf(row: JsonRow): string {
  const name = textOf(row, "entry_point");
  if (name.length <= longestName && /^[^\W\d]\w*$/u.test(name)) return name;
  throw lacks(row, "entry_point", "the name of a Python function");
}

function textOf(row: JsonRow, name: string): string {
  const value = row.fields[name];
  if (typeof value !== "string") throw lacks(row, name, "a text");
  return value;
}

function textsOf(row: JsonRow, name: string): readonly string[] {
  const value = row.fields[name];
  if (!Array.isArray(value) || !value.every(item => typeof item === "string"))
    throw lacks(row, name, "a list of texts");
  return value;
}

function lacks({ where }: JsonRow, name: string, what: string): UserError {
  return new UserError(
    `tasks: ${where} has no "${name}" that is ${what}; name a HumanEval or MBPP file as its authors, EvalPlus or Hugging Face publish it.`,
  );
}
