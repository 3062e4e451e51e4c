/** F4: AR-ness through the stages of training (DiffuCoder §4.2, Fig. 4), and what longer stage I does to pass@1 (Table 1). */
import { sampleArness, type ArnessSample } from "../analysis/arness-by-group.js";
import { bootstrapDefaults } from "../analysis/bootstrap.js";
import { pairedDifference, type Measure, type SampleUnit } from "../analysis/by-group.js";
import type { Rng } from "../core/rng.js";
import { allHold, estimateInWords, exceeds, judged, type Claim, type JudgedClaim } from "./claim.js";
import { inOrder, orderName, orders, type OrderedSample } from "./orders.js";

const common = { figure: "f4-stages", citation: "DiffuCoder §4.2, Fig. 4" } as const;
const rule =
  "paired by training seed and problem: both intervals above 0. Decided under the public decoder's order (entropy of the filtered distribution, leftmost ties) on tokens up to the end token; the other orders and the whole window are in the note.";

export const f4Long: Claim = {
  ...common,
  id: "F4-long",
  statement: "Training stage I for longer makes decoding more autoregressive.",
  published: "AR-ness higher after longer stage I",
  criterion: `Local and global AR-ness@1 after stage I of four times the steps minus after stage I, ${rule}`,
};

export const f4LongPass: Claim = {
  ...common,
  id: "F4-long-pass",
  statement: "Training stage I for longer makes the model worse.",
  citation: "DiffuCoder §3, Table 1",
  published: "HumanEval pass@1 39.0 after 65B tokens, 31.1 after 720B (percent)",
  criterion:
    "pass@1 on the base tests after stage I minus after stage I of four times the steps, public order, paired by training seed and problem: interval above 0.",
};

export const f4Stage2: Claim = {
  ...common,
  id: "F4-stage2",
  statement: "In stage II AR-ness is high after the first epoch and falls as the same tokens are seen again.",
  published: "high after the first epoch, lower with more",
  criterion: `Local and global AR-ness@1 after one epoch of stage II minus after four, ${rule}`,
};

export const f4Stage3: Claim = {
  ...common,
  id: "F4-stage3",
  statement:
    "In stage III AR-ness is high after the first epoch and falls as the same tokens are seen again.",
  published: "high after the first epoch, lower with more",
  criterion: `Local and global AR-ness@1 after one epoch of stage III minus after five, ${rule}`,
};

/** What the judgement reads of a samples log. */
export interface StageSample extends ArnessSample, OrderedSample {
  readonly checkpoint: string;
  readonly passedBase: boolean | null;
}

/** Kinds of AR-ness@1, those that decide first. */
const measures = [
  ["local", "eos"],
  ["global", "eos"],
  ["local", "window"],
  ["global", "window"],
] as const;

/**
 * @param samples of stage1, stage1-long, stage2-1epoch, stage2, instruct-1epoch and instruct (column `checkpoint`)
 * under every order at T 0.2
 */
export function judgeF4(samples: readonly StageSample[], rng: Rng): JudgedClaim[] {
  const of = (checkpoint: string) => samples.filter(row => row.checkpoint === checkpoint);
  const [short, long] = [of("stage1"), of("stage1-long")];
  return [
    judgeArness(f4Long, long, short, rng.split("long")),
    judgePass(short, long, rng.split("pass")),
    judgeArness(f4Stage2, of("stage2-1epoch"), of("stage2"), rng.split("stage2")),
    judgeArness(f4Stage3, of("instruct-1epoch"), of("instruct"), rng.split("stage3")),
  ];
}

/** @param high the samples that the claim puts higher */
function judgeArness(
  claim: Claim,
  high: readonly StageSample[],
  low: readonly StageSample[],
  rng: Rng,
): JudgedClaim {
  const differences = orders.map(order =>
    measures.map(([kind, scope]) => {
      const [above, below] = [high, low].map(rows => rows.filter(row => inOrder(row, order)));
      const stream = rng.split(JSON.stringify([order, kind, scope]));
      return difference(above, below, row => sampleArness(row, kind, 1, scope), stream);
    }),
  );
  const [local, global] = differences[0];
  const note = orders.map((order, i) => {
    const [localEos, globalEos, localWindow, globalWindow] = differences[i].map(estimateInWords);
    return `${orderName(order)}: to the end token local ${localEos}, global ${globalEos}, whole window local ${localWindow}, global ${globalWindow}`;
  });
  return judged(
    claim,
    global,
    { seeds: global.seeds, n: global.n },
    allHold([exceeds(0, local), exceeds(0, global)]),
    `Measured: difference of global AR-ness@1. ${note.join("; ")}.`,
  );
}

function judgePass(short: readonly StageSample[], long: readonly StageSample[], rng: Rng): JudgedClaim {
  const passed = (row: StageSample) => (row.passedBase === true ? 1 : 0);
  const byOrder = orders.map(order => {
    const [before, after] = [short, long].map(rows => rows.filter(row => inOrder(row, order)));
    return difference(before, after, passed, rng.split(JSON.stringify(order)));
  });
  const note = orders.map((order, i) => `${orderName(order)}: ${estimateInWords(byOrder[i])}`);
  const [fall] = byOrder;
  const size = { seeds: fall.seeds, n: fall.n };
  return judged(f4LongPass, fall, size, exceeds(0, fall), `Fall of pass@1. ${note.join("; ")}.`);
}

function difference(
  after: readonly StageSample[],
  before: readonly StageSample[],
  value: (row: StageSample) => number,
  rng: Rng,
): Measure {
  return pairedDifference(after, before, value, bootstrapDefaults, rng);
}
