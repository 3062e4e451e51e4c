/** Where the rows of every claim come from: the runs that are made for it, and what is read off them. */
import { confidencesOfSamples, neighbourGain, type NeighbourGain } from "../analysis/confidence-map.js";
import { estimatedProblems } from "../analysis/estimates.js";
import { orderCorrelation, rankOf } from "../analysis/order.js";
import { portable } from "../checkpoints/portable.js";
import { readSoftMasking } from "../methods/soft-masking/checkpoint.js";
import { orders } from "../claims/orders.js";
import type { Row } from "../claims/rows.js";
import { finishedRuns, heldOutResults, rlResults } from "../recipes/rl/rl-results.js";
import { beforeAndAfter, rlSeeds, withEstimator } from "./before-after.js";
import type { ExperimentName } from "./experiments.js";
import { models, recipeName, stages } from "./models.js";
import { each, grid, type Difference, type Plan } from "./plan.js";
import { study, type FinishedRun } from "./study.js";
import { trainedCheckpoint, validationOf } from "./training-studies.js";

/** Rows, and the folders that they were read from. */
export interface Evidence {
  readonly rows: readonly Row[];
  readonly sources: readonly string[];
}

/** A run's first step as a curve by position, one a problem. */
export interface FirstStep extends Row {
  readonly checkpoint: string;
  /** [C] confidence before anything is decoded */
  readonly curve: readonly number[];
}

/** @param runs of studies that trace one step */
export function firstSteps(runs: readonly FinishedRun[]): FirstStep[] {
  return runs.flatMap(({ rows: samples, confidences }) => {
    const curves = new Map<string, number[]>();
    for (const { problem, step, position, confidence } of confidences) {
      if (step > 0) continue;
      const curve = curves.get(problem) ?? [];
      curve[position] = confidence;
      curves.set(problem, curve);
    }
    const [{ checkpoint, seed }] = samples;
    return [...curves].map(([problem, curve]) => ({ checkpoint, seed, problem, curve }));
  });
}

/** @param runs of studies that trace every step */
export function neighbourGains(
  runs: readonly FinishedRun[],
): (NeighbourGain & Row & { readonly checkpoint: string })[] {
  return runs.flatMap(({ rows: samples, confidences }) => {
    const maps = confidencesOfSamples(confidences);
    return samples.map(({ seed, problem, checkpoint, completionLength }, i) => ({
      ...{ seed, problem, checkpoint },
      ...neighbourGain(maps[i], completionLength),
    }));
  });
}

/** @param runs whose samples have their order */
export function orderCorrelations(
  runs: readonly FinishedRun[],
): (Row & { readonly temperature: number; readonly correlation: number })[] {
  return runs.flatMap(({ rows }) =>
    rows.map(({ seed, problem, temperature, completionLength, order }) => ({
      ...{ seed, problem, temperature },
      correlation: orderCorrelation(rankOf(order), completionLength),
    })),
  );
}

export type Making = (signal?: AbortSignal) => Promise<Evidence>;

/** Of decoding runs. */
function decoded(
  plan: Plan | (() => Plan),
  rowsOf: (runs: readonly FinishedRun[]) => readonly Row[] = runs => runs.flatMap(({ rows }) => rows),
): Making {
  return async signal => {
    const { runs, sources } = await study(typeof plan === "function" ? plan() : plan, signal);
    return { rows: rowsOf(runs), sources };
  };
}

/** Of what else is measured. */
function measured<N extends ExperimentName>(plan: Plan<N> & { readonly measure: N }): Making {
  return signal => study(plan, signal);
}

/** Of several of these. */
function together(...parts: readonly Making[]): Making {
  return async signal => {
    const found: Evidence[] = [];
    for (const part of parts) found.push(await part(signal));
    return { rows: found.flatMap(({ rows }) => rows), sources: found.flatMap(({ sources }) => sources) };
  };
}

/** Of reinforcement learning. */
function learned(...studies: readonly string[]): Making {
  return () => {
    const results = finishedRuns(studies);
    return Promise.resolve({ rows: heldOutResults(results), sources: results.map(({ source }) => source) });
  };
}

/**
 * Of models after reinforcement learning, beside the one
 * before. @param estimators of the runs; by default all
 */
function beforeAfter(
  plan: Plan,
  settings: readonly Difference[] = [{}],
  estimators: readonly string[] | null = null,
): Making {
  const planned = (): Plan => {
    const results = rlResults();
    const chosen = results.filter(run => estimators?.includes(run.estimator) ?? true);
    return {
      ...plan,
      seeds: rlSeeds(results, 3),
      vary: seed => grid(each("checkpoint", beforeAndAfter(chosen, seed)), settings),
    };
  };
  return decoded(planned, runs => withEstimator(runs.flatMap(({ rows }) => rows)));
}

