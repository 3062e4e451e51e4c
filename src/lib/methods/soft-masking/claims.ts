/** N7: what soft masks add, to the loss and to pass@1 in fewer steps. */
import type { Claim, Contrast } from "../../claims/claim.js";
import type { Where } from "../../claims/rows.js";

const n7 = {
  chapter: "beyond",
  figure: "n7-loss",
  citation: "arXiv 2510.17206 (tables by summaries)",
} as const;
const ended = (recipe: string, inputs: string): Where => ({
  recipe: `n7-${recipe}`,
  inputs,
  step: { pick: "last" },
});
const begun = (inputs: string): Where => ({ recipe: "n7-soft", inputs, step: { pick: "first" } });
const softer = (steps: number) => ({
  ...{ of: { model: "n7-soft", soft: true, steps }, minus: { model: "n7-plain-passes", soft: false, steps } },
});

export const softMaskingClaims: readonly Claim[] = [
  {
    ...n7,
    id: "N7-passes",
    statement:
      "For as many passes, a soft-masked continuation ends with a lower validation loss than a plain one.",
    published:
      "from scratch at equal compute MAUVE 0.034 -> 0.596; validation perplexity of a continuation " +
      "23.14 -> 21.63 (equal updates)",
    conditions: [
      { measure: "loss", of: ended("plain-passes", "hard"), minus: ended("soft", "soft"), above: 0 },
    ],
    beside: [{ measure: "loss", of: ended("soft", "hard"), minus: ended("soft", "soft") }],
    fixed: { on: "2026-11-30", hash: "ac82be8fd6ab08d4" },
  },
  {
    ...n7,
    id: "N7-updates",
    statement:
      "For as many updates, a soft-masked continuation ends with a lower validation loss than a plain one.",
    published: "validation perplexity 23.14 -> 21.63 (100k steps)",
    conditions: [
      { measure: "loss", of: ended("plain-updates", "hard"), minus: ended("soft", "soft"), above: 0 },
    ],
    beside: [{ measure: "loss", of: ended("soft", "hard"), minus: ended("soft", "soft") }],
    fixed: { on: "2026-11-30", hash: "ee3faa19f689ad4b" },
  },
  {
    ...n7,
    id: "N7-untrained",
    statement: "Soft inputs do not help a model that was not trained for them.",
    published: "none; the control of the claims above",
    conditions: [{ measure: "loss", of: begun("soft"), minus: begun("hard"), above: -0.01 }],
    note: "The margin is as large as the effect of N7-updates.",
    fixed: { on: "2026-11-30", hash: "57cda11fd52e2afa" },
  },
  {
    ...n7,
    id: "N7-fewer-steps",
    figure: "n7-pass",
    statement: "What soft masks add to pass@1 is more at a quarter of the steps than at all of them.",
    published:
      "Dream-7B at a quarter of the steps: HumanEval 18.9 -> 25.6, MBPP 26.6 -> 32.8; Dream-Coder at " +
      "all steps: HumanEval 75.7 -> 76.2",
    conditions: [
      { measure: "pass@1", ...softer(9), less: softer(36), above: 0 },
      { measure: "pass@1", ...softer(9), above: 0 },
    ],
    beside: [
      { measure: "pass@1", ...softer(36) },
      ...["n7-soft", "instruct"].flatMap(model =>
        [9, 36].map((steps): Contrast => ({
          ...{ measure: "pass@1", of: { model, soft: true, steps }, minus: { model, soft: false, steps } },
        })),
      ),
    ],
    fixed: { on: "2026-11-30", hash: "e92f1c71f9fcaa48" },
  },
];
