/**
 * Training: order and loss through the stages, and what a masked model owes to the AR model that it came
 * from.
 */
import type { Claim, Condition, Contrast } from "../claim.js";
import type { Where } from "../rows.js";

const chapter = "training";
const f4 = { chapter, figure: "f4-stages", citation: "DiffuCoder §4.2, Fig. 4", under: "orders" } as const;
const model = (checkpoint: string) => ({ checkpoint });

/** Global, which is shown, and local; the whole window beside them. */
const higher = (of: string, minus: string) => {
  const contrasts = (names: readonly Contrast["measure"][]) =>
    names.map(measure => ({ measure, of: model(of), minus: model(minus) }));
  return {
    conditions: contrasts(["global", "local"]).map((contrast): Condition => ({ ...contrast, above: 0 })),
    beside: contrasts(["global, whole window", "local, whole window"]),
  };
};

const f8 = {
  chapter,
  figure: "f8-loss-by-timestep",
  citation: "DiffuCoder §5, Fig. 8",
  published: "explodes at small t; t is drawn from [0.2, 0.8]",
  note:
    "The paper does not say how the loss is normalised: a row for each way. That one explodes and " +
    "the other does not follows from the weight 1/t.",
  theorem: true,
} as const;
const shapeOf = (by: "mean" | "sum"): Condition[] => [
  { measure: `explosion, ${by}`, of: {}, above: 2 },
  { measure: `smallest at, ${by}`, of: {}, within: [0.2, 0.8] },
];

const n11 = {
  chapter,
  figure: "n11-annealing",
  citation: "arXiv 2410.17891 (tables by summaries); the comparison by loss is ours",
} as const;
const adapted = (recipe: string): Where => ({ recipe: `n11-${recipe}`, step: { pick: "last" } });

const n13 = {
  chapter,
  figure: "n13-ar-against-diffusion",
  citation: "arXiv 2507.15857 (by summaries)",
  note: "Exact for AR, for diffusion an estimate of the upper bound, which can only speak against it.",
} as const;
const at = (recipe: "ar" | "diffusion", moment: Where): Where => ({ recipe: `n13-${recipe}`, ...moment });
const [last, lowest] = [{ step: { pick: "last" } }, { step: { pick: "lowest" } }] as const;

