/**
 * Files of benchmark problems, told apart by their fields: each benchmark as its authors publish it and as
 * Hugging Face has it (`ownLayout`), and EvalPlus's files of inputs.
 */
import { UserError } from "../core/errors.js";
import { jsonRows, type JsonRow } from "./json-rows.js";
import { lacks, nameOf, textOf } from "./row-fields.js";
import type { CodeProblem, FileTask } from "./task.js";
import { fileTasks } from "./tasks.js";

/**
 * @param text of the file, uncompressed
 * @param file named in errors
 * @throws UserError naming the line and the field that does not fit
 */
export function parseCodeProblems(text: string, task: FileTask, file: string): CodeProblem[] {
  const problems = jsonRows(text, file).map(row => parseProblem(row, task));
  const seen = new Set<string>();
  for (const { id } of problems) {
    if (seen.has(id))
      throw new UserError(`tasks: ${file} has task_id "${id}" twice; keep one of the two rows.`);
    seen.add(id);
  }
  return problems;
}

/** A task id as EvalPlus writes it: plain MBPP numbers its problems, and so may a file of answers. */
export function problemId({ idPrefix }: FileTask, id: string | number): string {
  return /^\d+$/.test(String(id)) ? `${idPrefix}/${id}` : String(id);
}

function parseProblem(row: JsonRow, task: FileTask): CodeProblem {
  const id = idOf(row, task);
  const own = "base_input" in row.fields ? inputsLayout(row, task) : task.ownLayout(row);
  return { id, task: task.name, split: "test", form: "", combination: id, ...own };
}

function idOf(row: JsonRow, task: FileTask): string {
  const { task_id: id } = row.fields;
  if (typeof id !== "string" && typeof id !== "number") throw lacks(row, "task_id", "a text or a number");
  const isOf = ({ idPrefix }: FileTask) => String(id).toLowerCase().startsWith(`${idPrefix.toLowerCase()}/`);
  const other = fileTasks().find(isOf);
  if (other !== undefined && other.name !== task.name)
    throw new UserError(
      `tasks: ${row.where} has task_id "${id}", which is not of ${task.name}; pass --task ` +
        `${other.name} or another file.`,
    );
  return problemId(task, id);
}

/** EvalPlus's own files. */
function inputsLayout(row: JsonRow, { inputRules: rules }: FileTask): ReturnType<FileTask["ownLayout"]> {
  if (row.json === null)
    throw new UserError(
      `tasks: ${row.where} has base_input in a JSON array, whose numbers cannot be kept as they are; ` +
        "write one object a line (.jsonl).",
    );
  for (const name of ["base_input", "plus_input"]) {
    const value = row.fields[name];
    if (value !== undefined && value !== "" && !Array.isArray(value))
      throw lacks(row, name, "a list of inputs");
  }
  const prompt = textOf(row, "prompt");
  return {
    prompt,
    entryPoint: nameOf(row),
    solution: prompt + textOf(row, "canonical_solution"),
    tests: { kind: "inputs", json: row.json, hasPlus: Array.isArray(row.fields["plus_input"]), rules },
  };
}
