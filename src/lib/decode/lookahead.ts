/**
 * Lookahead unmasking (LookUM, arXiv 2511.05563). The authors' code could not be had and the paper was read
 * through summaries [S]; what those leave open is decided here [R]. At a step k candidate sets of positions
 * are committed side by side; the denoiser sees the k states in one batch; a verifier, the mean score over
 * what is still masked (blocks to come included), says how promising each is, and one goes on (importance
 * weights), or each of k particles draws its parent (SMC). The pass over the chosen state is that of the next
 * step, so k states cost k calls a step.
 *
 * Decided: the score that ranks the pool is the verifier's too; the pool is the N surest positions of the
 * block; the first candidate is the surest set, so that one path is plain decoding; the others are drawn
 * uniformly, none twice; all sets of one state take the same proposed tokens; alpha 0 takes the best. Not
 * here: the verifier over revealed positions as well, where a masked model's output is never trained, and
 * pools by a certainty threshold.
 */
import { UserError } from "../core/errors.js";
import type { Rng } from "../core/rng.js";
import type { DecodeConfig } from "./types.js";
import type { NamedPolicy } from "./named-policy.js";
import { chooseHighest, quotaAt, type Choice, type UnmaskingState } from "./policy.js";
import type { Population } from "./population.js";

const parameters = {
  paths: { default: 2, min: 1, whole: true, description: "candidate states a step" },
  pool: { default: 5, min: 1, whole: true, description: "surest positions that sets are drawn from" },
  alpha: { default: 0.1, min: 0, description: "temperature of the weights; 0 takes the best" },
  select: {
    default: "importance",
    values: ["importance", "smc"],
    description: "one state goes on, or each path draws its parent",
  },
} as const;

export const lookahead: NamedPolicy<typeof parameters> = {
  summary: "several sets of positions tried a step, the one that leaves the model surest goes on",
  scores: ["neg-entropy-untempered", "probability-untempered", "neg-entropy", "probability"],
  parameters,
  endsItself: false,
  create: lookaheadPopulation,
};

interface LookaheadValues {
  readonly paths: number;
  readonly pool: number;
  readonly alpha: number;
  readonly select: string;
}

function lookaheadPopulation(
  config: DecodeConfig,
  { paths, pool, alpha, select }: LookaheadValues,
): Population {
  const most = Math.ceil(config.completionLength / config.steps);
  if (pool < most)
    throw new UserError(
      `decode: policy lookahead draws ${most} tokens a step from a pool of ${pool}; raise pool or steps.`,
    );
  if (config.quota !== "llada")
    throw new UserError(
      `decode: policy lookahead commits the same number at every step, quota "${config.quota}" does ` +
        "not; leave quota out.",
    );
  return {
    particles: paths,
    value: meanScore,
    parents: (values, previous, rng) => {
      if (select === "importance")
        return new Array<number>(paths).fill(drawIndex(importanceWeights(values, alpha), rng));
      const weights = smcWeights(values, previous, alpha);
      return Array.from({ length: paths }, () => drawIndex(weights, rng));
    },
    extend: (states, rng) => candidateSets(states, config, pool, rng),
  };
}

/** The verifier: mean score of the positions still masked. */
export function meanScore({ masked, scores }: UnmaskingState): number {
  return masked.reduce((sum, p) => sum + scores[p], 0) / masked.length;
}

/**
 * softmax(values / alpha): with which probability each state goes
 * on. At alpha 0 all of it is the best one's, the first of equals.
 */
export function importanceWeights(values: readonly number[], alpha: number): number[] {
  const best = Math.max(...values);
  if (alpha === 0) return values.map((_, i) => (i === values.indexOf(best) ? 1 : 0));
  const weights = values.map(value => Math.exp((value - best) / alpha));
  const sum = weights.reduce((a, b) => a + b);
  return weights.map(weight => weight / sum);
}

/** As importance weights, of what each state gained on the one it was extended from. */
export function smcWeights(values: readonly number[], previous: readonly number[], alpha: number): number[] {
  return importanceWeights(
    values.map((value, i) => value - previous[i]),
    alpha,
  );
}

function drawIndex(weights: readonly number[], rng: Rng): number {
  let u = rng.uniform();
  const drawn = weights.findIndex(weight => (u -= weight) < 0);
  return drawn >= 0 ? drawn : weights.indexOf(Math.max(...weights));
}

/**
 * A set for every path: the surest for the first, drawn ones
 * for the others. Paths for which a state has no new set rest.
 */
function candidateSets(
  states: readonly UnmaskingState[],
  config: DecodeConfig,
  poolSize: number,
  rng: Rng,
): (Choice | null)[] {
  const tried = new Map<UnmaskingState, Set<string>>();
  return states.map((state, path) => {
    const { candidates, count } = quotaAt(state, config);
    const { scores } = state;
    const pool = chooseHighest(candidates, scores, poolSize, config.tieRule, rng.split("pool")).positions;
    const sets = tried.get(state) ?? new Set<string>();
    tried.set(state, sets);
    if (sets.size >= subsetCount(pool.length, count)) return null;
    const draw = (): Choice =>
      path === 0
        ? chooseHighest(candidates, scores, count, config.tieRule, rng)
        : {
            positions: rng.shuffle(pool).slice(0, count),
            candidates: candidates.length,
            tied: false,
          };
    const keyOf = ({ positions }: Choice) => [...positions].sort((a, b) => a - b).join();
    let choice = draw();
    while (sets.has(keyOf(choice))) choice = draw();
    sets.add(keyOf(choice));
    return choice;
  });
}

/** Sets of `count` from a pool of `size`; one where the pool is no larger. */
export function subsetCount(size: number, count: number): number {
  if (count >= size) return 1;
  let sets = 1;
  for (let i = 0; i < count; i++) sets = (sets * (size - i)) / (i + 1);
  return Math.round(sets);
}
