/** Order and ties: how autoregressive decoding is, and how far ties decide that. */
import type { Claim, Condition } from "../claim.js";
import { likeForms } from "../like-forms.js";
import { directionConditions } from "../special/directions.js";

const chapter = "order";
const f3 = {
  chapter,
  figure: "f3-ar-ness",
  citation: "DiffuCoder §4.2, Fig. 3 left",
  under: "orders",
} as const;
const onCode = (checkpoint: string) => ({ checkpoint, task: "minipy" });
const publicOrder = { score: "neg-entropy", tieRule: "leftmost" } as const;
const sink = {
  chapter,
  figure: "f3a-first-step-confidence",
  citation: "DiffuCoder §4.1, Fig. 3 right (a)",
} as const;

/** The same problems, and the same draws of the sampler. */
const rounded = {
  chapter,
  figure: "ties-precision",
  citation: "not in the paper",
  published: "none",
  under: "orders",
  note: "64 problems of seed 1 under leftmost ties had been looked at before the criterion was fixed.",
} as const;
const inBfloat16 = {
  of: { temperature: 0.2, precision: "bfloat16" },
  minus: { temperature: 0.2, precision: "float32" },
} as const;

/** An L: a drop after the head, and no rise at the end that is more than half of it. */
const shapedLikeL = (checkpoint: string): Condition[] => [
  { measure: "drop", of: { checkpoint }, above: 0.1 },
  { measure: "half the drop less the rise", of: { checkpoint }, above: 0, matters: null },
];

