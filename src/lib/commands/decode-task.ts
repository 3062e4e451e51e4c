/** A problem of a task as the prompt of `npm run decode`, and what its answer is worth. */
import { UserError } from "../core/errors.js";
import { choice, text, whole } from "../core/schema.js";
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
import { noFile, readTextFile } from "../benchmarks/benchmark-files.js";
import { benchmarkLength, defaultStyle, modelPrompt } from "../benchmarks/benchmark-study.js";
import { testbedOf } from "../tasks/testbeds.js";
import { option, type OptionValues } from "./option.js";

export const taskOptions = {
  task: option(choice(taskNames()), "decode a problem of this task in place of --prompt"),
  problem: option(whole(0), "which of the task's held-out problems; by default 0"),
  file: option(text, "of humaneval and mbpp: the file of the problems"),
};

/** What is decoded. */
export interface Question {
  readonly prompt: string;
  /** tokens to decode where nobody says how many */
  readonly length: number;
  /** for the console, of the completion up to its end token; null where there is nothing to grade */
  readonly grade: ((completion: string) => Promise<string>) | null;
}

type Given = Pick<OptionValues<typeof taskOptions>, "problem" | "file"> & {
  readonly prompt: string | undefined;
  readonly task: string | undefined;
};

/**
 * @throws UserError for options that do not go together, a file that is
 *   missing, or a problem that the task lacks: before anything is loaded
 */
export function questionOf(given: Given): (model: LoadedModel) => Question {
  const { prompt, task: name, problem: index = 0, file } = given;
  if (prompt !== undefined && name !== undefined)
    throw new UserError(`decode: --prompt and --task ${name} both say what is decoded; leave one out.`);
  if (name !== undefined) {
    const task = taskOf(name);
    return isSeeded(task) ? questionOfTestbed(name, index, file) : questionOfBenchmark(task, index, file);
  }
  const alone = (["problem", "file"] as const).find(option => given[option] !== undefined);
  if (alone !== undefined)
    throw new UserError(
      `decode: --${alone} ${given[alone]} says which problem of a task, and no task is named; add --task, ` +
        `one of ${taskNames().join(", ")}.`,
    );
  if (prompt === undefined)
    throw new UserError(
      "decode: there is nothing to decode; give a --prompt, or a --task for one of its problems.",
    );
  const { completion: length } = testbedOf([]).canvas;
  return () => ({ prompt: prompt.replaceAll("\\n", "\n"), length, grade: null });
}

function questionOfTestbed(task: string, index: number, file: string | undefined): () => Question {
  if (file !== undefined)
    throw new UserError(`decode: --file is for benchmarks and --task is ${task}; leave one of the two out.`);
  const problem = problemsOf(task, "test", index + 1)[index];
  const { completion: length } = testbedOf([task]).canvas;
  return () => ({ prompt: problem.prompt, length, grade: given => gradedInWords(problem, given) });
}

async function gradedInWords(problem: Problem, text: string): Promise<string> {
  const [{ correct, formatOk, passedBase, passedPlus }] = await gradeAll([{ problem, text }], sharedSandbox);
  if (correct !== null) return correct ? "correct" : "not correct";
  return formatOk === true ? suitesInWords(passedBase, passedPlus) : "not of the demanded form";
}

function questionOfBenchmark(task: FileTask, index: number, file: string | undefined) {
  const problem = benchmarkProblem(task, index, file);
  return ({ tokenizer, denoiser }: LoadedModel): Question => {
    const style = defaultStyle(tokenizer);
    const prompt = modelPrompt(problem, style, tokenizer);
    const room = denoiser.config.maxPositions - tokenizer.encode(prompt).length;
    const grade = async (given: string) => {
      const answer = {
        ...wholeText(decodedAnswer(task, problem, style, given)),
        names: namesInTests(problem),
      };
      const sandbox = await sharedSandbox();
      const [{ program, error }] = await extractAnswers([answer], sandbox);
      if (error !== null) return error;
      const [{ passedBase, passedPlus }] = await gradePrograms([{ problem, program }], sandbox);
      return suitesInWords(passedBase, passedPlus);
    };
    return { prompt, length: Math.max(1, Math.min(benchmarkLength, room)), grade };
  };
}

function benchmarkProblem(task: FileTask, index: number, file: string | undefined): CodeProblem {
  if (file === undefined) throw noFile("decode", task);
  const problems = parseCodeProblems(readTextFile("decode", "file", file).text, task, file);
  if (index < problems.length) return problems[index];
  throw new UserError(
    `decode: ${file} has ${problems.length} problems, so none is number ${index}; give a ` +
      `--problem from 0 to ${problems.length - 1}.`,
  );
}

function suitesInWords(base: boolean | null, plus: boolean | null): string {
  const word = (passed: boolean | null) => (passed === null ? "none here" : passed ? "passed" : "failed");
  return `base tests ${word(base)}, plus tests ${word(plus)}`;
}
