/**
 * What a finding of the paper says, and the rule by which a measurement is judged. The rule stands here, in
 * the code, before any run; a notebook only feeds it numbers.
 */

export type Outcome = "holds" | "does-not-hold" | "inconclusive";

/** A finding: words, source, published numbers (data of the paper, not of ours) and the criterion in words. */
export interface Claim {
  readonly id: string;
  /** name of the figure that shows it */
  readonly figure: string;
  readonly statement: string;
  /** e.g. "DiffuCoder §4.2, Fig. 3 left" */
  readonly citation: string;
  /** the paper's number or words, marked as published wherever it is shown */
  readonly published: string;
  readonly criterion: string;
  /** one of what the seeds are; a training seed unless said */
  readonly seedsAre?: string;
}

/** A claim judged: one row of figures/claims.json and of the gallery. */
export interface JudgedClaim extends Claim {
  /** the quantity that the criterion names, with a 95% interval */
  readonly measured: number;
  readonly lower: number;
  readonly upper: number;
  /** seeds and problems behind it */
  readonly seeds: number;
  readonly n: number;
  readonly verdict: Outcome;
  /** what else a reader must know: other tie rules, other scopes */
  readonly detail: string;
}

/** An estimate with its 95% interval. */
export interface Estimate {
  readonly mean: number;
  readonly lower: number;
  readonly upper: number;
}

/** The rule of most claims: the interval lies above the bound, below it, or spans it. */
export function exceeds(bound: number, { lower, upper }: Estimate): Outcome {
  if (lower > bound) return "holds";
  return upper < bound ? "does-not-hold" : "inconclusive";
}

/** Several conditions at once: one failure refutes, all must hold. */
export function allHold(outcomes: readonly Outcome[]): Outcome {
  if (outcomes.includes("does-not-hold")) return "does-not-hold";
  return outcomes.every(o => o === "holds") ? "holds" : "inconclusive";
}

/** Put a claim, an estimate and an outcome together. */
export function judged(
  claim: Claim,
  estimate: Estimate,
  size: { readonly seeds: number; readonly n: number },
  verdict: Outcome,
  detail: string,
): JudgedClaim {
  const { mean, lower, upper } = estimate;
  return { ...claim, measured: mean, lower, upper, seeds: size.seeds, n: size.n, verdict, detail };
}

/** "0.123 [0.100, 0.145]" */
export function estimateInWords({ mean, lower, upper }: Estimate): string {
  return `${mean.toFixed(3)} [${lower.toFixed(3)}, ${upper.toFixed(3)}]`;
}

/** The judgement as Markdown for a notebook's last cell: claim, published number, ours, verdict. */
export function verdictMarkdown(rows: readonly JudgedClaim[]): string {
  const lines = rows.map(
    r =>
      `| ${r.id} | ${r.statement} | ${r.published} | ${number(r.measured)} [${number(r.lower)}, ${number(r.upper)}] | ${sizeInWords(r, "seed")} | **${r.verdict}** |`,
  );
  const details = rows.map(r => `- *${r.id}*: ${r.criterion} (${r.citation}.) ${r.detail}`);
  return [
    "| claim | statement | the paper (published) | ours, 95% interval | size | verdict |",
    "|---|---|---|---|---|---|",
    ...lines,
    "",
    ...details,
  ].join("\n");
}

/** "200 problems, 3 training seeds"; `usual` is how a seed is called whose claim does not say */
export function sizeInWords({ n, seeds, seedsAre }: JudgedClaim, usual = "training seed"): string {
  return `${n} problems, ${seeds} ${seedsAre ?? usual}${seeds === 1 ? "" : "s"}`;
}

function number(x: number): string {
  return Number.isFinite(x) ? String(Number(x.toPrecision(3))) : "-";
}