export const orderClaims: readonly Claim[] = [
  {
    ...f3,
    id: "F3-between",
    statement:
      "A diffusion LM decodes neither fully left to right nor at random: its AR-ness lies between 0 " +
      "and 1, nearer to 1.",
    published: "neither 0 nor 1, nearer to 1",
    conditions: (["local", "global"] as const).flatMap((measure): Condition[] => [
      { measure, of: onCode("instruct"), above: 0.5 },
      { measure, of: onCode("instruct"), below: 1 },
    ]),
    fixed: { on: "2026-11-30", hash: "639ea9e4aa760ffe" },
  },
  {
    ...f3,
    id: "F3-adapted",
    statement: "A model adapted from an AR model decodes more left to right than one trained from scratch.",
    published: "models adapted from AR higher than one trained from scratch",
    conditions: (["local", "global"] as const).map(measure => ({
      ...{ measure, of: onCode("instruct"), minus: onCode("scratch-instruct"), above: 0 },
    })),
    fixed: { on: "2026-11-30", hash: "04a6f05bd9da37d7" },
  },
  {
    ...f3,
    id: "F3-code-math",
    statement: "Code has a lower mean and a higher variance of global AR-ness than math.",
    published: "lower mean, higher variance for code",
    conditions: [
      { measure: "global", of: like("minimath"), minus: like("minipy"), above: 0 },
      { measure: "spread of global", of: like("minipy"), minus: like("minimath"), above: 0 },
    ],
    note:
      "Forms of like length and pass rate, chosen by these two alone after a first result on all " +
      "forms. Templates are compared with templates: of code and math as people write them this says " +
      "little.",
    fixed: { on: "2026-11-30", hash: "82fb7676ee2d7eb4" },
  },
  {
    ...sink,
    id: "F3a",
    statement:
      "Entropy sink: at the first step the instruct model's confidence by position is L-shaped, high right " +
      "after the prompt, then flat and low.",
    published: "L-shaped",
    conditions: shapedLikeL("instruct"),
    beside: [{ measure: "rise", of: { checkpoint: "instruct" } }],
    note: "A padding tail in training is what can lift the end (testbed trap 2).",
    fixed: { on: "2026-11-30", hash: "8d5413cd255c37a8" },
  },
  {
    ...sink,
    id: "F3a-base",
    statement: "Entropy sink: that L is there in the base model, whose training has no padding tail.",
    published: "L-shaped",
    conditions: shapedLikeL("stage2"),
    beside: [{ measure: "rise", of: { checkpoint: "stage2" } }],
    note: "Added after the first run of F3a, which had shown the base model's curve.",
    fixed: { on: "2026-11-30", hash: "c2f35d8c700a1974" },
  },
  {
    id: "F9",
    chapter,
    figure: "f9-confidence-map",
    statement:
      "Confidence spreads to the right of what is decoded: when a token is committed, the masked " +
      "position right of it gains more confidence than other masked positions.",
    citation: "DiffuCoder Fig. 9; the statement is ours",
    published: "a heat map, no number",
    conditions: ["instruct", "stage2"].map(checkpoint => ({
      ...{ measure: "gain of the right neighbour" as const, of: { checkpoint }, above: 0 },
    })),
    beside: ["instruct", "stage2"].map(checkpoint => ({
      measure: "gain of the left neighbour",
      of: { checkpoint },
    })),
    fixed: { on: "2026-11-30", hash: "bc4b706cb539f5ad" },
  },
  {
    id: "TIES",
    chapter,
    figure: "ties-share",
    statement:
      "At T 0.2 and top-p 0.95 most steps of the public decoder are decided by a tie of exactly equal " +
      "confidences.",
    citation: "not in the paper; the public sampler returned confidence 0 for 64 of 64 sure rows",
    published: "none",
    conditions: [{ measure: "tied steps", of: { temperature: 0.2, topP: 0.95, ...publicOrder }, above: 0.5 }],
    fixed: { on: "2026-11-30", hash: "52325ef608519239" },
  },
  {
    id: "TIES-cool",
    chapter,
    figure: "ties-share",
    statement:
      "Ties come from cold, filtered distributions: a higher temperature or a wider nucleus has fewer.",
    citation: "not in the paper; testbed trap 1",
    published: "none",
    conditions: [
      { temperature: 1, topP: 0.95 },
      { temperature: 0.2, topP: 1 },
    ].map(setting => ({
      measure: "tied steps" as const,
      of: { temperature: 0.2, topP: 0.95, ...publicOrder },
      minus: { ...setting, ...publicOrder },
      above: 0,
    })),
    note:
      "The second half follows from how the nucleus is made: at top-p 1 nothing is cut, and hardly two " +
      "scores are equal.",
    fixed: { on: "2026-11-30", hash: "12e284b1161e8e2d" },
  },
  {
    id: "TIES-order",
    chapter,
    figure: "ties-orders",
    statement:
      "The tie rule, which no paper names, decides quality and order at T 0.2: leftmost ties do far " +
      "better and are far more AR-like than random ties.",
    citation: "not in the paper; testbed trap 1",
    published: "none",
    conditions: (["pass@1", "local"] as const).map(measure => ({
      measure,
      of: { temperature: 0.2, topP: 0.95, ...publicOrder },
      minus: { temperature: 0.2, topP: 0.95, score: "neg-entropy", tieRule: "random" },
      above: 0.1,
    })),
    fixed: { on: "2026-11-30", hash: "aa12983f18ed2ddb" },
  },
  {
    id: "TIES-directions",
    chapter,
    figure: "ties-directions",
    statement: "What F3, F4 and F5L say of AR-ness keeps its direction whichever tie rule decodes.",
    citation: "not in the paper; DiffuCoder Fig. 3, 4 and 5 left under other tie rules",
    published: "none: one rule, which is not named",
    conditions: directionConditions,
    under: "orders",
    special: "directions",
    fixed: { on: "2026-11-30", hash: "6038426fcfba3366" },
  },
  {
    ...rounded,
    id: "BF16-pass",
    statement: "At T 0.2 pass@1 in bfloat16 is that in float32, within three points.",
    conditions: [{ measure: "pass@1", ...inBfloat16, within: [-0.03, 0.03] }],
    fixed: { on: "2026-12-01", hash: "339e02bc0e8fd81d" },
  },
  {
    ...rounded,
    id: "BF16-ties",
    statement: "In bfloat16 as many steps are decided by a tie as in float32, within 0.05.",
    conditions: [{ measure: "tied steps", ...inBfloat16, within: [-0.05, 0.05] }],
    fixed: { on: "2026-12-01", hash: "74f4fb8fe5628c46" },
  },
  {
    ...rounded,
    id: "BF16-order",
    statement: "In bfloat16 AR-ness is that in float32, within 0.05.",
    conditions: (["local", "global"] as const).map(measure => ({
      ...{ measure, ...inBfloat16, within: [-0.05, 0.05] as const },
    })),
    fixed: { on: "2026-12-01", hash: "29bc0e1a96de09de" },
  },
];

function like(task: keyof typeof likeForms) {
  return { checkpoint: "instruct", task, form: likeForms[task] };
}
