/** What coupled-GRPO changes beside pass@1: order of decoding, cost of fewer steps, variety (DiffuCoder §5, Fig. 1c, 4, Table 2). */
import { sampleArness, type ArnessSample } from "../analysis/arness-by-group.js";
import { bootstrapDefaults } from "../analysis/bootstrap.js";
import { pairedDifference, type Measure, type SampleUnit } from "../analysis/by-group.js";
import { passAtKByProblem, type GradedSample } from "../analysis/pass-by-group.js";
import { stepLoss, stepLossDifference, type StepsPair } from "../analysis/step-loss.js";
import type { Rng } from "../core/rng.js";
import { allHold, estimateInWords, exceeds, judged, type Claim, type JudgedClaim } from "./claim.js";
import {
  byOrder,
  inOrder,
  orderName,
  orders,
  underOrders,
  type Order,
  type OrderedSample,
} from "./orders.js";

const common = { seedsAre: "RL seed" } as const;
const oneSeed = "With one RL seed the interval is over problems alone and speaks of that run.";

export const f4Rl: Claim = {
  ...common,
  id: "F4-rl",
  figure: "t2-before-after",
  statement: "After coupled-GRPO global AR-ness is lower.",
  citation: "DiffuCoder §5, Fig. 4",
  published: "global AR-ness falls after coupled-GRPO",
  criterion: `Global AR-ness@1 to the end token before coupled-GRPO minus after, T 0.2, paired by RL seed and problem: interval above 0. Decided under the public decoder's order; the other orders and local AR-ness are in the note. ${oneSeed}`,
};

export const f11Rl: Claim = {
  ...common,
  id: "F11-rl",
  figure: "t2-fewer-steps",
  statement: "After coupled-GRPO less of pass@1 is lost by decoding in half the steps.",
  citation: "DiffuCoder Fig. 1c, 11",
  published: "the model after coupled-GRPO loses less at half the steps",
  criterion: `Loss at half the steps (pass@1 at N steps minus at N/2, base tests, T 0.2, public order) before coupled-GRPO minus after, as a difference and as a share of pass@1 at N, paired by RL seed and problem: both intervals above 0. ${oneSeed}`,
};

export const rlNarrow: Claim = {
  ...common,
  id: "RL-narrow",
  figure: "t2-pass-at-k",
  statement: "Coupled-GRPO narrows what the model samples: pass@10 rises less above pass@1 than before.",
  citation: "the question is ours",
  published: "none",
  criterion: `pass@10 minus pass@1 at T 1.0, base tests, before coupled-GRPO minus after, paired by RL seed and problem: interval above 0. ${oneSeed}`,
};

/** What the judgement reads of a samples log, and which model made it: "before" or an estimator. */
export interface RlSample extends ArnessSample, OrderedSample, GradedSample {
  readonly estimator: string;
  readonly steps: number;
}

type Sides = readonly [before: readonly RlSample[], after: readonly RlSample[]];

/** The samples before and after coupled-GRPO, of the RL seeds that both have. */
function sidesOf(samples: readonly RlSample[]): Sides {
  const [before, after] = ["before", "coupled"].map(name => samples.filter(row => row.estimator === name));
  const seeds = new Set(after.map(row => row.seed));
  return [before.filter(row => seeds.has(row.seed)), after];
}

/** @param samples under every order at T 0.2, one token a step */
export function judgeF4Rl(samples: readonly RlSample[], rng: Rng): JudgedClaim {
  const fall = (kind: "local" | "global", order: Order) => {
    const [before, after] = sidesOf(samples.filter(row => inOrder(row, order)));
    const stream = rng.split(JSON.stringify([order, kind]));
    return pairedDifference(before, after, row => sampleArness(row, kind), bootstrapDefaults, stream);
  };
  const falls = orders.map(order => fall("global", order));
  const locals = orders.map(order => fall("local", order));
  const [decided] = falls;
  const words = byOrder(i => `global ${estimateInWords(falls[i])}, local ${estimateInWords(locals[i])}`);
  const note = `Measured: fall of global AR-ness@1. ${underOrders(falls.map(found => exceeds(0, found)))} ${words}.`;
  return judged(f4Rl, decided, decided, exceeds(0, decided), note);
}

/** @param samples at N, N/2 and fewer steps, under the public order and any other */
export function judgeF11Rl(samples: readonly RlSample[], rng: Rng): JudgedClaim {
  const most = samples.reduce((found, row) => Math.max(found, row.steps), 0);
  const there = orders.filter(order => samples.some(row => inOrder(row, order)));
  const found = there.map(order => {
    const sides = sidesOf(samples.filter(row => inOrder(row, order)));
    const [before, after] = sides.map((rows): StepsPair => {
      const at = (steps: number) => rows.filter(row => row.steps === steps);
      return { full: at(most), fewer: at(most / 2) };
    });
    const stream = rng.split(JSON.stringify(order));
    const kinds = (["absolute", "relative"] as const).map(kind => ({
      shrinks: stepLossDifference(before, after, kind, stream.split(kind)),
      before: stepLoss(before, kind, stream.split(`${kind} before`)),
      after: stepLoss(after, kind, stream.split(`${kind} after`)),
    }));
    return { order, kinds, size: sizeOf(sides[1]) };
  });
  const [decided] = found;
  const [absolute, relative] = decided.kinds;
  const note = found.map(({ order, kinds: [a, r] }) => {
    const change = `loses ${estimateInWords(a.before)} before, ${estimateInWords(a.after)} after, shares ${estimateInWords(r.before)}, ${estimateInWords(r.after)}`;
    return `${orderName(order)}: ${change}; shrinks by ${estimateInWords(a.shrinks)}, share by ${estimateInWords(r.shrinks)}`;
  });
  return judged(
    f11Rl,
    relative.shrinks,
    decided.size,
    allHold([absolute, relative].map(kind => exceeds(0, kind.shrinks))),
    `Measured: how much the share lost shrinks. ${note.join(". ")}.`,
  );
}

/** @param samples `k` or more a problem at T 1.0, public order */
export function judgeNarrow(samples: readonly RlSample[], rng: Rng, k = 10): JudgedClaim {
  const [before, after] = sidesOf(samples);
  const at = (rows: readonly RlSample[], tries: number) => passAtKByProblem(rows, "base", tries);
  const rise = (rows: readonly RlSample[]) => {
    const one = at(rows, 1);
    return at(rows, k).map((row, i) => ({ ...row, value: row.value - one[i].value }));
  };
  const paired = (a: ReturnType<typeof at>, b: ReturnType<typeof at>, name: string): Measure =>
    pairedDifference(a, b, row => row.value, bootstrapDefaults, rng.split(name));
  const narrower = paired(rise(before), rise(after), "rise");
  const gains = [1, k].map(tries => paired(at(after, tries), at(before, tries), `pass@${tries}`));
  const note = `Measured: by how much the rise from pass@1 to pass@${k} shrinks. pass@1 changes by ${estimateInWords(gains[0])}, pass@${k} by ${estimateInWords(gains[1])}.`;
  return judged(rlNarrow, narrower, narrower, exceeds(0, narrower), note);
}

function sizeOf(rows: readonly SampleUnit[]): { readonly seeds: number; readonly n: number } {
  return {
    seeds: new Set(rows.map(row => row.seed)).size,
    n: new Set(rows.map(row => row.problem)).size,
  };
}
