/** A problem of a task as the prompt of `npm run decode`, and what its answer is worth. */
import { UserError } from "../core/errors.js";
import type { Problem } from "../core/records.js";
import { wholeText } from "../tasks/answer-extraction.js";
import { parseCodeProblems } from "../tasks/code-problem-file.js";
import { decodedAnswer } from "../tasks/code-prompt.js";
import { isSeeded, type CodeProblem, type FileTask } from "../tasks/task.js";
import { taskNames, taskOf } from "../tasks/tasks.js";
import { namesInTests } from "../tasks/test-names.js";
import { problemsOf } from "../checkpoints/testbed.js";
import type { LoadedModel } from "../checkpoints/load-model.js";
import { gradePrograms } from "../study/code-grading.js";
import { gradeAll } from "../study/grading.js";
import { sharedSandbox } from "../study/shared-sandbox.js";
import { extractAnswers } from "../benchmarks/answer-extraction.js";
import { readTextFile } from "../benchmarks/benchmark-files.js";
import { defaultStyle, modelPrompt } from "../benchmarks/benchmark-study.js";

export const taskOptions = {
  task: {
    type: "choice",
    values: taskNames(),
    description: "decode a problem of this task in place of --prompt",
  },
  problem: { type: "integer", min: 0, description: "which of the task's held-out problems; by default 0" },
  file: { type: "string", description: "of humaneval and mbpp: the file of the problems" },
} as const;

export interface TaskGiven {
  readonly task: string | undefined;
  readonly problem: number | undefined;
  readonly file: string | undefined;
}

/** A prompt with what grades its completion. */
export interface Asked {
  readonly prompt: string;
  /** for the console, of the completion up to its end token */
  readonly grade: (text: string) => Promise<string>;
}

/**
 * @throws UserError for a file that is missing, or a problem
 *   that the task lacks; nothing is loaded before it is thrown
 */
export function askedOf({ task: name, problem: index = 0, file }: TaskGiven): (model: LoadedModel) => Asked {
  if (name === undefined)
    throw new UserError(
      "decode: there is nothing to decode; give a --prompt, or a --task for one of its problems.",
    );
  const task = taskOf(name);
  if (isSeeded(task)) {
    if (file !== undefined)
      throw new UserError(
        `decode: --file is for benchmarks and --task is ${name}; leave one of the two out.`,
      );
    const problem = problemsOf(name, "test", index + 1)[index];
    return () => ({ prompt: problem.prompt, grade: text => gradedInWords(problem, text) });
  }
  if (file === undefined)
    throw new UserError(
      `decode: --task ${name} needs --file, and the project ships no copy; name your file of its ` +
        "problems.",
    );
  const problems = parseCodeProblems(readTextFile(file, "file").text, task, file);
  if (index >= problems.length)
    throw new UserError(
      `decode: ${file} has ${problems.length} problems, so none is number ${index}; give a smaller ` +
        "--problem.",
    );
  return model => askedOfBenchmark(task, problems[index], model);
}

async function gradedInWords(problem: Problem, text: string): Promise<string> {
  const [{ correct, formatOk, passedBase, passedPlus }] = await gradeAll([{ problem, text }], sharedSandbox);
  if (correct !== null) return correct ? "correct" : "not correct";
  return formatOk === true ? suitesInWords(passedBase, passedPlus) : "not of the demanded form";
}

function askedOfBenchmark(task: FileTask, problem: CodeProblem, { tokenizer }: LoadedModel): Asked {
  const style = defaultStyle(tokenizer);
  const grade = async (text: string) => {
    const answer = { ...wholeText(decodedAnswer(task, problem, style, text)), names: namesInTests(problem) };
    const sandbox = await sharedSandbox();
    const [{ program, error }] = await extractAnswers([answer], sandbox);
    if (error !== null) return error;
    const [{ passedBase, passedPlus }] = await gradePrograms([{ problem, program }], sandbox);
    return suitesInWords(passedBase, passedPlus);
  };
  return { prompt: modelPrompt(problem, style, tokenizer), grade };
}

function suitesInWords(base: boolean | null, plus: boolean | null): string {
  const word = (passed: boolean | null) => (passed === null ? "none here" : passed ? "passed" : "failed");
  return `base tests ${word(base)}, plus tests ${word(plus)}`;
}
