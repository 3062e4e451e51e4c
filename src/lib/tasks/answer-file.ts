/**
 * Answers made elsewhere, as EvalPlus reads them: {"task_id",
 * "solution"} or {"task_id", "completion"} a line.
 */
import { UserError } from "../core/errors.js";
import type { AnswerText } from "./answer-extraction.js";
import { problemId } from "./code-problem-file.js";
import { withoutEndTokens } from "./end-tokens.js";
import { jsonRows, type JsonRow } from "./json-rows.js";
import type { CodeProblem, FileTask } from "./task.js";
import { namesInTests } from "./test-names.js";

export interface Answer {
  readonly problem: CodeProblem;
  /** 0-based among the answers to this problem, in the order of the file */
  readonly sample: number;
  /** "solution": a program, or prose with one in it; "completion": text that follows the prompt */
  readonly form: "solution" | "completion";
  readonly text: string;
}

/**
 * @param problems the whole benchmark file
 * @param file named in errors
 * @param onUnknown told of rows whose problem the benchmark
 *   lacks, which are left out where others are answered
 * @throws UserError naming the line that is malformed, or whose problem the benchmark lacks
 */
export function parseAnswers(
  text: string,
  problems: readonly CodeProblem[],
  task: FileTask,
  file: string,
  onUnknown?: (id: string) => void,
): Answer[] {
  const byId = new Map(problems.map(problem => [problem.id, problem]));
  const rows = jsonRows(text, file).map(row => ({ row, id: idOf(row, task) }));
  const unknown = rows.filter(({ id }) => !byId.has(id));
  if (unknown.length > 0 && (onUnknown === undefined || unknown.length === rows.length))
    throw new UserError(
      `tasks: ${unknown[0].row.where} answers "${unknown[0].id}", which is not among the ` +
        `${problems.length} problems given; remove the row or pass the file that has it.`,
    );
  const counts = new Map<string, number>();
  return rows.flatMap(({ row, id }) => {
    const answer = answerOf(row);
    const problem = byId.get(id);
    if (problem === undefined) {
      onUnknown?.(id);
      return [];
    }
    const sample = counts.get(id) ?? 0;
    counts.set(id, sample + 1);
    return [{ problem, sample, ...answer }];
  });
}

function idOf(row: JsonRow, task: FileTask): string {
  const { task_id: id } = row.fields;
  if (typeof id !== "string" && typeof id !== "number") throw wrong(row, 'has no "task_id"');
  return problemId(task, id);
}

/** EvalPlus takes "solution" where both are there. */
function answerOf(row: JsonRow): Pick<Answer, "form" | "text"> {
  for (const form of ["solution", "completion"] as const) {
    const text = row.fields[form];
    if (text === undefined) continue;
    if (typeof text !== "string")
      throw wrong(row, `has a "${form}" that is no text (repeat the row instead)`);
    return { form, text };
  }
  throw wrong(row, 'has neither "solution" nor "completion"');
}

function wrong({ where }: JsonRow, what: string): UserError {
  return new UserError(
    `tasks: ${where} ${what}; write {"task_id": "...", "solution": "..."} or {"task_id": "...", ` +
      `"completion": "..."} a line.`,
  );
}

/**
 * What programs are extracted from: "texts", completions and solutions in markdown, while other solutions are
 * graded as they are (EvalPlus's evaluate with the sanitizer for those who need it); "all", solutions too
 * (its sanitize before evaluate); "nothing" (its evaluate alone).
 */
export type ExtractionRule = "texts" | "all" | "nothing";

/** The program itself, or the text that it is still to be extracted from. */
export type ReadAnswer = { readonly program: string } | AnswerText;

/** End tokens that somebody left in are no part of an answer, unless nothing may be touched. */
export function readAnswer(answer: Answer, rule: ExtractionRule): ReadAnswer {
  const { problem, form } = answer;
  // EvalPlus's evaluation joins a completion to its prompt without the line break that its sanitizer puts in
  if (rule === "nothing")
    return { program: form === "solution" ? answer.text : problem.prompt + answer.text };
  const asGiven = rule === "texts" && form === "solution";
  const kept = withoutEndTokens(answer.text);
  const inMarkdown = /^[ \t]*(?:```|~~~)/m.test(kept);
  if (asGiven && !inMarkdown && kept === answer.text) return { program: kept };
  const text = answerText(answer);
  const width = (part: string) => new TextEncoder().encode(part).length;
  return {
    text,
    bytes: width(text) - width(answer.text.slice(kept.length)),
    names: namesInTests(problem),
    kind: asGiven ? (inMarkdown ? "markdown" : "program") : "text",
  };
}

/**
 * The text that an answer is extracted from: a solution itself, a completion behind its prompt and a line
 * break as EvalPlus's sanitizer joins them. Departure: a completion that defines the function anew in a
 * fenced block is an answer of its own, because the prompt's docstring in front could be the longest piece
 * that parses.
 */
export function answerText({ problem, form, text }: Pick<Answer, "problem" | "form" | "text">): string {
  if (form === "solution" || hasFencedDefinition(text, problem.entryPoint)) return text;
  return `${problem.prompt}\n${text}`;
}

function hasFencedDefinition(text: string, entryPoint: string): boolean {
  const blocks = [...text.matchAll(/^[ \t]*```[^\n]*\n([^]*?)(?:^[ \t]*```|(?![^]))/gm)].map(
    match => match[1],
  );
  return blocks.some(block => new RegExp(`^[ \\t]*(?:async )?def +${entryPoint}\\b`, "m").test(block));
}
