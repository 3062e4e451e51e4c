/**
 * A claim is a row of data: what a paper says, where, the runs that are compared, the number that decides and
 * the bound that it is held against. The criterion's sentence is made from the same row (`criterion.ts`), so
 * that prose and code cannot differ, and one engine judges nearly all (`judge.ts`). The rows stand in
 * `chapters/`.
 */
import type { MeasureName } from "./measures.js";
import type { Where } from "./rows.js";

/** The page's parts, in reading order. */
export const chapters = {
  order: "Order and ties",
  temperature: "Temperature and pass@k",
  training: "Training",
  reinforcement: "Reinforcement learning",
  faster: "Faster decoding",
  beyond: "Beyond the paper",
} as const;
export type Chapter = keyof typeof chapters;

/**
 * The mean of a measure over problems and runs, or the difference of two such means, paired by run and
 * problem.
 */
export interface Difference {
  readonly measure: MeasureName;
  readonly of: Where;
  readonly minus?: Where;
  /** divided by the first of the two: what is lost as a share of what there was */
  readonly asShare?: true;
  /**
   * Of the settings on that side the one that is fair for each run: that makes most calls without making more
   * than the other side does, or whose pass@1 is nearest to the other side's.
   */
  readonly matched?: { readonly side: "of" | "minus"; readonly by: "calls" | "pass@1" };
}

/** What is measured: a mean, a difference, or a difference of two of those. */
export interface Contrast extends Difference {
  readonly less?: Partial<Difference> & { readonly of: Where; readonly times?: number };
}

/** Where the interval must lie, and where it refutes: on the other side. */
export type Bound =
  | { readonly above: number }
  | { readonly below: number }
  | { readonly within: readonly [number, number] }
  | { readonly outside: readonly [number, number] }
  /** of every single sample: nothing is estimated */
  | { readonly always: { readonly is: number } | { readonly below: number } };

/** One number against one bound. */
export type Condition = Contrast &
  Bound & {
    /**
     * smallest difference from 0 that matters, where not that of the measure; null where nothing is too small
     */
    readonly matters?: number | null;
    /** the interval is at 95% for so many conditions together (Bonferroni) */
    readonly together?: number;
  };

/** Orders of decoding under which a claim is judged as well; the first decides. */
export type Scopes = "orders" | "ties";

export interface Claim {
  readonly id: string;
  readonly chapter: Chapter;
  /** name of the figure that shows it */
  readonly figure: string;
  readonly statement: string;
  /** e.g. "DiffuCoder §4.2, Fig. 3 left" */
  readonly citation: string;
  /** the paper's number or words, marked as published wherever it is shown */
  readonly published: string;
  /** all must hold, one refutes */
  readonly conditions: readonly Condition[];
  /** which number is shown beside the verdict: the first condition's, or the smallest difference */
  readonly shown?: "first" | "smallest";
  readonly under?: Scopes;
  /** runs are reinforcement learning from one parent, all scored on the same problems */
  readonly crossed?: true;
  /** what a run is called; "training seed" unless said */
  readonly seedsAre?: string;
  /** judged by a function of its own (`special/`), which reads the conditions in its own way */
  readonly special?: "directions";
  /** study that makes its runs: npm run study -- NAME */
  readonly study?: string;
  /** follows from a proof or from how the thing is made: a check of our code, no finding */
  readonly theorem?: true;
  /** reported beside the verdict, without a say */
  readonly beside?: readonly Contrast[];
  /**
   * what a reader must know that no row says: what was changed after a first look, what limits the comparison
   */
  readonly note?: string;
  /** when the criterion was fixed as it stands, and the hash that it then had (`hash.ts`) */
  readonly fixed: { readonly on: string; readonly hash: string };
}

/**
 * "no-difference": two one-sided tests show that what is left is smaller than the smallest difference that
 * matters, be it clearly above 0 or not.
 */
export const outcomes = ["holds", "does-not-hold", "no-difference", "inconclusive"] as const;
export type Outcome = (typeof outcomes)[number];

export const outcomeWords: Readonly<Record<Outcome, string>> = {
  holds: "holds",
  "does-not-hold": "does not hold",
  "no-difference": "no difference that matters",
  inconclusive: "inconclusive",
};

/** A claim judged: one row of claims.json and of the page. */
export interface JudgedClaim extends Pick<
  Claim,
  "id" | "chapter" | "figure" | "statement" | "citation" | "published"
> {
  /** generated from the row */
  readonly criterion: string;
  /** of the criterion, and the day since when it stands */
  readonly hash: string;
  readonly fixed: string;
  readonly theorem: boolean;
  readonly seedsAre: string;
  /** the number that is shown, with its 95% interval; NaN for both ends where runs are too few to say */
  readonly measured: number;
  readonly lower: number;
  readonly upper: number;
  readonly seeds: number;
  readonly n: number;
  readonly verdict: Outcome;
  /** orders of decoding for which the verdict speaks: "under leftmost ties only"; "" where none decodes */
  readonly scope: string;
  /** of the condition that decides; NaN for a theorem, and where nothing can be tested */
  readonly p: number;
  /** the same after Holm's correction over all claims that are shown together; NaN until they are */
  readonly pHolm: number;
  /** what else a reader must know: other conditions, other orders */
  readonly detail: string;
}

/** What a judgement adds to a claim's row. */
export type Judgement = Pick<
  JudgedClaim,
  "measured" | "lower" | "upper" | "seeds" | "n" | "verdict" | "scope" | "p" | "detail"
>;

/** "0.123 [0.100, 0.145]"; "0.123" where no interval is known */
export function estimateInWords({
  mean,
  lower,
  upper,
}: {
  readonly mean: number;
  readonly lower: number;
  readonly upper: number;
}): string {
  const number = mean.toFixed(3);
  return Number.isNaN(lower) ? number : `${number} [${lower.toFixed(3)}, ${upper.toFixed(3)}]`;
}

/** "200 problems, 3 training seeds" */
export function sizeInWords({ n, seeds, seedsAre }: Pick<JudgedClaim, "n" | "seeds" | "seedsAre">): string {
  return `${n} problems, ${seeds} ${seedsAre}${seeds === 1 ? "" : "s"}`;
}
