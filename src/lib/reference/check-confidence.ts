/** Filters and confidence scores on given logits: kept tokens are decisions, scores are float32. */
import { filteredSoftmax, summarize } from "../core/distribution.js";
import type { CaseFile, CheckResult } from "./case-file.js";
import type { Fields } from "./fields.js";
import { countDifferent, largestDifference, tolerances } from "./finding.js";

export function checkConfidence({ name, fields }: CaseFile): CheckResult[] {
  const logits = fields.matrix("logits");
  return fields.list("cases").flatMap(c => checkCase(name, c, logits));
}

function checkCase(name: string, c: Fields, logits: readonly number[][]): CheckResult[] {
  const drawn = c.numbers("drawn_token");
  const [topP, topK] = ["top_p", "top_k"].map(key => (c.has(key) ? c.number(key) : null));
  const rows = logits.map((row, i) => {
    const probs = new Float32Array(row.length);
    const filter = { temperature: c.number("temperature"), topP: topP ?? 1, topK };
    filteredSoftmax(Float32Array.from(row), 0, row.length, filter, probs);
    return { probs, summary: summarize(probs, row.length), drawn: probs[drawn[i]] };
  });
  const at = `${name} T ${c.number("temperature")}, top-p ${topP ?? "none"}, top-k ${topK ?? "none"}`;
  const score = (quantity: string, key: string, ours: number[]): CheckResult => ({
    name: at,
    quantity,
    difference: largestDifference(ours, c.numbers(key)),
    tolerance: tolerances.confidences,
  });
  const kept = rows.flatMap(({ probs }) => Array.from(probs, p => (p > 0 ? 1 : 0)));
  return [
    {
      name: at,
      quantity: `tokens kept in ${rows.length} rows`,
      difference: countDifferent(kept, c.matrix("kept").flat()),
      tolerance: tolerances.identical,
    },
    {
      name: at,
      quantity: "probabilities",
      difference: largestDifference(
        rows.flatMap(r => Array.from(r.probs)),
        c.matrix("probs").flat(),
      ),
      tolerance: tolerances.confidences,
    },
    score(
      "negative entropy",
      "neg_entropy",
      rows.map(r => r.summary.negEntropy),
    ),
    score(
      "margin",
      "margin",
      rows.map(r => r.summary.top1 - r.summary.top2),
    ),
    score(
      "probability of the drawn token",
      "probability_of_drawn_token",
      rows.map(r => r.drawn),
    ),
  ];
}