const validated =
  (name: Parameters<typeof validationOf>[0]): Making =>
  () =>
    Promise.resolve(validationOf(name));

const soft = (recipe: string) => (seed: number) => trainedCheckpoint("n7-soft-masking", recipe, seed);
const continued = (plan: Plan): Making =>
  decoded({ problems: 67, vary: each("steps", [36, 9]), ...plan }, runs =>
    runs.flatMap(({ rows }) => rows.map(row => ({ ...row, model: recipeName(row.checkpoint) }))),
  );

const { base, instruct, scratch, arParent, stage1, stage1Long, instruct1Epoch, padding, nextDocument } =
  models;
const temperatures = each("temperature", [0.2, 0.4, 0.6, 0.8, 1, 1.2]);
const firstStep = { steps: 1, remasking: "neg-entropy-untempered", trace: true, problems: 200 } as const;
const blocks = each("blockLength", [1, 2, 4, 6, 9, 12, 18, null]);
const byProbability = { remasking: "probability-untempered" } as const;
const bounded = (gamma: number, filter: { readonly spacing?: number } = {}): Difference => ({
  policy: { name: "entropy-bounded", gamma, ...filter },
});
const lookahead = (paths: number, select: string): Difference => ({
  steps: 9,
  policy: { name: "lookahead", paths, select },
});
const byEntropy = { remasking: "neg-entropy-untempered" } as const;
const chainMethods = [
  { policy: { name: "dilated" } },
  { steps: 4, ...byEntropy },
  { steps: 4, ...byEntropy, tieRule: "random" },
  { steps: 16, ...byEntropy },
] as const;
const sides = [
  {
    ar: "n13-ar",
    both: "n13-diffusion",
    of: (recipe: string, seed: number) => trainedCheckpoint("n13-ar-against-diffusion", recipe, seed),
  },
  { ar: arParent, both: instruct, of: (recipe: string) => recipe },
];

