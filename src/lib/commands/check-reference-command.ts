/** The command line of `check:reference`: this library against numbers computed with the authors' code. */
import { UserError } from "../core/errors.js";
import { printable, printableLine } from "../core/plain-text.js";
import { choice, flag, list, text } from "../core/schema.js";
import { Sandbox } from "../sandbox/sandbox.js";
import { useBackend } from "../runtime/backend.js";
import type { Command } from "./cli-arguments.js";
import { option } from "./option.js";
import { CheckContext, type CheckResult } from "../reference/case-file.js";
import { caseFiles, checkFile, kindOf } from "../reference/checks.js";
import { holds, lineOf, summaryLines, type Finding } from "../reference/finding.js";
import { kinds } from "../reference/kinds.js";

const options = {
  dir: option(text, "folder laid out like test/reference, any contents", { required: true }),
  failures: option(flag, "print only the cases that do not agree"),
  only: option(
    list(choice([...kinds.keys()])),
    "check only files of these kinds, such as gguf-model,a2d-decoding",
  ),
};

/** Exit status when a file cannot be read: 1 is kept for numbers that do not agree. */
const unreadable = 2;

export const checkReferenceCommand: Command<typeof options> = {
  name: "check:reference",
  summary:
    "Compare every case of a reference folder: status 0 when all agree, 1 when one is out of " +
    "tolerance, 2 when a file cannot be read.",
  example: "--dir test/reference-2 --only a2d-loss",
  options,
  main: async ({ dir, failures, only }) => {
    console.error((await useBackend()).describe());
    const show = (result: CheckResult) => {
      if (!failures || !("tolerance" in result) || !holds(result)) console.log(printableLine(line(result)));
    };
    const report = await checkReference(dir, show, only);
    for (const message of report.unreadable) console.error(printableLine(message));
    console.log("\nlargest differences");
    for (const text of summaryLines(report.findings)) console.log(`  ${printable(text)}`);
    for (const file of report.unknown)
      console.log(`skip  ${printableLine(file)}: no layout of the reference data`);
    for (const [kind, files] of report.outOfScope)
      console.log(
        `skip  ${files} ${files === 1 ? "file" : "files"} of kind ${printableLine(kind)}: not compared here`,
      );
    console.log(
      `\n${report.agree} of ${report.findings.length} comparisons agree` +
        (report.unreadable.length > 0 ? `; ${report.unreadable.length} could not be read` : ""),
    );
    if (report.unreadable.length > 0) return unreadable;
    return report.agree === report.findings.length ? 0 : 1;
  },
};

export interface ReferenceReport {
  readonly findings: readonly (Finding & { readonly topic: string })[];
  readonly agree: number;
  /** one sentence a file, or the one about the folder */
  readonly unreadable: readonly string[];
  /** files of no known layout */
  readonly unknown: readonly string[];
  /** how many files there are of each kind that this library has nothing to compare with */
  readonly outOfScope: ReadonlyMap<string, number>;
}

/**
 * Check a folder file by file; a file that cannot be read does not stop the others.
 * @param only kinds to check; none named checks everything
 */
export async function checkReference(
  folder: string,
  onResult: (result: CheckResult) => void,
  only: readonly string[] = [],
): Promise<ReferenceReport> {
  const context = new CheckContext(() => Sandbox.open({ workers: 2 }));
  const failed: string[] = [];
  const unknown: string[] = [];
  const outOfScope = new Map<string, number>();
  const findings: (Finding & { readonly topic: string })[] = [];
  let known = 0;
  try {
    for (const path of filesOrNote(folder, failed)) {
      try {
        if (only.length > 0 && !only.includes(kindOf(path) ?? "")) continue;
        const checked = await checkFile(folder, path, context);
        if (checked === null) unknown.push(path);
        else known++;
        const { outOfScope: kind } = checked ?? {};
        if (kind !== undefined) outOfScope.set(kind, (outOfScope.get(kind) ?? 0) + 1);
        for (const result of checked?.results ?? []) {
          onResult(result);
          if ("tolerance" in result) findings.push({ ...result, topic: checked?.topic ?? "" });
        }
      } catch (error) {
        if (!(error instanceof UserError)) throw error;
        // one damaged checkpoint serves many files
        if (!failed.includes(error.message)) failed.push(error.message);
      }
    }
  } finally {
    await context.close();
  }
  if (known === 0 && failed.length === 0)
    failed.push(
      `check:reference: ${folder} holds no case of a known layout; name the folder of the reference ` +
        "data with --dir.",
    );
  return { findings, agree: findings.filter(holds).length, unreadable: failed, unknown, outOfScope };
}

function filesOrNote(folder: string, failed: string[]): string[] {
  try {
    return caseFiles(folder);
  } catch (error) {
    failed.push((error as Error).message);
    return [];
  }
}

function line(result: CheckResult): string {
  return "reason" in result ? `skip  ${result.name}: ${result.reason}` : lineOf(result);
}
