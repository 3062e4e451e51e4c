/** Answers made elsewhere, scored: extraction and tests, logged like samples that were decoded here. */
import { basename } from "node:path";
import { wholeRows } from "../log/common-boundary.js";
import { openLog } from "../log/log-writer.js";
import { nothingRecorded } from "../log/column-groups.js";
import type { AnswerRow } from "../log/schemas.js";
import { readAnswer, type Answer, type ExtractionRule } from "../tasks/answer-file.js";
import { readPrograms, type Extraction } from "./answer-extraction.js";
import {
  benchmarkRun,
  completeLog,
  samplesFile,
  type BenchmarkRun,
  type BenchmarkSettings,
} from "./benchmark-log.js";
import { progressBar } from "../host/progress.js";
import { provenance } from "../runtime/provenance.js";
import { gradePrograms, type CodeGrade } from "../study/code-grading.js";
import { sharedSandbox } from "../study/shared-sandbox.js";
import { parameterColumns } from "../study/study-rows.js";

export interface CompletionsStudy extends BenchmarkSettings {
  /** file of the answers, and the sha256 of its text */
  readonly file: string;
  readonly answers: string;
  readonly extract: ExtractionRule;
}

/** Score what the log lacks of the answers, `batchSize` at a time. */
export async function scoreCompletions(
  study: CompletionsStudy,
  answers: readonly Answer[],
  batchSize: number,
): Promise<BenchmarkRun> {
  const { file, ...identity } = study;
  const name = basename(file).replace(/\.(jsonl?|gz)\b/g, "");
  const found = benchmarkRun(`${name}-${study.task}`, identity);
  return completeLog(found, answers.length, async guard => {
    const path = samplesFile(found.folder);
    const log = openLog(path, "answers", {
      metadata: provenance({ config: identity, seed: 0 }),
      resume: { rows: wholeRows(path, "answers") },
      guard,
    });
    const sandbox = await sharedSandbox();
    const progress = progressBar(found.run);
    try {
      for (let from = log.rows; from < answers.length; from += batchSize) {
        const batch = answers.slice(from, from + batchSize);
        const extractions = await readPrograms(
          batch.map(answer => readAnswer(answer, study.extract)),
          sandbox,
        );
        const candidates = batch.map(({ problem }, i) => ({ problem, program: extractions[i].program }));
        const grades = await gradePrograms(candidates, sandbox, study.timeoutSeconds ?? undefined);
        log.append(batch.map((answer, i) => answerRow(found.run, name, answer, extractions[i], grades[i])));
        progress((from + batch.length) / answers.length, `${from + batch.length}/${answers.length} answers`);
      }
    } finally {
      log.close();
    }
  });
}

function answerRow(
  run: string,
  name: string,
  { problem, sample, form, text }: Answer,
  { program, error }: Extraction,
  grade: CodeGrade,
): AnswerRow {
  return {
    run,
    problem: problem.id,
    sample,
    task: problem.task,
    split: problem.split,
    form,
    checkpoint: name,
    ...madeElsewhere,
    prompt: problem.prompt,
    text,
    program,
    ...grade,
    error: error ?? grade.error,
  };
}

/** What is not known of how an answer was decoded. */
const madeElsewhere = {
  seed: 0,
  steps: 0,
  policy: "",
  calls: 0,
  tokenPositions: 0,
  temperature: NaN,
  topP: NaN,
  remasking: "",
  ...parameterColumns({}),
  blockLength: null,
  kvCache: null,
  head: null,
  softMasks: false,
  tieRule: "",
  tieSteps: 0,
  choiceSteps: 0,
  completionLength: 0,
  formatOk: null,
  correct: null,
  order: [],
  stepOf: [],
  tokenIds: [],
  ...nothingRecorded,
} as const;