export const trainingClaims: readonly Claim[] = [
  {
    ...f4,
    id: "F4-long",
    statement: "Training stage I for longer makes decoding more autoregressive.",
    published: "AR-ness higher after longer stage I",
    ...higher("stage1-long", "stage1"),
    fixed: { on: "2026-11-30", hash: "c9cbaba2c56c828c" },
  },
  {
    ...f4,
    id: "F4-long-pass",
    statement: "Training stage I for longer makes the model worse.",
    citation: "DiffuCoder §3, Table 1",
    published: "HumanEval pass@1 39.0 after 65B tokens, 31.1 after 720B (percent)",
    conditions: [{ measure: "pass@1", of: model("stage1"), minus: model("stage1-long"), above: 0 }],
    fixed: { on: "2026-11-30", hash: "18b1d18b6cf8f77b" },
  },
  {
    ...f4,
    id: "F4-stage2",
    statement:
      "In stage II AR-ness is high after the first epoch and falls as the same tokens are seen again.",
    published: "high after the first epoch, lower with more",
    ...higher("stage2-1epoch", "stage2"),
    fixed: { on: "2026-11-30", hash: "5581f4d3f3d620b2" },
  },
  {
    ...f4,
    id: "F4-stage3",
    statement:
      "In stage III AR-ness is high after the first epoch and falls as the same tokens are seen again.",
    published: "high after the first epoch, lower with more",
    ...higher("instruct-1epoch", "instruct"),
    fixed: { on: "2026-11-30", hash: "d969cfcfb672835f" },
  },
  {
    ...f8,
    id: "F8",
    statement:
      "The weighted loss, a mean over masked tokens, explodes for small mask ratios t and is smallest for " +
      "t in [0.2, 0.8].",
    conditions: shapeOf("mean"),
    fixed: { on: "2026-11-30", hash: "1872219b8cbe712a" },
  },
  {
    ...f8,
    id: "F8-sum",
    statement:
      "The same loss, summed over masked tokens and divided by the length, explodes for small t and is " +
      "smallest for t in [0.2, 0.8].",
    conditions: shapeOf("sum"),
    fixed: { on: "2026-11-30", hash: "80f83ba79f83c4f7" },
  },
  {
    id: "TAIL-end",
    chapter,
    figure: "tail-first-step",
    statement:
      "A tail of padding lifts the end of the first-step confidence: the L of the entropy sink becomes a U.",
    citation: "not in the paper; DiffuCoder Fig. 3 right (a), testbed trap 2",
    published: "none: L-shaped",
    conditions: [{ measure: "rise", of: model("instruct-pad"), above: 0.1 }],
    beside: [
      { measure: "rise", of: model("instruct") },
      { measure: "drop", of: model("instruct-pad") },
      { measure: "drop", of: model("instruct") },
    ],
    fixed: { on: "2026-11-30", hash: "16a82fb68391d7ab" },
  },
  {
    ...n11,
    id: "N11-shift",
    statement:
      "An AR model becomes a better masked model in the same steps when the shift of its logits is kept.",
    published: "removing the shift hurts (GPT-2; the table's metric was not verified)",
    conditions: ["abrupt", "annealed"].map(way => ({
      ...{
        measure: "loss" as const,
        of: adapted(`no-shift-${way}`),
        minus: adapted(`shift-${way}`),
        above: 0,
      },
    })),
    fixed: { on: "2026-11-30", hash: "94cd9a4154f066e9" },
  },
  {
    ...n11,
    id: "N11-anneal",
    statement:
      "Annealing the attention from causal to full leaves a lower masked loss than full attention from " +
      "the start.",
    published:
      "43.3 without, 45.4 with annealing (GPT-2 S), 47.2 and 49.7 (GPT-2 M); the 7B model was never annealed",
    conditions: [
      { measure: "loss", of: adapted("shift-abrupt"), minus: adapted("shift-annealed"), above: 0 },
    ],
    beside: [{ measure: "loss", of: adapted("no-shift-abrupt"), minus: adapted("no-shift-annealed") }],
    fixed: { on: "2026-11-30", hash: "959dc8c8649ded41" },
  },
  {
    ...n11,
    id: "N11-larger",
    statement: "Keeping the shift matters more than annealing the attention.",
    published: "none; expected in our reading",
    conditions: [
      {
        ...{ measure: "loss", of: adapted("no-shift-abrupt"), minus: adapted("shift-abrupt") },
        less: { of: adapted("shift-abrupt"), minus: adapted("shift-annealed") },
        above: 0,
      },
    ],
    fixed: { on: "2026-11-30", hash: "ba68bfc1f17f1542" },
  },
  {
    ...n13,
    id: "N13-early",
    statement: "After few passes over a small corpus the AR model has the lower loss.",
    published: "7.07 (AR) against 10.65 after one pass, 100M tokens",
    conditions: [1, 2, 4].map(epochs => ({
      ...{ measure: "loss" as const, of: at("diffusion", { epochs }), minus: at("ar", { epochs }), above: 0 },
    })),
    fixed: { on: "2026-11-30", hash: "b4a4b39bc3287c17" },
  },
  {
    ...n13,
    id: "N13-overfit",
    statement: "Within 100 passes AR overfits and diffusion does not.",
    published: "data keep their worth for about 4 passes (AR) and about 100 (diffusion)",
    conditions: [
      { measure: "loss", of: at("ar", last), minus: at("ar", lowest), above: 0.05 },
      { measure: "loss", of: at("diffusion", last), minus: at("diffusion", lowest), below: 0.05 },
    ],
    fixed: { on: "2026-11-30", hash: "a01e07206f356d97" },
  },
  {
    ...n13,
    id: "N13-cross",
    statement: "After many passes diffusion has the lower loss: the curves cross.",
    published: "they cross; AR's best 3.71, diffusion's 3.55",
    conditions: [{ measure: "loss", of: at("ar", last), minus: at("diffusion", last), above: 0 }],
    fixed: { on: "2026-11-30", hash: "10175a9dc8d15a33" },
  },
  {
    ...n13,
    id: "N13-best",
    statement: "Diffusion at its best has a lower loss than AR at its best.",
    published: "3.55 against 3.71",
    conditions: [{ measure: "loss", of: at("ar", lowest), minus: at("diffusion", lowest), above: 0 }],
    fixed: { on: "2026-11-30", hash: "c866d3157678ee29" },
  },
  {
    id: "N13-infill",
    chapter,
    figure: "n13-infilling",
    statement:
      "A gap in the middle of a program is filled better by diffusion, which sees both sides, than by " +
      "AR, which sees the left one.",
    citation: "arXiv 2507.15857 (by summaries); the experiment is ours",
    published: "none; follows from what each model sees",
    conditions: [{ ...filled("n13-diffusion", "n13-ar", "infill left"), above: 0 }],
    beside: [
      filled("n13-diffusion", "n13-ar", "continue left"),
      filled("instruct", "ar-parent", "infill left"),
    ],
    note: "Eight middle tokens of held-out solutions were taken out; what stands around them is kept.",
    fixed: { on: "2026-11-30", hash: "ffade281437196dd" },
  },
  {
    id: "BF16-loss",
    chapter,
    figure: "bf16-loss",
    statement:
      "Stage I with its matrix products in bfloat16 ends at the held-out loss of float32, within half a " +
      "percent of it.",
    citation: "not in the paper",
    published: "none",
    conditions: [
      {
        ...{ measure: "loss", of: stage1In("bfloat16"), minus: stage1In("float32"), asShare: true },
        within: [-0.005, 0.005],
      },
    ],
    note: "Losses are taken in float32 of both; the first 40 training losses had been looked at before.",
    fixed: { on: "2026-12-01", hash: "0fa08793b43d8403" },
  },
];

function stage1In(precision: string): Where {
  return { recipe: `stage1-${precision}`, step: { pick: "last" } };
}

function filled(both: string, left: string, policy: string): Contrast {
  return {
    measure: "pass@1",
    of: { checkpoint: both, policy: "infill" },
    minus: { checkpoint: left, policy },
  };
}
