/**
 * Draws of the mask estimators for held-out answers, logged: the data behind
 * A4. Of the last tokens of an answer every set of masks is scored, so that
 * expectation and variance are exact; of the whole window they are only drawn.
 */
import { maskMoments, pairEstimators, type PairEstimator } from "../analysis/mask-moments.js";
import type { EstimateScope } from "../analysis/estimates.js";
import type { Problem, TaskName } from "../core/records.js";
import { Rng } from "../core/rng.js";
import type { EstimateRow } from "../log/schemas.js";
import type { Denoiser } from "../model/denoiser.js";
import { estimateFrom, maskedLogps } from "../rl/masked-logps.js";
import { coupledPair, decoupledPair, type MaskPair } from "../rl/mask-pairs.js";
import { coupledRatioRange, pairedPasses, uniformDraws, type MaskPasses } from "../rl/mask-passes.js";
import { denoiserWorker, type Experiment, type StudySettings } from "./experiment.js";
import { problemsOf, testbedTokenizer } from "../checkpoints/testbed.js";
import { completionLength, promptLength } from "../recipes/stages/training-data.js";

export interface EstimateStudy extends StudySettings {
  readonly task: TaskName;
  readonly problems: number;
  /** n of scope "end": the last n tokens of an answer, its end token among them; 2^n - 1 passes a problem */
  readonly endTokens: number;
  /** draws of every estimator with most pairs; there are more of those with fewer */
  readonly draws: Readonly<Record<EstimateScope, number>>;
  /** lambda, ascending */
  readonly pairs: readonly number[];
}

export const estimates: Experiment<EstimateStudy, "estimates"> = {
  defaults: {
    ...{ study: "a4", checkpoint: "instruct", seed: 1, task: "minipy" },
    ...{ endTokens: 8, draws: { end: 200, whole: 24 }, pairs: [1, 2, 4] },
  },
  label: ({ task }) => task,
  logs: settings => [{ kind: "estimates", rowsPerUnit: rowsPerProblem(settings) }],
  units: ({ problems }) => problems,
  unit: "problems",
  batch: () => 1,
  worker: denoiserWorker((denoiser, { settings, run, from }) => {
    const problem = problemsOf(settings.task, "test", settings.problems, settings.seed)[from];
    return Promise.resolve({ estimates: problemRows(denoiser, problem, settings, run) });
  }),
};

/**
 * In either scope one full-mask row and the draws; where masks are enumerated three rows of exact moments.
 */
function rowsPerProblem(study: EstimateStudy): number {
  const { draws, pairs } = study;
  const each = pairs.reduce((sum, count) => sum + drawsOfPairs(study, count), 0);
  return 2 + 3 + (draws.end + draws.whole) * pairEstimators.length * each;
}

function problemRows(denoiser: Denoiser, problem: Problem, study: EstimateStudy, run: string): EstimateRow[] {
  const tokenizer = testbedTokenizer();
  const prompt = tokenizer.encode(problem.prompt);
  const answer = Int32Array.from([...tokenizer.encode(problem.solution), denoiser.eosTokenId]);
  const rng = Rng.fromSeed(study.seed).split("estimates").split(problem.id);
  const unit = { run, seed: study.seed, problem: problem.id };
  return [
    ...endRows(denoiser, prompt, answer, study, rng.split("end")).map(row => ({ ...unit, ...row })),
    ...wholeRows(denoiser, prompt, answer, study, rng.split("whole")).map(row => ({ ...unit, ...row })),
  ];
}

type Row = Omit<EstimateRow, "run" | "seed" | "problem">;

