/**
 * Faster decoding: fewer steps, and methods that choose how many tokens to commit, at equal denoiser calls.
 */
import type { Claim, Condition, Contrast } from "../claim.js";
import type { Where } from "../rows.js";
import { kvCacheClaims } from "../../methods/kv-cache/claims.js";

const chapter = "faster";
const f11 = {
  chapter,
  figure: "f11-fewer-steps",
  citation: "DiffuCoder Fig. 11",
  note:
    "The number of problems was raised after a first look at seed 1, whose intervals were too wide " +
    "to tell.",
} as const;

/**
 * By how much more the first loses at half the steps than the second: as a share of its pass@1, and in all.
 */
function losesMore(of: Where, less: Where): Condition[] {
  const lost = (where: Where) => ({ of: { ...where, steps: 36 }, minus: { ...where, steps: 18 } });
  return ([{ asShare: true, matters: null }, {}] as const).map(kind => ({
    ...{ measure: "pass@1", ...lost(of), less: lost(less), above: 0 },
    ...kind,
  }));
}

const quotas = (score: string, steps: number) => ({ policy: "quota", score, steps });
/** Half of the problems under the orders that do not decide. */
const blocks = [1, 2, 4, 6, 9, 12, 18, 36];
const growing = blocks.slice(1).map((to, i) => [blocks[i], to] as const);
/** Bounds without the filter at which N4 is decided, in bits. */
const gammas = [0.2, 0.5];
/** Block lengths of N5, and the calls that the schedule takes for a completion of 36 tokens. */
export const dilatedBlocks = [
  { block: 4, steps: 18 },
  { block: 12, steps: 9 },
  { block: 36, steps: 5 },
] as const;
const inBlocks = (block: number) => ({ blocks: block === 36 ? null : block });
/** Paths of N6, and the calls that they take in 9 steps: one at first, one a path after. */
export const lookaheadPaths = [
  { paths: 2, calls: 17 },
  { paths: 3, calls: 25 },
] as const;
const looked = (select: string, paths: number, steps: number): Contrast => ({
  ...{ measure: "pass@1", of: { policy: "lookahead", paths, select }, minus: { policy: "quota", steps } },
});
const chain = {
  chapter,
  figure: "n5-markov",
  citation: "arXiv 2506.19037 (theory, by summaries); the experiment is ours",
  under: "ties",
  seedsAre: "sampling seed",
} as const;
/** Four calls for 16 tokens; the schedule has no ties, and the surest positions all start tied. */
const dilatedAgainstSurest = (lag: number): Contrast => ({
  measure: "valid sequences",
  of: { form: `lag ${lag}`, policy: "dilated", tieRule: "leftmost" },
  minus: { form: `lag ${lag}`, policy: "quota", steps: 4 },
});
const chainNote =
  "Exact conditionals, temperature 1. The surest positions by entropy start fully tied: under " +
  "leftmost ties they are the first four, and the result is 0 or 1.";

