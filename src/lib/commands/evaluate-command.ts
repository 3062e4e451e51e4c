/**
 * The command line of evaluation: pass@k, base and plus tests, on a testbed task or a public code benchmark.
 */
import { UserError } from "../core/errors.js";
import { choice, flag, number, text, whole } from "../core/schema.js";
import { decodeConfig } from "../decode/config.js";
import type { ExtractionRule } from "../tasks/answer-file.js";
import { promptStyles } from "../tasks/code-prompt.js";
import { isSeeded, type FileTask, type SeededTask } from "../tasks/task.js";
import { fileTasks, taskNames, taskOf } from "../tasks/tasks.js";
import { testbedOf } from "../tasks/testbeds.js";
import { readConfig } from "../checkpoints/checkpoint.js";
import { useBackend } from "../runtime/backend.js";
import { knownCheckpoint } from "../recipes/known-checkpoint.js";
import { scoreFile, solveFile, type BenchmarkOptions } from "../benchmarks/benchmark-evaluation.js";
import { noFile } from "../benchmarks/benchmark-files.js";
import { benchmarkLength } from "../benchmarks/benchmark-study.js";
import { failureReport, readingReport } from "./answer-report.js";
import type { Command } from "./cli-arguments.js";
import { decodeOptions, decodeOverrides, modelOptions } from "./decode-options.js";
import { group, option, type OptionValues } from "./option.js";
import { defaultBatch } from "../study/decode-batch.js";
import { study } from "../study/study.js";
import { closeDecoders } from "../study/workers.js";
import { evaluationReport } from "./evaluation-report.js";
import {
  backendLine,
  choosePrecision,
  layerProduct,
  precisionField,
  precisionSetting,
} from "../runtime/precision.js";
import { ensureSetup } from "../setup/setup.js";

const options = {
  ...group("Problems", {
    task: option(
      choice(taskNames()),
      taskNames()
        .map(name => `${name}: ${taskOf(name).about}`)
        .join("; "),
      { default: "minipy" },
    ),
    problems: option(
      whole(1, 2000),
      "how many problems; by default 200 held-out ones of the testbed, all of a benchmark",
    ),
    samples: option(whole(1, 1000), "samples a problem", { default: 1 }),
  }),
  ...group("Problems of the testbed", {
    split: option(choice(["test", "dev"]), "which held-out problems", { default: "test" }),
    precision: option(precisionSetting, undefined, { default: "float32" }),
  }),
  ...group("Benchmarks (humaneval, mbpp)", {
    file: option(text, "the problems, .jsonl, .jsonl.gz or .json (HumanEval, MBPP, their EvalPlus forms)"),
    "prompt-style": option(
      choice(promptStyles),
      "how a problem is put; by default chat where the tokenizer has a template, so pass completion for a " +
        "base model",
    ),
    length: option(whole(1, 4096), `tokens to decode of an answer (default ${benchmarkLength})`),
    batch: option(
      whole(1, 1024),
      "samples decoded or scored together; by default what 512 MiB of logits hold",
    ),
    timeout: option(
      number("[0.1, 3600]"),
      "seconds of an answer with its tests (default 30), or with a suite of inputs (default 60)",
    ),
  }),
  ...group("Answers made elsewhere", {
    completions: option(
      text,
      "score these answers, {task_id, solution} or {task_id, completion} a line, instead of decoding; " +
        "solutions as they are, unless they are markdown",
    ),
    sanitize: option(flag, "extract programs from solutions too, not only from completions and markdown"),
    "as-is": option(flag, "test the answers without extracting programs first"),
  }),
  ...group("Model", {
    ...modelOptions,
    checkpoint: option(text, "checkpoint folder, or the recipe of a shipped one; not with --completions"),
    autoregressive: option(flag, "decode left to right with the causal model (the AR parent)"),
  }),
  ...decodeOptions,
};

type Values = OptionValues<typeof options>;

export const evaluateCommand: Command<typeof options> = {
  name: "evaluate",
  summary: "Solve problems, run the programs, print pass@k; a killed evaluation goes on where it was.",
  example: "--checkpoint instruct --task minipy --problems 50 --samples 4 --temperature 1",
  options,
  interrupted: "the answers that are logged are kept, and the same command goes on from them",
  // answers made elsewhere are scored without one
  needsBackend: false,
  main: async v => {
    const task = taskOf(v.task);
    try {
      const { lines, folder } = isSeeded(task)
        ? await evaluateTestbed(v, task)
        : await evaluateBenchmark(v, task);
      for (const line of lines) console.log(line);
      console.log(`log: ${folder}`);
    } finally {
      await closeDecoders();
    }
  },
};

