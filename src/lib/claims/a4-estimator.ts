/**
 * A4: the coupled estimator is unbiased and varies less than one with independent masks (DiffuCoder A.4). With respect to
 * which expectation: (l_k + 2 lambda v_k) / (lambda + 1), l_k the log-probability with everything masked, v_k that of
 * one weighted pass over masks and t ~ U(0.2, 0.8) (`analysis/mask-moments.ts`). Not a log-probability of the text.
 */
import { bootstrap, bootstrapDefaults, bootstrapMean, seedMean, type BySeed } from "../analysis/bootstrap.js";
import {
  bias,
  exactVariance,
  expectation,
  predicted,
  tokenVariance,
  valuesBySeed,
  type EstimatedProblem,
  type Scope,
} from "../analysis/estimates.js";
import { exponentForms, exponentMeasures, topShare, type Shift } from "../analysis/exponents.js";
import { expectedWeight } from "../analysis/mask-moments.js";
import type { Rng } from "../core/rng.js";
import {
  estimateInWords,
  exceeds,
  judged,
  type Claim,
  type Estimate,
  type JudgedClaim,
  type Outcome,
} from "./claim.js";

const common = { figure: "a4-estimator-variance", citation: "DiffuCoder A.4, Eq. 13" } as const;

export const a4Unbiased: Claim = {
  ...common,
  id: "A4-unbiased",
  statement:
    "The coupled estimate of a token is unbiased for the expectation over masks and t in [0.2, 0.8], the all-masked pass included.",
  published: "unbiased (proof)",
  criterion:
    "Mean of the draws minus the enumerated expectation, last eight tokens of an answer, lambda = 1, as a share of that expectation: interval within 0.02 of 0.",
};

export const a4Variance: Claim = {
  ...common,
  id: "A4-variance",
  statement:
    "At the same number of passes coupled masks give a lower variance than masks drawn one without the other.",
  published: "lower (proof)",
  criterion:
    "Variance of a token's estimate over a whole answer, coupled over de-coupled, lambda = 1: interval below 1.",
};

export const a4Size: Claim = {
  ...common,
  id: "A4-size",
  statement: "The variance is lower by v_k^2 / (2N).",
  published: "v_k^2 / (2N)",
  criterion:
    "Measured reduction over the predicted one, mean over the tokens of whole answers, lambda = 1: interval within 0.1 of 1 holds, one outside of it does not.",
};

export const a4Full: Claim = {
  ...common,
  id: "A4-full",
  statement:
    "The full-mask estimate draws nothing, so its variance is 0, but it is biased with respect to the coupled estimate's expectation.",
  citation: "DiffuCoder §5 and A.4: what coupled sampling adds to d1's single pass",
  published: "none in numbers: poorer estimates",
  criterion:
    "Full-mask estimate minus the enumerated expectation with its weights divided out (lambda = 1), as a share of that: interval above 0.05 or below -0.05.",
};

export const a4Outliers: Claim = {
  id: "A4-outliers",
  figure: "a4-exponents",
  statement:
    "Weights of 1/t inside the exponents make outliers: one token in a hundred makes most of the KL term.",
  citation: "not in the paper; its public code puts the weighted estimates into ratio and k3",
  published: "none",
  criterion:
    "Share of the sum of k3 terms made by the largest hundredth after 16 updates from one batch of rollouts, public exponents: interval above 0.5.",
};

