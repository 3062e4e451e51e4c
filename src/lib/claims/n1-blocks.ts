/** N1: block lengths of semi-autoregressive decoding (LLaDA, arXiv 2502.09992) against AR-ness and pass@1. */
import { sampleArness, type ArnessSample } from "../analysis/arness-by-group.js";
import { bootstrapDefaults } from "../analysis/bootstrap.js";
import { pairedDifference, type Measure, type SampleUnit } from "../analysis/by-group.js";
import type { Rng } from "../core/rng.js";
import {
  allHold,
  estimateInWords,
  exceeds,
  judged,
  type Claim,
  type JudgedClaim,
  type Outcome,
} from "./claim.js";
import { inOrder, orderName, orders, type OrderedSample } from "./orders.js";

/** A rise of AR-ness from one block length to the next that would be too small to matter. */
const margin = 0.02;

export const n1Blocks: Claim = {
  id: "N1",
  figure: "n1-blocks",
  statement: "Global AR-ness@1 is exactly 1 in blocks of one token and falls monotonically as blocks grow.",
  citation: "follows from the block decoding of arXiv 2502.09992; the statement is ours",
  published: "none; exactly 1 by construction at block length 1",
  criterion: `Every sample scores exactly 1 at block length 1; at every next longer block the fall is above -${margin} (a rise beyond ${margin} is excluded), paired by training seed and problem, intervals at 95% for all together (Bonferroni); refuted by an interval below 0; and the whole fall, from block length 1 to decoding without blocks, above 0. Decided under the public decoder's order on tokens up to the end token; the other orders are in the note.`,
};

export interface BlockSample extends ArnessSample, OrderedSample {
  readonly block: number;
  readonly passedBase: boolean | null;
}

const globalOf = (row: BlockSample) => sampleArness(row, "global");
const passed = (row: BlockSample) => (row.passedBase === true ? 1 : 0);

/** @param samples of one model in blocks of several lengths under every order, one token a step */
export function judgeN1(samples: readonly BlockSample[], rng: Rng): JudgedClaim {
  const results = orders.map(order => {
    const rows = samples.filter(row => inOrder(row, order));
    return fallsByBlock(rows, rng.split(JSON.stringify(order)));
  });
  const note = orders.map(
    (order, i) =>
      `${orderName(order)}: ${results[i].falls.map(f => `${f.from} to ${f.to} ${f.fall.mean.toFixed(3)}`).join(", ")}; pass@1 of each length minus without blocks ${results[i].gains.map(g => `${g.block}: ${estimateInWords(g.gain)}`).join(", ")}`,
  );
  const { total, outcome } = results[0];
  return judged(
    n1Blocks,
    total,
    { seeds: total.seeds, n: total.n },
    outcome,
    `Measured: the whole fall. Falls by order: ${note.join(". ")}.`,
  );
}

function fallsByBlock(rows: readonly BlockSample[], rng: Rng) {
  const lengths = [...new Set(rows.map(row => row.block))].sort((a, b) => a - b);
  const at = (block: number) => rows.filter(row => row.block === block);
  const longest = lengths[lengths.length - 1];
  const level = 1 - (1 - bootstrapDefaults.level) / (lengths.length - 1);
  const change = (
    after: number,
    before: number,
    value: (row: BlockSample) => number,
    config: typeof bootstrapDefaults,
  ) =>
    pairedDifference(at(after), at(before), value, config, rng.split(`${after} ${before} ${config.level}`));
  const falls = lengths.slice(1).map((to, i) => ({
    from: lengths[i],
    to,
    fall: change(lengths[i], to, globalOf, { ...bootstrapDefaults, level }),
  }));
  const total = change(lengths[0], longest, globalOf, bootstrapDefaults);
  const gains = lengths
    .slice(0, -1)
    .map(block => ({ block, gain: change(block, longest, passed, bootstrapDefaults) }));
  const scores = at(1)
    .map(globalOf)
    .filter(score => !Number.isNaN(score));
  const exact: Outcome = scores.length > 0 && scores.every(score => score === 1) ? "holds" : "does-not-hold";
  const outcome = allHold([exact, exceeds(0, total), ...falls.map(({ fall }) => notRising(fall))]);
  return { falls, total, gains, outcome };
}

function notRising(fall: Measure): Outcome {
  if (fall.upper < 0) return "does-not-hold";
  return exceeds(-margin, fall);
}