/** The last tokens of the answer: what stands before them counts to the prompt. */
function endRows(
  denoiser: Denoiser,
  prompt: Int32Array,
  answer: Int32Array,
  study: EstimateStudy,
  rng: Rng,
): Row[] {
  const n = study.endTokens;
  const lead = Int32Array.from([...prompt, ...answer.subarray(0, -n)]);
  const masks = Array.from({ length: 2 ** n }, (_, set) =>
    Uint8Array.from({ length: n }, (_, k) => (set >> k) & 1),
  );
  const logps = maskedLogps(denoiser, lead, answer.subarray(-n), masks, promptLength + completionLength);
  const { fullMask, mean, square, product } = maskMoments({ tokens: n, logps }, coupledRatioRange);
  const setOf = (masked: Uint8Array) => masked.reduce((set, m, k) => set + m * 2 ** k, 0);
  const fixed = { scope: "end", pairs: 0, draw: 0 } as const;
  return [
    { ...fixed, estimator: "full-mask", estimates: fullMask },
    { ...fixed, estimator: "exact mean", estimates: mean },
    { ...fixed, estimator: "exact square", estimates: square },
    { ...fixed, estimator: "exact product", estimates: product },
    ...drawsOf(study, "end", n, rng).map(({ passes, ...draw }) => {
      const sets = passes.passes.map(pass => setOf(pass.masked));
      return {
        ...draw,
        scope: "end",
        estimates: estimateFrom(passes, pass => logps.subarray(sets[pass] * n, (sets[pass] + 1) * n)),
      };
    }),
  ];
}

/**
 * The whole window as a rollout fills it: masks cover what
 * stands behind the end token too, which does not count.
 */
function wholeRows(
  denoiser: Denoiser,
  prompt: Int32Array,
  answer: Int32Array,
  study: EstimateStudy,
  rng: Rng,
): Row[] {
  const c = completionLength;
  const completion = new Int32Array(c).fill(denoiser.padTokenId);
  completion.set(answer);
  const draws = drawsOf(study, "whole", c, rng);
  const passOf = new Map<string, number>(); // canvases, each once: those of more pairs hold those of fewer
  const masks: Uint8Array[] = [];
  for (const { masked } of draws.flatMap(draw => draw.passes.passes)) {
    const key = masked.join("");
    if (passOf.has(key)) continue;
    passOf.set(key, masks.length);
    masks.push(masked);
  }
  const logps = maskedLogps(denoiser, prompt, completion, masks, promptLength + c);
  const rowOf = (masked: Uint8Array) => {
    const at = passOf.get(masked.join("")) as number;
    return logps.subarray(at * c, (at + 1) * c);
  };
  const counting = (values: ArrayLike<number>) => Array.from(values).slice(0, answer.length);
  const full = counting(rowOf(draws[0].passes.passes[0].masked));
  return [
    { scope: "whole", estimator: "full-mask", pairs: 0, draw: 0, estimates: full },
    ...draws.map(({ passes, ...draw }) => {
      const estimate = estimateFrom(passes, pass => rowOf(passes.passes[pass].masked));
      return { ...draw, scope: "whole", estimates: counting(estimate) };
    }),
  ];
}

interface Draw {
  readonly estimator: PairEstimator;
  readonly pairs: number;
  readonly draw: number;
  readonly passes: MaskPasses;
}

/**
 * Every draw of every estimator. The pairs that make one draw
 * with most pairs make several with fewer: none is wasted.
 */
function drawsOf(study: EstimateStudy, scope: EstimateScope, length: number, rng: Rng): Draw[] {
  const [low, high] = coupledRatioRange;
  return pairEstimators.flatMap(estimator =>
    Array.from({ length: study.draws[scope] }, (_, draw) => draw).flatMap(draw => {
      const draws = rng.split(estimator).split(draw);
      const pairs = Array.from({ length: Math.max(...study.pairs) }, (_, pair): MaskPair => {
        const own = draws.split(pair);
        const t = low + (high - low) * own.uniform();
        const uniforms = uniformDraws(length, own);
        return estimator === "coupled"
          ? coupledPair(uniforms, t)
          : decoupledPair(uniforms, uniformDraws(length, own), t);
      });
      return study.pairs.flatMap(count =>
        Array.from({ length: drawsOfPairs(study, count) }, (_, part) => ({
          estimator,
          pairs: count,
          draw: draw * drawsOfPairs(study, count) + part,
          passes: pairedPasses(length, pairs.slice(part * count, (part + 1) * count)),
        })),
      );
    }),
  );
}

/** How many draws with `count` pairs the pairs of one with most give. */
function drawsOfPairs({ pairs }: EstimateStudy, count: number): number {
  return Math.floor(Math.max(...pairs) / count);
}