/** Four judgements. @param problems of one model, both scopes, lambda = 1 among its pairs */
export function judgeA4(problems: readonly EstimatedProblem[], rng: Rng): JudgedClaim[] {
  const seeds = new Set(problems.map(({ seed }) => seed)).size;
  const size = { seeds, n: new Set(problems.map(({ problem }) => problem)).size };
  const ratio = (scope: Scope, value: (of: EstimatedProblem) => readonly [number, number]) =>
    ratioOfMeans(valuesBySeed(problems, scope, value), rng.split(scope));
  const relative = (kind: "coupled" | "full-mask") =>
    ratio("end", of => {
      const [weighting, weight] =
        kind === "coupled" ? (["public", 1] as const) : (["divided", expectedWeight(1)] as const);
      return [bias(of, kind, 1, weighting), -expectation(of, 1) / weight]; // log-probabilities are negative
    });
  const variances = (scope: Scope, pairs: number) =>
    ratio(scope, of => [tokenVariance(of, "coupled", pairs), tokenVariance(of, "de-coupled", pairs)]);
  const reduction = (scope: Scope, pairs: number) =>
    ratio(scope, of => [
      tokenVariance(of, "de-coupled", pairs) - tokenVariance(of, "coupled", pairs),
      predicted(of, pairs),
    ]);
  const exact = ratio("end", of => [exactVariance(of, "coupled", 1), exactVariance(of, "de-coupled", 1)]);
  const exactReduction = ratio("end", of => [
    exactVariance(of, "de-coupled", 1) - exactVariance(of, "coupled", 1),
    predicted(of, 1),
  ]);
  const [unbiased, variance, amount, full] = [
    relative("coupled"),
    variances("whole", 1),
    reduction("whole", 1),
    relative("full-mask"),
  ];
  const nats = (value: (of: EstimatedProblem) => number) =>
    estimateInWords(
      bootstrapMean(valuesBySeed(problems, "end", value), bootstrapDefaults, rng.split("nats")),
    );
  const others = (of: (scope: Scope, pairs: number) => Estimate) =>
    `lambda 2: ${estimateInWords(of("whole", 2))}, 4: ${estimateInWords(of("whole", 4))}; last eight tokens, lambda 1: ${estimateInWords(of("end", 1))}`;
  return [
    judged(
      a4Unbiased,
      unbiased,
      size,
      within(0, 0.02, unbiased),
      `The expectation is ${nats(of => expectation(of, 1))} nats a token, difference ${nats(of => bias(of, "coupled", 1, "public"))}.`,
    ),
    judged(
      a4Variance,
      variance,
      size,
      exceeds(-1, negated(variance)),
      `${others(variances)}, by enumeration ${estimateInWords(exact)}.`,
    ),
    judged(
      a4Size,
      amount,
      size,
      within(1, 0.1, amount),
      `${others(reduction)}, by enumeration ${estimateInWords(exactReduction)}.`,
    ),
    judged(
      a4Full,
      full,
      size,
      exceeds(0.05, full.mean < 0 ? negated(full) : full),
      `In nats a token: ${nats(of => bias(of, "full-mask", 1, "divided"))} with the weights divided out, ${nats(of => bias(of, "full-mask", 1, "public"))} as the public code weighs.`,
    ),
  ];
}

/** Not of the paper. @param rows of one model, with sixteen updates among its marks */
export function judgeOutliers(rows: readonly Shift[], rng: Rng): JudgedClaim {
  const of = exponentForms.map(form => topShare(rows, 16, form, rng.split("share"), bootstrapDefaults));
  const after = rows.filter(row => row.updates === 16);
  const largest = exponentMeasures(after, rng, { ...bootstrapDefaults, replicates: 1 })
    .filter(row => row.term === "k3" && row.share === "largest")
    .map(row => `${row.mean.toPrecision(3)} (${row.form})`);
  const detail = `Bounded: ${estimateInWords(of[1])}, weights divided out: ${estimateInWords(of[2])}. Largest k3: ${largest.join(", ")}.`;
  return judged(a4Outliers, of[0], of[0], exceeds(0.5, of[0]), detail);
}

/** Mean of the first over mean of the second, over problems and seeds. */
function ratioOfMeans(bySeed: BySeed<readonly [number, number]>, rng: Rng): Estimate {
  const means = (sample: BySeed<readonly [number, number]>, i: 0 | 1) =>
    seedMean(sample.map(problems => problems.map(pair => pair[i])));
  return bootstrap(bySeed, sample => means(sample, 0) / means(sample, 1), bootstrapDefaults, rng);
}

function negated({ mean, lower, upper }: Estimate): Estimate {
  return { mean: -mean, lower: -upper, upper: -lower };
}

/** The interval lies within `margin` of the center, outside of that, or across its edge. */
function within(center: number, margin: number, { lower, upper }: Estimate): Outcome {
  if (lower >= center - margin && upper <= center + margin) return "holds";
  return upper < center - margin || lower > center + margin ? "does-not-hold" : "inconclusive";
}
