/** N3: what a block-wise approximate cache changes in the logits (Fast-dLLM, arXiv 2505.22618). */
import { bootstrapDefaults } from "../analysis/bootstrap.js";
import { groupRows, pairedDifference, type Measure } from "../analysis/by-group.js";
import { meanDivergence, type CachedUnit } from "../analysis/cache-errors.js";
import { settingInWords } from "../analysis/setting.js";
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
import { contestInWords, contestOf, type Contest, type ContestSample } from "./equal-calls.js";

/** Lengths of which each divides the next; the last is the whole window. */
export const n3Blocks = [1, 2, 4, 12, 36] as const;
const wholeWindow = 36;
/** What a difference of float32 passes may leave, in nats. */
const exact = 1e-6;

export const n3Cache: Claim = {
  id: "N3",
  figure: "n3-cache",
  statement:
    "Cached logits are exact in the first pass over a block, drift further from the exact ones the longer blocks are, and further where the suffix is cached too.",
  citation: "arXiv 2505.22618 §3; the measurement is ours",
  published:
    "accuracy falls with larger cache blocks; GSM8K 8-shot, 1024 tokens, parallel decoding: 78.0 without, 75.7 with the prefix cache, 76.0 with the dual cache; keys and values of adjacent steps nearly equal",
  criterion: `Mean KL(exact || cached) over the masked positions of the block, all passes, decodings without a cache replayed, one token a step. It is below ${exact} nats in every first pass, and so everywhere in blocks of one token; it rises from blocks of 1 to 2, 2 to 4 and 4 to 12 under either cache; and in blocks of 2, 4 and 12 it is larger under the dual cache than under the prefix cache: all nine differences, paired by training seed and problem, above 0, intervals at 95% for all together (Bonferroni). A block of 36 is the whole window and has no suffix: it is in the note.`,
};

/** Thousandths of a nat: the unit in which the differences are reported. */
const reported = (row: CachedUnit) => 1000 * meanDivergence(row);

/**
 * @param rows of one model, both caches, every length of `n3Blocks`; a run that only shows that everything works may lack some
 * @param samples of the same model, decoded in the same way with each cache and without; for the note
 */
export function judgeN3(
  rows: readonly CachedUnit[],
  samples: readonly ContestSample[],
  rng: Rng,
): JudgedClaim {
  const caches = ["prefix", "dual"] as const;
  const at = (cache: string, block: number) =>
    rows.filter(row => row.kvCache === cache && row.blockLength === block);
  const lengths = n3Blocks.filter(block => rows.some(row => row.blockLength === block));
  const inside = lengths.filter(block => block < wholeWindow);
  const level = 1 - (1 - bootstrapDefaults.level) / (3 * (inside.length - 1));
  const difference = (label: string, after: readonly CachedUnit[], before: readonly CachedUnit[]) => ({
    label,
    found: pairedDifference(after, before, reported, { ...bootstrapDefaults, level }, rng.split(label)),
  });
  const growth = (from: number, to: number) =>
    caches.map(cache => difference(`${cache}, ${from} to ${to}`, at(cache, to), at(cache, from)));
  const decisive = [
    ...inside.slice(1).flatMap((to, i) => growth(inside[i], to)),
    ...inside
      .slice(1)
      .map(block =>
        difference(`dual minus prefix, blocks of ${block}`, at("dual", block), at("prefix", block)),
      ),
  ];
  const others = lengths.slice(inside.length).flatMap(to => growth(inside[inside.length - 1], to));
  const largest = Math.max(...rows.map(row => row.divergences[0] / row.positions[0]));
  const first: Outcome = largest < exact ? "holds" : "does-not-hold";
  const inWords = (list: readonly { readonly label: string; readonly found: Measure }[]) =>
    list.map(({ label, found }) => `${label}: ${estimateInWords(found)}`).join("; ");
  const smallest = decisive.reduce((low, d) => (d.found.mean < low.found.mean ? d : low)).found;
  return judged(
    n3Cache,
    smallest,
    { seeds: smallest.seeds, n: smallest.n },
    allHold([first, ...decisive.map(({ found }) => exceeds(0, found))]),
    `Measured: the smallest of the differences, in thousandths of a nat. ${inWords(decisive)}. Largest mean of a first pass: ${largest.toExponential(1)} nats. Not decisive: ${inWords(others)}; pass@1 with a cache minus without, ${passContests(samples, rng).map(contestInWords).join("; ")}.`,
  );
}

/** pass@1 with each cache against the same decoding without. */
function passContests(samples: readonly ContestSample[], rng: Rng): Contest[] {
  const cached = groupRows(
    samples.filter(row => row.kvCache !== null),
    row => ({ setting: settingInWords(row) }),
  );
  return cached.map(({ group: { setting }, rows }) => {
    const without = settingInWords({ ...rows[0], kvCache: null });
    const plain = samples.filter(row => settingInWords(row) === without);
    return contestOf(setting, rows, plain, rng.split("pass"));
  });
}
