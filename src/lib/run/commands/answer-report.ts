/**
 * What an evaluation says of its answers beside pass@k, from the rows of its log: how those made elsewhere were read,
 * and which ones failed because this sandbox is not the machine that they were written for.
 */
import type { AnswerRow } from "../../log/schemas.js";
import { withoutEndTokens } from "../../tasks/end-tokens.js";

/** What the console says of answers made elsewhere; nothing where nothing may be touched. */
export function readingReport(rows: readonly AnswerRow[]): string[] {
  const read = rows.map(row => ({ ...row, given: withoutEndTokens(row.text) }));
  const asGiven = read.filter(({ program, text, given }) => program === text || program === given);
  const extracted = read.filter(row => !asGiven.includes(row));
  const changed = extracted.filter(({ form, prompt, given, program }) => {
    const whole = form === "completion" ? `${prompt}\n${given}` : given;
    return filledLines(program) !== filledLines(whole);
  });
  const ended = read.filter(({ text, given, program }) => given !== text && program !== text);
  return [
    `${counted(asGiven.length, rows)} graded as given; extraction changed ${changed.length} of the other ${extracted.length}`,
    ...(ended.length > 0 ? [`${counted(ended.length, rows)} ended in an end token, which was left out`] : []),
  ];
}

/** What the console says of failures that may have their cause in the sandbox. */
export function failureReport(rows: readonly AnswerRow[]): string[] {
  const failed = rows.filter(({ outcome }) => outcome !== "passed");
  const lines = new Map<string, number>();
  for (const { outcome, error } of failed) {
    const why = limitOf(outcome, error);
    if (why !== null) lines.set(why, (lines.get(why) ?? 0) + 1);
  }
  return [...lines].map(([why, n]) => `${counted(n, rows)} ${why}: counted as failed`);
}

/** What of the sandbox an answer ran into; null where it failed by itself. */
function limitOf(outcome: string, error: string): string | null {
  if (outcome === "timeout") return `took too long (${error})`;
  const module = missingModule
    .exec(error)
    ?.slice(1)
    .find(name => name !== undefined);
  if (module !== undefined) return `import ${module.split(".")[0]}, which is not in this sandbox`;
  return limits.find(({ sign }) => sign.test(error))?.why ?? null;
}

/** As Python says it, as Pyodide says it of its own library, and of modules that sealing takes away */
const missingModule =
  /(?:ModuleNotFoundError|ImportError): (?:No module named '([\w.]+)'|The module '([\w.]+)' is|import of ([\w.]+) halted)/;

const limits: readonly { readonly sign: RegExp; readonly why: string }[] = [
  { sign: /can't start new thread/, why: "start threads, which this sandbox does not have" },
  {
    sign: /does not support processes|fork|posix_spawn|_multiprocessing|sem_open/,
    why: "start processes, which this sandbox does not have",
  },
  { sign: /MemoryError/, why: "run out of the sandbox's memory" },
];

function counted(n: number, rows: readonly unknown[]): string {
  return `${n} of ${rows.length} answers`;
}

function filledLines(text: string): string {
  const lines = text.split("\n").map(line => line.trimEnd());
  return lines.filter(line => line !== "").join("\n");
}
