/** Extraction of programs from answers, in the sandbox, some texts a program. */
import type { Sandbox } from "../sandbox/sandbox.js";
import { extractionProgram, readExtraction, type AnswerText } from "../tasks/answer-extraction.js";

/** Texts that one interpreter run takes, so that a run's fixed cost is shared. */
const textsPerRun = 16;
/** Per text. 500 lines of prose and code need well under a second; only a text made to be slow needs more. */
const secondsPerText = 20;

export interface Extraction {
  /** "" where there is none */
  readonly program: string;
  /** why there is none; null where there is one */
  readonly error: string | null;
}

/** One extraction a text, in order. A text that cannot be searched in time has no program and says so. */
export async function extractAnswers(
  texts: readonly AnswerText[],
  sandbox: Sandbox,
  signal?: AbortSignal,
): Promise<Extraction[]> {
  const groups = Array.from({ length: Math.ceil(texts.length / textsPerRun) }, (_, i) =>
    texts.slice(i * textsPerRun, (i + 1) * textsPerRun),
  );
  const results = await runExtraction(groups, sandbox, signal);
  const parts = groups.map(async (group, i) => {
    const { outcome, output, error } = results[i];
    if (outcome === "passed") return readExtraction(group, output).map(found);
    // one text is too slow or too large: the others of the group keep their programs
    if (group.length > 1) return extractOneByOne(group, sandbox, signal);
    return [{ program: "", error: `no program could be extracted: ${error}` }];
  });
  return (await Promise.all(parts)).flat();
}

async function extractOneByOne(
  group: readonly AnswerText[],
  sandbox: Sandbox,
  signal?: AbortSignal,
): Promise<Extraction[]> {
  const singles = group.map(text => extractAnswers([text], sandbox, signal));
  return (await Promise.all(singles)).flat();
}

function runExtraction(groups: readonly (readonly AnswerText[])[], sandbox: Sandbox, signal?: AbortSignal) {
  const programs = groups.map((group, i) => ({
    id: String(i),
    program: extractionProgram(group),
    timeoutSeconds: secondsPerText,
  }));
  return sandbox.run(programs, undefined, signal);
}

function found(program: string): Extraction {
  return { program, error: null };
}
