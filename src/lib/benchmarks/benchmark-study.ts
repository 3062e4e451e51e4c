/**
 * A public code benchmark solved by a checkpoint: prompts, decoding, extraction, tests; one row a sample in
 * samples.arrow. A run that was killed goes on after its last whole batch.
 */
import { existsSync } from "node:fs";
import { basename, join } from "node:path";
import { UserError } from "../core/errors.js";
import type { Trajectory } from "../core/records.js";
import { Rng } from "../core/rng.js";
import { decodeAutoregressive } from "../decode/autoregressive.js";
import type { DecodeConfig } from "../decode/types.js";
import { decode } from "../decode/decode.js";
import { wholeRows } from "../log/common-boundary.js";
import { openLog } from "../log/log-writer.js";
import type { AnswerRow, LogMetadata } from "../log/schemas.js";
import {
  completionPrompt,
  decodedAnswer,
  responsePrefix,
  userMessage,
  type PromptStyle,
} from "../tasks/code-prompt.js";
import type { CodeProblem, FileTask } from "../tasks/task.js";
import { wholeText } from "../tasks/answer-extraction.js";
import { namesInTests } from "../tasks/test-names.js";
import { chatPrompt } from "../tokenizer/chat.js";
import type { TextTokenizer } from "../tokenizer/tokenizer.js";
import { extractAnswers } from "./answer-extraction.js";
import {
  benchmarkRun,
  completeLog,
  samplesFile,
  type BenchmarkRun,
  type BenchmarkSettings,
} from "./benchmark-log.js";
import { lengthToEnd } from "../tokenizer/decoded-text.js";
import { loadModel, type LoadedModel } from "../checkpoints/load-model.js";
import { gradePrograms } from "../study/code-grading.js";
import { settingColumns, trajectoryColumns } from "../study/study-rows.js";
import { progressBar } from "../host/progress.js";
import { provenance } from "../runtime/provenance.js";
import { sharedSandbox } from "../study/shared-sandbox.js";
import { weightsHash } from "../checkpoints/weights-hash.js";

export interface BenchmarkStudy extends BenchmarkSettings {
  /** checkpoint folder */
  readonly checkpoint: string;
  readonly seed: number;
  readonly samplesPerProblem: number;
  readonly style: PromptStyle;
  /** token by token from the left under causal attention, instead of diffusion */
  readonly autoregressive: boolean;
  readonly decode: DecodeConfig;
}

interface Job {
  readonly problem: CodeProblem;
  readonly sample: number;
}

/**
 * Tokens of an answer, as many steps by default. DiffuCoder measures
 * AR-ness at 512 tokens and 512 steps; its public demo decodes 256.
 */
export const benchmarkLength = 512;

/** Chat where the tokenizer has a template for it, as EvalPlus decides; else a direct completion. */
export function defaultStyle({ chatTemplate }: Pick<TextTokenizer, "chatTemplate">): PromptStyle {
  return chatTemplate === null ? "completion" : "chat";
}

/** The whole prompt of a problem, as text. */
export function modelPrompt(problem: CodeProblem, style: PromptStyle, tokenizer: TextTokenizer): string {
  if (style === "completion") return completionPrompt(problem);
  const opening = chatPrompt(tokenizer, [{ role: "user", content: userMessage(problem) }], true);
  return opening + responsePrefix(style);
}

/**
 * Decode and grade what the logs lack. `problems` are those
 * of the study, `task` is theirs; a backend is in use.
 */
export async function solveBenchmark(
  study: BenchmarkStudy,
  task: FileTask,
  problems: readonly CodeProblem[],
  batch: number,
): Promise<BenchmarkRun> {
  const checkpointHash = weightsHash(study.checkpoint);
  const config = { ...study, checkpoint: basename(study.checkpoint) };
  const { style, decode: d } = study;
  const order = study.autoregressive ? "ar" : `${d.remasking}-${d.tieRule}`;
  const name = `${config.checkpoint}-${task.name}-${style}-T${d.temperature}-${order}`;
  const found = benchmarkRun(name, [config, checkpointHash]);
  const jobs: Job[] = problems.flatMap(problem =>
    Array.from({ length: study.samplesPerProblem }, (_, sample) => ({ problem, sample })),
  );
  return completeLog(found, jobs.length, async guard => {
    const metadata = provenance({ config, seed: study.seed, checkpointHash });
    const model = loadModel(study.checkpoint);
    try {
      await solveJobs({ study, task, run: found.run, model, guard }, jobs, found, metadata, batch);
    } finally {
      model.denoiser.dispose();
    }
  });
}

