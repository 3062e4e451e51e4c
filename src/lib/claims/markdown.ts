/** Judged claims as Markdown, for the last cell of a notebook. */
import { outcomeWords, sizeInWords, type JudgedClaim } from "./claim.js";

/** Claim, published number, ours, verdict; then each criterion with its note. */
export function verdictMarkdown(rows: readonly JudgedClaim[]): string {
  const lines = rows.map(row => {
    const cells = [
      row.id,
      row.statement,
      row.published,
      intervalInWords(row),
      pInWords(row),
      sizeInWords(row),
    ];
    return `| ${cells.join(" | ")} | **${verdictInWords(row)}** |`;
  });
  const details = rows.map(
    r => `- *${r.id}*: ${r.criterion} (${r.citation}; fixed ${r.fixed}, ${r.hash}.) ${r.detail}`,
  );
  return [
    "| claim | statement | the paper (published) | ours, 95% interval | p, after Holm | size | verdict |",
    "|---|---|---|---|---|---|---|",
    ...lines,
    "",
    ...details,
  ].join("\n");
}

/** "holds, under leftmost ties only"; a theorem is marked as what it is. */
export function verdictInWords({ verdict, scope, theorem }: JudgedClaim): string {
  return [
    outcomeWords[verdict],
    ...(theorem ? ["theorem check"] : []),
    ...(scope === "" ? [] : [scope]),
  ].join(", ");
}

function intervalInWords({ measured, lower, upper }: JudgedClaim): string {
  return `${number(measured)} [${number(lower)}, ${number(upper)}]`;
}

/** "0.012, 0.31", the second after Holm's correction over all claims of the page. */
export function pInWords({ p, pHolm }: Pick<JudgedClaim, "p" | "pHolm">): string {
  return Number.isNaN(p) ? "-" : [p, pHolm].map(small).join(", ");
}

function small(p: number): string {
  if (Number.isNaN(p)) return "-";
  return p < 0.001 ? "< 0.001" : String(Number(p.toPrecision(2)));
}

function number(x: number): string {
  return Number.isFinite(x) ? String(Number(x.toPrecision(3))) : "-";
}