interface Evaluated {
  /** for the console */
  readonly lines: readonly string[];
  readonly folder: string;
}

async function evaluateTestbed(v: Values, { name: task }: SeededTask): Promise<Evaluated> {
  const { checkpoint, seed, split, autoregressive } = v;
  const misplaced = (["file", "completions", "prompt-style", "length", "batch", "timeout"] as const).find(
    name => v[name] !== undefined,
  );
  if (misplaced !== undefined)
    throw new UserError(
      `evaluate: --${misplaced} belongs to a benchmark, and --task is ${task}; pass --task ${fileTasks()
        .map(({ name }) => name)
        .join(" or ")}, or leave it out.`,
    );
  if (checkpoint === undefined) throw noCheckpoint();
  const modelFolder = knownCheckpoint("evaluate", checkpoint, seed);
  await ensureSetup();
  const backend = await useBackend();
  const model = readConfig(modelFolder);
  const { canvas } = testbedOf([task]);
  const decode = decodeConfig(canvas.completion, decodeOverrides(v));
  const rows = defaultBatch(model.vocabSize, decode) * (canvas.prompt + canvas.completion);
  const choice = choosePrecision("evaluate", v.precision, () => layerProduct(model, rows));
  console.error(backendLine(backend, choice));
  const { rows: samples, runs } = await study({
    ...{ study: "evaluate", checkpoint, task, split, autoregressive, seeds: [seed] },
    ...{ problems: v.problems ?? 200, samplesPerProblem: v.samples },
    ...precisionField(choice),
    ...decodeOverrides(v),
  });
  return { lines: evaluationReport(samples), folder: runs[0].folder };
}

async function evaluateBenchmark(v: Values, task: FileTask): Promise<Evaluated> {
  if (v.precision !== "float32")
    throw new UserError(
      `evaluate: --precision ${v.precision} is for the testbed's tasks, and --task is ${task.name}; ` +
        "leave it at float32.",
    );
  if (v.file === undefined) throw noFile("evaluate", task);
  const common: BenchmarkOptions = {
    task,
    file: v.file,
    problems: v.problems,
    batch: v.batch,
    timeoutSeconds: v.timeout ?? null,
  };
  const extract = extractionRule(v);
  if (v.completions !== undefined) {
    const decodes = (["checkpoint", "prompt-style", "length", "steps"] as const).find(
      name => v[name] !== undefined,
    );
    if (decodes !== undefined)
      throw new UserError(
        `evaluate: --completions scores answers made elsewhere and --${decodes} is for decoding new ` +
          "ones; pass one of the two.",
      );
    const { samples, folder } = await scoreFile(common, v.completions, extract);
    const reading = extract === "nothing" ? [] : readingReport(samples);
    return { lines: [...evaluationReport(samples), ...reading, ...failureReport(samples)], folder };
  }
  if (v.checkpoint === undefined) throw noCheckpoint();
  const { samples, folder } = await solveFile(common, {
    checkpoint: knownCheckpoint("evaluate", v.checkpoint, v.seed),
    seed: v.seed,
    samplesPerProblem: v.samples,
    style: v["prompt-style"],
    autoregressive: v.autoregressive,
    decode: decodeConfig(v.length ?? benchmarkLength, decodeOverrides(v)),
  });
  return { lines: [...evaluationReport(samples), ...failureReport(samples)], folder };
}

function extractionRule(v: Values): ExtractionRule {
  const named = (["as-is", "sanitize"] as const).filter(name => v[name]);
  if (named.length > 0 && v.completions === undefined)
    throw new UserError(
      `evaluate: --${named[0]} says how --completions are read; add that option or leave this one out.`,
    );
  if (named.length > 1)
    throw new UserError("evaluate: --sanitize extracts every program and --as-is none; pass one of the two.");
  return v["as-is"] ? "nothing" : v.sanitize ? "all" : "texts";
}

function noCheckpoint(): UserError {
  return new UserError(
    "evaluate: --checkpoint is missing; name a checkpoint folder, or score answers of your own with " +
      "--completions FILE.",
  );
}
