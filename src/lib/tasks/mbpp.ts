/** MBPP (arXiv 2108.07732) as published, its sanitized part, and as EvalPlus and Hugging Face have it. */
import type { ScriptTests } from "../core/records.js";
import type { JsonRow } from "./json-rows.js";
import { mbppInputRules } from "./mbpp-inputs.js";
import { lacks, longestName, textOf, textsOf } from "./row-fields.js";
import type { FileTask } from "./task.js";

export const mbpp: FileTask = {
  name: "mbpp",
  about: "MBPP and MBPP+, from your file",
  idPrefix: "Mbpp",
  stops: ['\n"""', "\nassert"],
  inputRules: mbppInputRules,
  /** asserts; the prompt takes the form of EvalPlus's MBPP+, whose docstring shows the first of them */
  ownLayout: row => {
    const text = textOf(row, "text" in row.fields ? "text" : "prompt");
    const solution = textOf(row, "code");
    const asserts = textsOf(row, "test_list");
    if (asserts.length === 0) throw lacks(row, "test_list", "a list with at least one assert");
    return {
      prompt: `"""\n${text.trim()}\n${asserts[0].trim()}\n"""\n`,
      entryPoint: calledFunction(row, solution, asserts[0]),
      solution,
      tests: testsOf(row, asserts),
    };
  },
};

function testsOf(row: JsonRow, asserts: readonly string[]): ScriptTests {
  const { fields } = row;
  const setup = [
    ...("test_imports" in fields ? textsOf(row, "test_imports") : []),
    ...(typeof fields["test_setup_code"] === "string" ? [fields["test_setup_code"]] : []),
  ].join("\n");
  const withSetup = (lines: readonly string[]) => lines.map(line => `${setup}\n${line}`);
  const challenge = "challenge_test_list" in fields ? textsOf(row, "challenge_test_list") : [];
  const script = typeof fields["test"] === "string" ? [`${setup}\n${fields["test"]}`] : [];
  const plus = [...withSetup(challenge), ...script];
  return { kind: "script", prelude: "", base: withSetup(asserts), plus: plus.length > 0 ? plus : null };
}

/**
 * The first function of the reference that an assert calls;
 * where none is found, the first name it calls at all.
 */
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

/** What may stand before a bracket and is no function. */
const keywords = new Set(["assert", "not", "and", "or", "in", "is", "if", "else", "lambda", "for", "return"]);