/** From the last whole batch on. */
async function solveJobs(
  session: Session,
  jobs: readonly Job[],
  { run, folder }: BenchmarkRun,
  metadata: LogMetadata,
  size: number,
): Promise<void> {
  const done = wholeRows(samplesFile(folder), "answers");
  const samples = openLog(samplesFile(folder), "answers", {
    ...{ metadata, resume: { rows: done }, guard: session.guard },
  });
  const progress = progressBar(run);
  try {
    for (let from = done; from < jobs.length; from += size) {
      const part = jobs.slice(from, from + size);
      const onStep = (step: number, steps: number) => {
        // the last step is not the end of the batch: its answers are still to be tested
        const share = (from + (part.length * Math.min(step, steps - 1)) / steps) / jobs.length;
        progress(share, `${from}/${jobs.length} samples, step ${step}/${steps}`);
      };
      const trajectories = await decodeJobs(session, part, onStep);
      samples.append(await gradeRows(session, part, trajectories));
      progress((from + part.length) / jobs.length, `${from + part.length}/${jobs.length} samples`);
    }
  } finally {
    samples.close();
  }
}

interface Session {
  readonly study: BenchmarkStudy;
  readonly task: FileTask;
  readonly run: string;
  readonly model: LoadedModel;
  /** called before the folder is changed */
  readonly guard: () => void;
}

function decodeJobs(
  { study, model: { denoiser, tokenizer, endTokenIds } }: Session,
  jobs: readonly Job[],
  onStep: (step: number, steps: number) => void,
): Promise<Trajectory[]> {
  const seeds = Rng.fromSeed(study.seed).split("decode");
  const prompts = jobs.map(({ problem }) => tokenizer.encode(modelPrompt(problem, study.style, tokenizer)));
  const rngs = jobs.map(({ problem, sample }) => seeds.split(problem.id).split(sample));
  return study.autoregressive
    ? decodeAutoregressive(denoiser, prompts, study.decode, rngs, { endTokenIds, onStep })
    : decode(denoiser, prompts, study.decode, rngs, { onStep });
}

async function gradeRows(
  { study, task, run, model: { tokenizer, endTokenIds } }: Session,
  jobs: readonly Job[],
  trajectories: readonly Trajectory[],
): Promise<AnswerRow[]> {
  const ends = trajectories.map(t => lengthToEnd(t.completionIds, endTokenIds));
  const texts = trajectories.map((t, i) =>
    tokenizer.decode(t.completionIds.slice(0, ends[i]), { skipSpecial: true }),
  );
  const answers = jobs.map(({ problem }, i) => ({
    ...wholeText(decodedAnswer(task, problem, study.style, texts[i])),
    names: namesInTests(problem),
  }));
  const sandbox = await sharedSandbox();
  const extractions = await extractAnswers(answers, sandbox);
  const candidates = jobs.map(({ problem }, i) => ({ problem, program: extractions[i].program }));
  const grades = await gradePrograms(candidates, sandbox, study.timeoutSeconds ?? undefined);
  return jobs.map(({ problem, sample }, i) => ({
    run,
    problem: problem.id,
    sample,
    task: problem.task,
    split: problem.split,
    ...{ form: study.style, checkpoint: basename(study.checkpoint), seed: study.seed },
    ...settingColumns(study),
    ...trajectoryColumns(trajectories[i]),
    completionLength: ends[i],
    prompt: modelPrompt(problem, study.style, tokenizer),
    text: texts[i],
    formatOk: null,
    correct: null,
    program: extractions[i].program,
    ...grades[i],
    error: extractions[i].error ?? grades[i].error,
  }));
}

/** @throws UserError when the folder is not there, before anything is loaded */
export function checkCheckpoint(folder: string): void {
  if (!existsSync(join(folder, "config.json")))
    throw new UserError(
      `evaluate: ${folder} has no config.json; name a checkpoint folder in Hugging Face layout with ` +
        "--checkpoint.",
    );
}