export const fasterClaims: readonly Claim[] = [
  {
    ...f11,
    id: "F11-epochs",
    statement: "A model with more epochs of SFT loses less of its pass@1 when it decodes in half the steps.",
    published: "more SFT epochs lose less (curves)",
    conditions: losesMore(
      { checkpoint: "instruct-1epoch", temperature: 0.2 },
      { checkpoint: "instruct", temperature: 0.2 },
    ),
    fixed: { on: "2026-11-30", hash: "b176b3f4dc57ac0e" },
  },
  {
    ...f11,
    id: "F11-temperature",
    statement: "At a higher temperature less of pass@1 is lost by decoding in half the steps.",
    published: "higher temperature loses less (curves)",
    conditions: losesMore(
      { checkpoint: "instruct", temperature: 0.2 },
      { checkpoint: "instruct", temperature: 1 },
    ),
    fixed: { on: "2026-11-30", hash: "4e7850526554e67d" },
  },
  {
    id: "N1",
    chapter,
    figure: "n1-blocks",
    statement: "Global AR-ness@1 is exactly 1 in blocks of one token and falls monotonically as blocks grow.",
    citation: "follows from the block decoding of arXiv 2502.09992; the statement is ours",
    published: "none; exactly 1 by construction at block length 1",
    conditions: [
      { measure: "global", of: { block: 1 }, minus: { block: 36 }, above: 0 },
      { measure: "global", of: { block: 1 }, always: { is: 1 } },
      ...growing.map(([from, to]): Condition => ({
        ...{ measure: "global", of: { block: from }, minus: { block: to } },
        ...{ above: -0.02, together: growing.length },
      })),
    ],
    under: "orders",
    beside: blocks
      .slice(0, -1)
      .map((block): Contrast => ({ measure: "pass@1", of: { block }, minus: { block: 36 } })),
    note: "Block length 36 is decoding without blocks.",
    fixed: { on: "2026-11-30", hash: "6b8d5708419517ea" },
  },
  {
    id: "N2",
    chapter,
    figure: "n2-threshold",
    statement:
      "At no more denoiser calls, committing every token above a confidence threshold passes more " +
      "often than committing the two, or four, surest at every step.",
    citation: "arXiv 2505.22618; comparison at equal calls is ours",
    published:
      "LLaDA on GSM8K, 5-shot: 79.2 at 2.5 times the speed of one token a step (79.3); HumanEval 43.9 " +
      "against 41.5",
    conditions: [18, 9].map(steps => ({ ...threshold("probability-untempered", steps), above: 0 })),
    shown: "smallest",
    beside: [18, 9].map(steps => threshold("neg-entropy", steps)),
    fixed: { on: "2026-11-30", hash: "0a5d04709c731e5d" },
  },
  ...kvCacheClaims,
  {
    id: "N4",
    chapter,
    figure: "n4-spacing",
    statement:
      "At no more denoiser calls, entropy-bounded sampling passes more often when tokens committed " +
      "together are kept apart.",
    citation: "arXiv 2506.19037 §4.4 (by summaries); comparison at equal calls is ours",
    published:
      "LLaDA-Instruct on HumanEval, gamma 2: 24.4 at 35 calls without, 37.8 at 59 calls with the " +
      "filter (not matched)",
    conditions: gammas.map(gamma => ({
      ...{ measure: "pass@1" as const, of: { policy: "entropy-bounded", spacing: 8 } },
      minus: { policy: "entropy-bounded", gamma, spacing: null },
      matched: { side: "of" as const, by: "calls" as const },
      above: 0,
    })),
    shown: "smallest",
    fixed: { on: "2026-11-30", hash: "b5b751b903c4395d" },
  },
  {
    id: "N5",
    chapter,
    figure: "n5-dilated",
    statement:
      "In as many denoiser calls, revealing a block coarse to fine by a fixed schedule passes more " +
      "often than revealing its surest tokens, as many at every step.",
    citation: "arXiv 2506.19037 (tables by summaries)",
    published:
      "LLaDA-Instruct at equal calls, blocks of 32: MBPP 23.2 against 14.0, HumanEval 10.37 against " +
      "9.76, GSM8K 65.7 or 57.1 against 38.7 or 18.7",
    conditions: dilatedBlocks.map(({ block, steps }) => ({ ...dilated(block, steps, null), above: 0 })),
    shown: "smallest",
    beside: dilatedBlocks.map(({ block, steps }) => dilated(block, steps, 0.3)),
    fixed: { on: "2026-11-30", hash: "e63ab19e6bb08a28" },
  },
  {
    ...chain,
    id: "N5-near",
    statement:
      "Where a token depends on its neighbour, revealing far-apart positions together keeps more " +
      "sequences valid than revealing the surest ones.",
    published: "the loss of a parallel step is small when dependence decays with distance (theory)",
    conditions: [{ ...dilatedAgainstSurest(1), above: 0 }],
    beside: [dilatedAgainstSurest(2)],
    note:
      `${chainNote} A first version asked for lag 2 as well; that is two interleaved chains, of which ` +
      "the schedule leaves one whole for its last round. Changed after a first look at 16 sequences.",
    fixed: { on: "2026-11-30", hash: "61c12d9f9bdc0696" },
  },
  {
    ...chain,
    id: "N5-stride",
    statement: "Where a token depends on one at the schedule's own stride, that gain is gone or reversed.",
    published: "none; follows from the theory's condition",
    conditions: [8, 4].map(lag => ({ ...dilatedAgainstSurest(lag), below: 0.02 })),
    note: chainNote,
    fixed: { on: "2026-11-30", hash: "070aea980fc43c6c" },
  },
  {
    id: "N6",
    chapter,
    figure: "n6-lookahead",
    statement:
      "In as many denoiser calls, trying two or three sets of tokens a step and going on from one that " +
      "leaves the model sure passes more often than taking the surest tokens in more steps.",
    citation: "arXiv 2511.05563 (by summaries); comparison at equal calls is ours",
    published:
      "at equal steps: LLaDA MBPP-256 36.2 against 28.4, HumanEval-128 27.4 against 25.6; no " +
      "comparison at equal calls",
    conditions: lookaheadPaths.map(({ paths, calls }) => ({
      ...looked("importance", paths, calls),
      above: 0,
    })),
    shown: "smallest",
    beside: [
      ...lookaheadPaths.map(({ paths, calls }) => looked("smc", paths, calls)),
      ...["importance", "smc"].flatMap(select => lookaheadPaths.map(({ paths }) => looked(select, paths, 9))),
    ],
    fixed: { on: "2026-11-30", hash: "c6cc70c1bb0701b5" },
  },
];

function threshold(score: string, steps: number): Contrast {
  const matched = { side: "of", by: "calls" } as const;
  return { measure: "pass@1", of: { policy: "threshold" }, minus: quotas(score, steps), matched };
}

function dilated(block: number, steps: number, theta: number | null): Contrast {
  const [of, minus] = [
    { policy: "dilated", ...inBlocks(block), theta },
    { policy: "quota", ...inBlocks(block), steps },
  ];
  return { measure: "pass@1", of, minus };
}