/** What the claims of a figure rest on, as its notebook makes it at full size. */
export const evidence: Readonly<Record<string, Making>> = {
  "f3-ar-ness": decoded({
    problems: 100,
    vary: grid(each("checkpoint", [instruct, scratch]), each("task", ["minipy", "minimath"]), orders),
  }),
  "f3a-first-step-confidence": decoded(
    { ...firstStep, vary: each("checkpoint", [instruct, base, scratch]) },
    firstSteps,
  ),
  "f9-confidence-map": decoded(
    { problems: 40, trace: true, vary: each("checkpoint", [base, instruct]) },
    neighbourGains,
  ),
  "ties-share": decoded({
    problems: 100,
    vary: [...grid(temperatures, each("topP", [0.9, 1])), ...grid(temperatures, orders)],
  }),
  "ties-orders": decoded({
    problems: 100,
    vary: [...grid(temperatures, each("topP", [0.9, 1])), ...grid(temperatures, orders)],
  }),
  "ties-directions": decoded({
    problems: 100,
    vary: [
      ...grid(each("checkpoint", [instruct, scratch, stage1, stage1Long, instruct1Epoch, base]), orders),
      ...grid(each("checkpoint", [base, instruct]), [{ temperature: 1 }], orders),
      ...grid([{ task: "minimath" }], orders),
    ],
  }),
  "f5l-ar-ness-by-temperature": decoded({
    problems: 100,
    vary: grid(each("checkpoint", [base, instruct]), temperatures, orders),
  }),
  "f6-pass-at-k": decoded({
    ...{ problems: 67, samplesPerProblem: 16 },
    vary: grid(each("checkpoint", [base, instruct]), each("temperature", [0.2, 0.6, 1, 1.2])),
  }),
  "f10-decode-order": decoded({ problems: 100, vary: each("temperature", [0.2, 1.2]) }, orderCorrelations),
  "tail-decoding": decoded({
    problems: 100,
    vary: grid(each("checkpoint", [instruct, padding, nextDocument]), each("temperature", [0.2, 1])),
  }),
  "tail-first-step": decoded(
    { ...firstStep, vary: each("checkpoint", [instruct, padding, nextDocument]) },
    firstSteps,
  ),
  "f4-stages": decoded({
    problems: 100,
    vary: grid(each("checkpoint", stages.map(stage => stage.checkpoint)), orders), // prettier-ignore
  }),
  "f8-loss-by-timestep": measured({ measure: "losses", problems: 200 }),
  "n11-annealing": validated("n11-annealing"),
  "n13-ar-against-diffusion": validated("n13-ar-against-diffusion"),
  "n13-infilling": measured({
    ...{ measure: "infilling", problems: 67 },
    vary: seed =>
      sides.flatMap(({ ar, both, of }) => [
        { checkpoint: of(both, seed), recipe: both, filling: "infill" as const },
        { checkpoint: of(ar, seed), recipe: ar, filling: "infill left" as const },
        { checkpoint: of(ar, seed), recipe: ar, filling: "continue left" as const },
      ]),
  }),
  "f7-reward-curves": learned("f7-estimators"),
  "f7-ablations": learned("f7-temperature", "mu", "loo", "kl"),
  "n9-reward-curves": learned("n9-mu"),
  "t2-before-after": beforeAfter({ problems: 100 }, orders),
  "t2-fewer-steps": beforeAfter({ problems: 200 }, grid([orders[0], orders[3]], each("steps", [36, 18, 9])), [
    "coupled",
  ]),
  "t2-pass-at-k": beforeAfter({ problems: 67, samplesPerProblem: 16, temperature: 1 }, [{}], ["coupled"]),
  "a4-estimator-variance": async signal => {
    const { rows, sources } = await study({ measure: "estimates", problems: 24 }, signal);
    return { rows: estimatedProblems(rows), sources };
  },
  "a4-exponents": measured({ measure: "shifts", problems: 8 }),
  "f11-fewer-steps": decoded({
    problems: 200,
    vary: grid(
      each("checkpoint", [base, instruct1Epoch, instruct]),
      each("temperature", [0.2, 1]),
      each("steps", [36, 18, 9]),
    ),
  }),
  "n1-blocks": together(
    ...[
      { problems: 100, vary: grid(blocks, [orders[0]]) },
      { problems: 50, vary: grid(blocks, orders.slice(1)) },
    ].map(plan =>
      decoded(plan, runs =>
        runs.flatMap(({ rows }) => rows.map(row => ({ ...row, block: row.blockLength ?? 36 }))),
      ),
    ),
  ),
  "n2-threshold": decoded({
    problems: 67,
    vary: [
      ...[18, 9].flatMap(steps => [{ steps, ...byProbability }, { steps }]),
      ...[0.5, 0.8, 0.85, 0.9, 0.95, 0.97, 0.98, 0.99].map((tau): Difference => ({
        policy: { name: "threshold", tau },
      })),
    ],
  }),
  "n3-cache": measured({ measure: "cache errors", problems: 67 }),
  "n4-spacing": decoded({
    problems: 67,
    vary: [
      ...[0.1, 0.2, 0.5, 1].map(gamma => bounded(gamma)),
      ...[0.3, 0.5, 0.7, 1, 1.5, 2, 4].map(gamma => bounded(gamma, { spacing: 8 })),
    ],
  }),
  "n5-dilated": decoded({
    problems: 67,
    vary: ([[4, 18], [12, 9], [null, 5]] as const).flatMap(([blockLength, steps]): Difference[] => [
        { blockLength, steps, ...byProbability },
        { blockLength, policy: { name: "dilated" } },
        { blockLength, policy: { name: "dilated", theta: 0.3 } },
      ]), // prettier-ignore
  }),
  "n6-lookahead": decoded({
    problems: 67,
    vary: [
      ...[9, 17, 25].map(steps => ({ steps, ...byEntropy })),
      ...[2, 3].flatMap(paths => [lookahead(paths, "importance"), lookahead(paths, "smc")]),
    ],
  }),
  "n5-markov": measured({
    ...{ measure: "chains", sequences: 268 },
    vary: [1, 2, 4, 8].flatMap(lag => chainMethods.map(decode => ({ lag, decode }))),
  }),
  "n7-loss": validated("n7-soft-masking"),
  "n7-pass": together(
    continued({ checkpoint: soft("n7-soft"), soft: "learned" }),
    continued({ checkpoint: soft("n7-soft") }),
    continued({ checkpoint: soft("n7-plain-passes") }),
    continued({ checkpoint: instruct }),
    continued({ checkpoint: instruct, soft: seed => readSoftMasking(soft("n7-soft")(seed)) }),
  ),
  "n8-learned-order": decoded({
    ...{ problems: 200, steps: 12 },
    vary: seed => {
      const heads = ["learned", "shuffled rewards"].flatMap(name =>
        finishedRuns(["dcolt"]).filter(run => run.seed === seed && run.estimator === name),
      );
      if (heads.length < 2) return [];
      return [...heads.map(run => ({ head: portable(run.folder) })), {}, byProbability];
    },
  }),
  "n10-lamp": measured({
    ...{ measure: "repairs", problems: 67 },
    vary: [
      { reward: "tests" as const, iterations: 2 },
      { reward: "tests" as const, iterations: 10 },
      { reward: "syntax" as const, iterations: 2 },
    ],
  }),
  "n12-codefusion": measured({
    ...{ measure: "programs", problems: 67, samplesPerProblem: 5 },
    vary: [
      { checkpoint: "codefusion", temperatures: [] },
      { checkpoint: arParent, temperatures: [0.2, 0.6, 0.8, 0.9, 1] },
    ],
  }),
};
