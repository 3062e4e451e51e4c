/**
 * What an evaluation says of its answers beside pass@k, from the rows of its log: how those made elsewhere
 * were read, and which ones failed because this sandbox is not the machine that they were written for.
 */
import type { AnswerRow } from "../log/schemas.js";
import { sandboxDefaults } from "../sandbox/config.js";
import { withoutEndTokens } from "../tasks/end-tokens.js";

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
    `${count(asGiven.length, rows)} graded as given; extraction changed ${changed.length} of the ` +
      `other ${extracted.length}`,
    ...(ended.length > 0 ? [`${count(ended.length, rows)} ended in an end token, which was left out`] : []),
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
  return [...lines].map(([why, n]) => `${count(n, rows)} ${why}: counted as failed`);
}

/** What of the sandbox an answer ran into; null where it failed by itself. */
function limitOf(outcome: string, error: string): string | null {
  if (outcome === "timeout") return `took too long (${error})`;
  const limit = limits.find(({ sign }) => sign.test(error));
  if (limit !== undefined) return limit.why;
  const [, ...modules] = missingModule.exec(error) ?? [];
  const module = modules.find(name => name !== undefined);
  return module === undefined ? null : `import ${module.split(".")[0]}, which is not in this sandbox`;
}

/** As Python says it, as Pyodide says it of its own library, and of modules that sealing takes away. */
const missingModule =
  /(?:ModuleNotFoundError|ImportError)\b.*?(?:No module named '([\w.]+)'|The module '([\w.]+)' is|import of ([\w.]+) halted)/;

const limits: readonly { readonly sign: RegExp; readonly why: string }[] = [
  { sign: /RuntimeError.*can't start new thread/, why: "start threads, which this sandbox does not have" },
  {
    sign: /Error.*(?:not support processes|lacks multiprocessing|No module named '_multiprocessing'|\[Errno 52\])/,
    why: "start processes, which this sandbox does not have",
  },
  {
    sign: /PermissionError.*\[Errno 63\]/,
    why: "start processes or open connections, which this sandbox does not have",
  },
  {
    sign: /Error.*(?:Read-only file system|No usable temporary directory)/,
    why: "write files, which this sandbox does not have",
  },
  { sign: /\bMemoryError\b/, why: `ran out of memory (${sandboxDefaults.memoryBytes / 2 ** 20} MiB)` },
];

function count(n: number, rows: readonly unknown[]): string {
  return `${n} of ${rows.length} answers`;
}

function filledLines(text: string): string {
  const lines = text.split("\n").map(line => line.trimEnd());
  return lines.filter(line => line !== "").join("\n");
}
