/** Extraction of programs from answers, in the sandbox, some texts a program. */
import type { Sandbox } from "../sandbox/sandbox.js";
import { extractionProgram, readExtraction, type AnswerText } from "../tasks/answer-extraction.js";
import type { ReadAnswer } from "../tasks/answer-file.js";

/** Texts that one interpreter run takes, so that a run's fixed cost is shared. */
const textsPerRun = 16;
/** Per text. 500 lines of prose and code need well under a second; only a text made to be slow needs more. */
const longestSeconds = 20;

export interface Extraction {
  /** "" where there is none */
  readonly program: string;
  /** why there is none; null where there is one */
  readonly error: string | null;
}

/**
 * One extraction a text, in order. A text that cannot be searched in time has no program and says so.
 * @param secondsPerText also what several texts may take together before each is tried alone
 */
export async function extractAnswers(
  texts: readonly AnswerText[],
  sandbox: Sandbox,
  secondsPerText = longestSeconds,
): Promise<Extraction[]> {
  const groups = Array.from({ length: Math.ceil(texts.length / textsPerRun) }, (_, i) =>
    texts.slice(i * textsPerRun, (i + 1) * textsPerRun),
  );
  const results = await runExtraction(groups, sandbox, secondsPerText);
  const parts = groups.map(async (group, i) => {
    const { outcome, output, error } = results[i];
    if (outcome === "passed") return readExtraction(group, output).map(found);
    // one text is too slow or too large: the others of the group keep their programs
    if (group.length > 1) return extractOneByOne(group, sandbox, secondsPerText);
    return [{ program: "", error: `no program could be extracted: ${error}` }];
  });
  return (await Promise.all(parts)).flat();
}

/** The programs of answers, extracted where they are still texts. */
export async function readPrograms(answers: readonly ReadAnswer[], sandbox: Sandbox): Promise<Extraction[]> {
  const texts = answers.filter((answer): answer is AnswerText => "text" in answer);
  const extractions = await extractAnswers(texts, sandbox);
  const byText = new Map(texts.map((text, i) => [text, extractions[i]]));
  return answers.map(answer =>
    "text" in answer ? (byText.get(answer) as Extraction) : found(answer.program),
  );
}

async function extractOneByOne(
  group: readonly AnswerText[],
  sandbox: Sandbox,
  secondsPerText: number,
): Promise<Extraction[]> {
  const singles = group.map(text => extractAnswers([text], sandbox, secondsPerText));
  return (await Promise.all(singles)).flat();
}

function runExtraction(groups: readonly (readonly AnswerText[])[], sandbox: Sandbox, timeoutSeconds: number) {
  const programs = groups.map((group, i) => ({
    id: String(i),
    program: extractionProgram(group),
    timeoutSeconds,
  }));
  return sandbox.run(programs);
}

function found(program: string): Extraction {
  return { program, error: null };
}
