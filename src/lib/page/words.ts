/** The page's prose: what each chapter asks, and how verdicts, scopes and numbers are said. */
import { outcomes, type Chapter, type JudgedClaim, type Outcome } from "../claims/claim.js";

export interface ChapterWords {
  /** two sentences */
  readonly question: string;
  /** the figure that leads, by its name */
  readonly lead: string;
}

export const chapterWords: Readonly<Record<Chapter, ChapterWords>> = {
  order: {
    question:
      "AR-ness says how near to left to right a model decodes. At low temperature most steps choose among " +
      "positions of exactly equal confidence, so that a tie rule, which no paper names, decides.",
    lead: "ties-orders",
  },
  temperature: {
    question:
      "A warmer model samples more widely. Does it also choose a freer order, and does pass@k gain what " +
      "pass@1 loses?",
    lead: "f5l-ar-ness-by-temperature",
  },
  training: {
    question:
      "Models go from an AR parent through stages of masked training. What does each stage do to order, " +
      "loss and pass@1, and when is masked training the better use of few data?",
    lead: "n13-ar-against-diffusion",
  },
  reinforcement: {
    question:
      "Coupled-GRPO estimates a token's probability under two masks that complete each other. What does it " +
      "add, and is it the coupling that adds it?",
    lead: "f7-reward-curves",
  },
  faster: {
    question:
      "Several tokens a step, caches, blocks, lookahead: each is set against plain decoding at the same " +
      "number of denoiser calls.",
    lead: "methods",
  },
  beyond: {
    question:
      "Methods of other papers on the same testbed: soft masks, repair by a reward, learned orders, " +
      "diffusion on embeddings.",
    lead: "n7-loss",
  },
};

/** Of one claim, and of several. */
const countedWords: Readonly<Record<Outcome, readonly [string, string]>> = {
  holds: ["holds", "hold"],
  "does-not-hold": ["does not hold", "do not hold"],
  "no-difference": ["shows no difference that matters", "show no difference that matters"],
  inconclusive: ["is inconclusive", "are inconclusive"],
};

export function countOf(claims: readonly JudgedClaim[], verdict: Outcome): number {
  return claims.filter(claim => claim.verdict === verdict).length;
}

/** "24 hold, 7 do not hold and 1 is inconclusive"; what there is none of goes unsaid. */
export function countsInWords(claims: readonly JudgedClaim[]): string {
  const parts = outcomes.flatMap(outcome => {
    const count = countOf(claims, outcome);
    return count === 0 ? [] : [`${count} ${countedWords[outcome][count === 1 ? 0 : 1]}`];
  });
  return [parts.slice(0, -1).join(", "), parts.slice(-1).join("")].filter(part => part !== "").join(" and ");
}

/** The scope as a badge: "leftmost ties only", "3 orders only"; all of it stands beside it. */
export function scopeInShort(scope: string): string {
  const words = scope.replace(/^under /, "");
  if (words.startsWith("every order")) return "under every order tried";
  const only = /^(.*), the only order tried$/.exec(words);
  if (only !== null) return "one order tried";
  const several = words.replace(/ only$/, "").split(/, | and /);
  return several.length > 1 ? `${several.length} orders only` : words;
}

/** An anchor, or a part of a name that may stand in one. */
export function anchorOf(kind: "claim" | "figure" | "chapter" | "query", name: string): string {
  return `${kind}-${name.replace(/[^\w.-]+/g, "-")}`;
}

/** "0.85 [0.81, 0.89]" with a sign for differences */
export function intervalInWords(
  { measured, lower, upper }: Pick<JudgedClaim, "measured" | "lower" | "upper">,
  signed = false,
): string {
  const sign = signed && measured > 0 ? "+" : "";
  const ends = Number.isNaN(lower) ? "" : ` [${numberInWords(lower)}, ${numberInWords(upper)}]`;
  return `${sign}${numberInWords(measured)}${ends}`;
}

/** Two decimals, more where the number is smaller, none above 100; a true minus. */
export function numberInWords(value: number): string {
  if (!Number.isFinite(value)) return "–";
  const size = Math.abs(value);
  const digits = size >= 100 ? 0 : size >= 0.0995 || size === 0 ? 2 : size >= 0.00095 ? 3 : 4;
  return value.toFixed(digits).replace("-", "−");
}
