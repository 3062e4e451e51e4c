/**
 * A public code benchmark from its file to graded samples:
 * decoded with a checkpoint, or read from a file of answers.
 */
import { UserError } from "../core/errors.js";
import { checkDecodeConfig } from "../decode/config.js";
import type { AnswerRow } from "../log/schemas.js";
import { readConfig } from "../checkpoints/checkpoint.js";
import { parseAnswers, type ExtractionRule } from "../tasks/answer-file.js";
import { parseCodeProblems } from "../tasks/code-problem-file.js";
import type { PromptStyle } from "../tasks/code-prompt.js";
import type { CodeProblem, FileTask } from "../tasks/task.js";
import { loadTokenizer } from "../checkpoints/tokenizer-file.js";
import { useBackend } from "../runtime/backend.js";
import { readTextFile } from "./benchmark-files.js";
import { readBenchmarkRun, type BenchmarkRun, type BenchmarkSettings } from "./benchmark-log.js";
import { checkCheckpoint, defaultStyle, solveBenchmark, type BenchmarkStudy } from "./benchmark-study.js";
import { scoreCompletions } from "./completions-study.js";
import { defaultBatch } from "../study/decode-batch.js";
import { isCausal } from "../model/config.js";
import { ensureSetup } from "../setup/setup.js";

export interface BenchmarkOptions {
  readonly task: FileTask;
  /** of the problems */
  readonly file: string;
  /** only the first so many; undefined for all */
  readonly problems: number | undefined;
  readonly batch: number | undefined;
  readonly timeoutSeconds: number | null;
}

/** How a checkpoint is to answer; without a style, its tokenizer decides. */
export type Solver = Omit<BenchmarkStudy, keyof BenchmarkSettings | "style"> & {
  readonly style: PromptStyle | undefined;
};

export interface Evaluation {
  readonly samples: readonly AnswerRow[];
  readonly folder: string;
}

/**
 * Answers scored together: enough for one interpreter run to extract, few enough to lose little when killed.
 */
const answersPerBatch = 16;

/** Score a file of answers. Problems without an answer are named in a warning and left out of every mean. */
export async function scoreFile(
  options: BenchmarkOptions,
  file: string,
  extract: ExtractionRule,
): Promise<Evaluation> {
  const { all, problems, settings } = readProblems(options);
  const { text, hash } = readTextFile("evaluate", "completions", file);
  const chosen = new Set(problems.map(({ id }) => id));
  const unknown: string[] = [];
  const onUnknown = (id: string) => void unknown.push(id);
  const answers = parseAnswers(text, all, options.task, file, onUnknown).filter(({ problem }) =>
    chosen.has(problem.id),
  );
  const answered = new Set(answers.map(answer => answer.problem.id));
  if (answers.length === 0)
    throw new UserError(
      `evaluate: ${file} answers none of the ${problems.length} problems; raise --problems or name ` +
        "another file.",
    );
  if (unknown.length > 0)
    console.error(
      `warning: ${unknown.length} answers are to problems that ${options.file} lacks (the first is ` +
        `${unknown[0]}); they are left out.`,
    );
  const missing = problems.filter(({ id }) => !answered.has(id));
  if (missing.length > 0)
    console.error(
      `warning: ${missing.length} of ${problems.length} problems have no answer (the first is ` +
        `${missing[0].id}); only the others are scored.`,
    );
  const study = { ...settings, file, answers: hash, extract };
  return evaluateRun(await scoreCompletions(study, answers, options.batch ?? answersPerBatch));
}

/** Decode and score with a checkpoint. */
export async function solveFile(options: BenchmarkOptions, solver: Solver): Promise<Evaluation> {
  const { problems, settings } = readProblems(options);
  checkDecodeConfig(solver.decode);
  checkCheckpoint(solver.checkpoint);
  const config = readConfig(solver.checkpoint);
  const parent = isCausal(config);
  const mask = parent ? "optional" : "needed";
  const style = solver.style ?? defaultStyle(loadTokenizer(solver.checkpoint, { mask }));
  const batch = options.batch ?? defaultBatch(config.vocabSize, solver.decode);
  await ensureSetup();
  console.error((await useBackend("auto", batch === 1 ? "all" : "one")).describe());
  console.error(`prompt style: ${style}`);
  const study = { ...settings, ...solver, style, autoregressive: solver.autoregressive || parent };
  return evaluateRun(await solveBenchmark(study, options.task, problems, batch));
}

function evaluateRun(run: BenchmarkRun): Evaluation {
  return { samples: readBenchmarkRun(run), folder: run.folder };
}

function readProblems({ task, file, problems: first, timeoutSeconds }: BenchmarkOptions): {
  readonly all: readonly CodeProblem[];
  readonly problems: readonly CodeProblem[];
  readonly settings: BenchmarkSettings;
} {
  const { text, hash } = readTextFile("evaluate", "file", file);
  const all = parseCodeProblems(text, task, file);
  const problems = all.slice(0, first);
  return {
    all,
    problems,
    settings: { task: task.name, problems: hash, count: problems.length, timeoutSeconds },
  };
}
