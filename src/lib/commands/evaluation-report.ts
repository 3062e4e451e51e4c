/** What an evaluation prints: pass@k with intervals over problems, the steps that ties decided, AR-ness. */
import { sampleArness, type ArnessScope } from "../analysis/arness-by-group.js";
import { settingInWords } from "../analysis/setting.js";
import { mean } from "../analysis/bootstrap.js";
import { groupRows } from "../analysis/by-group.js";
import { passAtKByGroup, type GradedSample, type PassMeasure } from "../analysis/pass-by-group.js";
import { printable } from "../core/plain-text.js";
import { Rng } from "../core/rng.js";
import type { AnswerRow, SampleRow } from "../log/schemas.js";

const ks = [1, 2, 4, 5, 8, 10, 16, 20, 32, 50, 64, 100];

/**
 * pass@k for the k that the samples allow, each with its 95% bootstrap interval over problems; then, for
 * samples that were decoded here, how often ties decided and the AR-ness at k = 1.
 */
export function evaluationReport(samples: readonly SampleRow[]): string[] {
  const lines = [
    ...passLines(samples),
    ...missingSuites(samples),
    ...sharedLine(samples),
    ...orderLines(samples),
  ];
  // rules and policies are words of a log, which anybody may have written
  return lines.map(printable);
}

/** Grades in which answers had a say are counted, where there are any. */
function sharedLine(samples: readonly (SampleRow | AnswerRow)[]): string[] {
  const shared = samples.filter(sample => "shared" in sample && sample.shared).length;
  if (shared === 0) return [];
  return [
    `${shared} of ${samples.length} answers had a say in their grade (shared in the log): a test ` +
      "compared objects of " +
      "their own classes, or ran beside them",
  ];
}

function passLines(samples: readonly SampleRow[]): string[] {
  const counts = groupRows(samples, ({ problem }) => ({ problem })).map(({ rows }) => rows.length);
  const [fewest, most] = [Math.min(...counts), Math.max(...counts)];
  const each = fewest === most ? `${fewest} samples each` : `${fewest} to ${most} samples each`;
  const allowed = ks.filter(k => k <= fewest);
  const measured = (rows: readonly GradedSample[]) =>
    passAtKByGroup(rows, allowed, () => ({}), Rng.fromSeed(0).split("evaluate"));
  const formats = samples.map(s => ({ ...s, passedBase: null, passedPlus: null, correct: s.formatOk }));
  return [
    ...measured(formats).map(row => passLine("formatOk", row, each)),
    ...measured(samples).map(row => passLine(criteria[row.suite], row, each)),
  ];
}

const criteria = { base: "passedBase", plus: "passedPlus", answer: "correct" } as const;

function passLine(criterion: string, { k, mean: share, lower, upper, n }: PassMeasure, each: string): string {
  const percent = (value: number) => (100 * value).toFixed(1);
  const interval = `[${percent(lower)}, ${percent(upper)}]`;
  return (
    `${criterion.padEnd(10)} pass@${k}  ${percent(share)}%  ${interval}  (${n} problems, ${each}; ` +
    "95% interval over problems)"
  );
}

/** One line where a code task lacks one of its two suites. */
function missingSuites(samples: readonly SampleRow[]): string[] {
  const graded = (key: "passedBase" | "passedPlus") => samples.filter(s => s[key] !== null).length;
  const [base, plus] = [graded("passedBase"), graded("passedPlus")];
  if (base + plus === 0) return [];
  const lines: string[] = [];
  if (base === 0) lines.push("no base tests of their own in this file: passedBase is left out");
  if (plus === 0) lines.push("no plus tests in this file: passedPlus is left out");
  else if (plus < base) lines.push(`plus tests for ${plus} of ${samples.length} samples only`);
  return lines;
}

function orderLines(samples: readonly SampleRow[]): string[] {
  const decoded = samples.filter(s => s.order.length > 0);
  if (decoded.length === 0) return [];
  const total = (key: "tieSteps" | "choiceSteps") => decoded.reduce((sum, s) => sum + s[key], 0);
  const arness = (kind: "local" | "global", scope: ArnessScope) => {
    // a completion that starts with its end token has no order up to it
    const values = decoded.map(s => sampleArness(s, kind, 1, scope)).filter(value => !Number.isNaN(value));
    return values.length > 0 ? mean(values).toFixed(3) : "-";
  };
  return [
    `steps decided by a tie: ${total("tieSteps")} of ${total("choiceSteps")} (rule: ${decoded[0].tieRule})`,
    `denoiser calls a sample: ${mean(decoded.map(s => s.calls)).toFixed(1)} (policy: ` +
      `${settingInWords(decoded[0])})`,
    `AR-ness@1, whole window: local ${arness("local", "window")}, global ${arness("global", "window")}`,
    `AR-ness@1, to the end token: local ${arness("local", "eos")}, global ${arness("global", "eos")}`,
  ];
}
