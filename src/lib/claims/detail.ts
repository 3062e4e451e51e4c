/** What stands beside a verdict in words: for which orders it speaks, and all that was measured. */
import { settingInWords } from "../analysis/setting.js";
import { intervalOf } from "../analysis/intervals.js";
import { meanCalls, type CostedSample } from "../analysis/equal-calls.js";
import { estimateInWords, outcomeWords, type Claim, type Contrast, type Outcome } from "./claim.js";
import { measured, type Measured } from "./contrasts.js";
import { contrastInWords } from "./criterion.js";
import type { Finding } from "./findings.js";
import { orderName, orders, scopeInWords, scopesOf } from "./orders.js";
import { columnOf, type Row } from "./rows.js";

/** A claim's conditions under one order of decoding. */
interface Scoped {
  readonly name: string;
  readonly verdict: Outcome;
  readonly findings: readonly Finding[];
}

/** "under leftmost ties only" */
export function scopeOf({ under }: Claim, scopes: readonly Scoped[], { found }: Finding): string {
  return under === undefined ? onlyOrder(found) : scopeInWords(scopes);
}

/** The one order that decoded the rows of a claim which names none. */
function onlyOrder({ sides }: Measured): string {
  const found = new Set(
    sides.flat().flatMap(row => {
      const [score, tieRule] = [columnOf(row, "score"), columnOf(row, "tieRule")];
      return typeof score === "string" && typeof tieRule === "string"
        ? [orderName({ remasking: score, tieRule })]
        : [];
    }),
  );
  const [name] = found;
  return found.size === 1 && orders.map(orderName).includes(name)
    ? `under ${name}, the only order tried`
    : "";
}

export function detailOf(
  claim: Claim,
  rows: readonly Row[],
  scopes: readonly Scoped[],
  shown: Finding,
): string {
  const [{ findings }, ...others] = scopes;
  const chosen = claim.shown === "smallest" ? "the smallest difference" : "the first";
  const values = findings.map(({ condition, found, ...ends }) => valueInWords(condition, found, ends));
  return [
    ...(findings.length > 1 ? [`Measured: ${chosen}.`] : []),
    `${distinct(values).join("; ")}.`,
    `By ${claim.seedsAre ?? "training seed"}: ${shown.found.byRun.map(x => x.toFixed(3)).join(", ")}.`,
    ...others.map(scope => `Under ${scope.name}: ${outcomeWords[scope.verdict]}, ${numbersOf(scope)}.`),
    ...besideInWords(claim, rows),
  ].join(" ");
}

/** The same numbers in the same order, under another order of decoding. */
function numbersOf({ findings }: Scoped): string {
  const values = findings.map(({ found, lower, upper }) =>
    estimateInWords({ mean: found.value, lower, upper }),
  );
  return distinct(values).join("; ");
}

/** What is reported and does not decide. */
function besideInWords({ beside = [], crossed, under }: Claim, rows: readonly Row[]): string[] {
  const [{ where }] = scopesOf(under);
  const found = beside.flatMap(contrast => {
    const value = measured(rows, contrast, { scope: where, crossed });
    return value === null ? [] : [valueInWords(contrast, value, intervalOf(value))];
  });
  return found.length === 0 ? [] : [`Not decisive: ${found.join("; ")}.`];
}

function valueInWords(
  contrast: Contrast,
  found: Measured,
  { lower, upper }: { readonly lower: number; readonly upper: number },
): string {
  const value = estimateInWords({ mean: found.value, lower, upper });
  return `${contrastInWords(contrast)} ${value}${costsInWords(contrast, found)}`;
}

/** " at 15.6 calls against 18.0 (threshold tau=0.98)" of policies that are compared. */
function costsInWords({ of, matched }: Contrast, { sides }: Measured): string {
  const [method, other] = sides as unknown as readonly (readonly CostedSample[])[];
  if (of.policy === undefined || other === undefined || method[0].calls === undefined) return "";
  const [calls, others] = [method, other].map(rows => meanCalls(rows).toFixed(1));
  const settings = matched === undefined ? "" : ` (${distinct(method.map(settingInWords)).join("; ")})`;
  return ` at ${calls} calls against ${others}${settings}`;
}

function distinct(texts: readonly string[]): string[] {
  return [...new Set(texts)];
}
