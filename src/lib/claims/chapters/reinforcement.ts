/**
 * Reinforcement learning: what coupled-GRPO changes, against which estimators, and what the estimators are
 * worth.
 */
import type { Claim, Condition, Contrast } from "../claim.js";
import type { MeasureName } from "../measures.js";
import type { Where } from "../rows.js";

const chapter = "reinforcement";
/** Models after reinforcement learning decode test problems, each run its own. */
const decoded = { chapter, seedsAre: "RL seed", study: "f7-estimators" } as const;
/** Runs from one parent, scored on the same held-out problems in the course of training. */
const course = { chapter, seedsAre: "RL seed", crossed: true } as const;
const f7 = {
  ...course,
  figure: "f7-reward-curves",
  citation: "DiffuCoder §5, Fig. 7",
  study: "f7-estimators",
} as const;
const ablation = {
  ...course,
  figure: "f7-ablations",
  note: "Variants differ in their learning rates, each the best of those tried in one run.",
} as const;
const n9 = { ...course, figure: "n9-reward-curves", study: "n9-mu" } as const;

/**
 * A measure of the runs of one estimator minus another's, at the rollouts' temperature or cold; the other
 * beside.
 */
function compared(measure: MeasureName, of: string, minus: string, sampling: "rollout" | "cold" = "rollout") {
  const contrast = (how: string): Contrast => {
    const side = (estimator: string): Where => ({ estimator, sampling: how });
    return { measure, of: side(of), minus: side(minus) };
  };
  const conditions: readonly Condition[] = [{ ...contrast(sampling), above: 0 }];
  return { conditions, beside: [contrast(sampling === "cold" ? "rollout" : "cold")] };
}

const half = "coupled, half length";
const [before, after] = ["before", "coupled"].map(estimator => (where: Where = {}) => ({
  estimator,
  ...where,
}));
const a4 = { chapter, figure: "a4-estimator-variance", citation: "DiffuCoder A.4, Eq. 13" } as const;

const sixteenUpdates = {
  of: { updates: 16, precision: "bfloat16" },
  minus: { updates: 16, precision: "float32" },
} as const;

export const reinforcementClaims: readonly Claim[] = [
  {
    ...course,
    id: "RL-gain",
    figure: "f7-reward-curves",
    study: "f7-estimators",
    statement: "Coupled-GRPO raises pass@1 on problems that it was not trained on.",
    citation: "DiffuCoder §5, Table 2",
    published:
      "HumanEval 72.0 to 73.2, HumanEval+ 65.2 to 68.3, MBPP 75.1 to 78.6, MBPP+ 61.9 to 67.5 (percent)",
    conditions: (["rise of pass@1", "rise of pass@1, plus tests"] as const).map(measure => ({
      ...{ measure, of: { estimator: "coupled", sampling: "cold" }, above: 0 },
    })),
    note:
      "All runs start from one parent, the weakest of three instruct models; most of the rise are two " +
      "comparators that it had learned as a default.",
    fixed: { on: "2026-11-30", hash: "36741c6863eafb30" },
  },
  {
    ...f7,
    id: "F7-full-mask",
    statement: "Coupled masks earn more reward than scoring everything masked.",
    published: "coupled above full-mask (reward curves)",
    ...compared("held-out reward", "coupled", "full-mask"),
    fixed: { on: "2026-11-30", hash: "adfd24f7d637fdd2" },
  },
  {
    ...f7,
    id: "F7-d1",
    statement:
      "Coupled masks earn more reward than d1, which scores everything masked and 15% of the prompt as well.",
    published: "coupled above d1 (reward curves)",
    ...compared("held-out reward", "coupled", "d1"),
    fixed: { on: "2026-11-30", hash: "18566cd8f4056d7f" },
  },
  {
    ...f7,
    id: "F7-prompt",
    statement: "Scoring everything masked earns more reward than masking 15% of the prompt as well (d1).",
    published: "full-mask above d1 (reward curves)",
    ...compared("held-out reward", "full-mask", "d1"),
    fixed: { on: "2026-11-30", hash: "ce6e4147562e28aa" },
  },
  {
    ...f7,
    id: "F7-steady",
    statement: "Training with coupled masks is steadier than with as many masks drawn apart.",
    citation: "DiffuCoder §5, Fig. 12",
    published: "coupled more stable than de-coupled (reward curves)",
    ...compared("fall of reward", "de-coupled", "coupled"),
    fixed: { on: "2026-11-30", hash: "97c9a17005d93d65" },
  },
  {
    ...ablation,
    id: "F7-temperature",
    study: "f7-temperature",
    statement: "Rollouts at T 1.2 teach more than rollouts at T 1.0.",
    citation: "DiffuCoder §5, Fig. 7",
    published: "rollouts at T 1.2 above T 1.0 (reward curves)",
    ...compared("held-out reward", "coupled, T 1.2", half, "cold"),
    note: `${ablation.note} Scored at T 0.2 for both: at their own temperatures rewards are not comparable.`,
    fixed: { on: "2026-11-30", hash: "e9e3ebf005676124" },
  },
  {
    ...ablation,
    id: "F7-baseline",
    study: "loo",
    statement: "Advantages against the group's mean earn more reward than leave-one-out.",
    citation: "DiffuCoder Table 2",
    published:
      "group mean against leave-one-out: HumanEval 73.2 and 70.7, HumanEval+ 68.3 and 62.2, MBPP 78.6 " +
      "and 79.6, MBPP+ 67.5 and 68.5 (percent)",
    ...compared("held-out reward", "coupled, group mean", half),
    fixed: { on: "2026-11-30", hash: "88fcacd398f5858d" },
  },
  {
    ...ablation,
    id: "F7-two-updates",
    study: "mu",
    statement: "Two updates from a batch of rollouts earn more reward than one.",
    citation: "ours; DiffuCoder §5 trains with two",
    published: "none",
    ...compared("held-out reward", half, "coupled, 1 update"),
    fixed: { on: "2026-11-30", hash: "5cc745465d1207b7" },
  },
  {
    ...ablation,
    id: "F7-four-updates",
    study: "mu",
    statement: "Four updates from a batch of rollouts earn more reward than two.",
    citation: "ours; DiffuCoder §5 trains with two",
    published: "none",
    ...compared("held-out reward", "coupled, 4 updates, own rate", half),
    note: "Four updates ran at four times the rate of two: updates and rate are not told apart.",
    fixed: { on: "2026-11-30", hash: "d86cf077e8f1feed" },
  },
  {
    ...ablation,
    id: "F7-kl",
    study: "kl",
    statement: "The KL term makes training steadier.",
    citation: "ours; the public recipe has beta 0.01",
    published: "none",
    ...compared("fall of reward", "coupled, no KL", half),
    note: "Both at one rate.",
    fixed: { on: "2026-11-30", hash: "4edaff673975c9d6" },
  },
  {
    ...n9,
    id: "N9-steady",
    statement:
      "With four updates from a batch of rollouts, masking 15% of the prompt makes the full-mask " +
      "estimate train more steadily.",
    citation: "arXiv 2504.12216; the measure is ours",
    published:
      "with prompt masking and 8 or 12 updates a batch, rewards rise in 12 of 12 settings; no number without",
    ...compared("fall of reward", "full-mask, 4 updates", "d1, 4 updates"),
    note: "Each estimator at the rate that is best for it with two updates.",
    fixed: { on: "2026-11-30", hash: "48673508480173a7" },
  },
  {
    ...n9,
    id: "N9-coupled",
    statement:
      "With four updates from a batch of rollouts, coupled masks earn more reward than d1's estimate.",
    citation: "DiffuCoder §5, Fig. 7",
    published: "coupled above d1 (reward curves, two updates a batch)",
    ...compared("held-out reward", "coupled, 4 updates", "d1, 4 updates"),
    note: "Each estimator at the rate that is best for it with two updates.",
    fixed: { on: "2026-11-30", hash: "fac234e0a0e50d70" },
  },
  {
    ...decoded,
    id: "F4-rl",
    figure: "t2-before-after",
    statement: "After coupled-GRPO global AR-ness is lower.",
    citation: "DiffuCoder §5, Fig. 4",
    published: "global AR-ness falls after coupled-GRPO",
    conditions: [{ measure: "global", of: before(), minus: after(), above: 0 }],
    under: "orders",
    beside: [{ measure: "local", of: before(), minus: after() }],
    fixed: { on: "2026-11-30", hash: "134609979f63da12" },
  },
  {
    ...decoded,
    id: "F11-rl",
    figure: "t2-fewer-steps",
    statement: "After coupled-GRPO less of pass@1 is lost by decoding in half the steps.",
    citation: "DiffuCoder Fig. 1c, 11",
    published: "the model after coupled-GRPO loses less at half the steps",
    conditions: ([{ asShare: true, matters: null }, {}] as const).map(kind => ({
      ...{ measure: "pass@1" as const, of: before({ steps: 36 }), minus: before({ steps: 18 }) },
      less: { of: after({ steps: 36 }), minus: after({ steps: 18 }) },
      above: 0,
      ...kind,
    })),
    under: "orders",
    fixed: { on: "2026-11-30", hash: "e91628f85208bb24" },
  },
  {
    ...decoded,
    id: "RL-narrow",
    figure: "t2-pass-at-k",
    statement: "Coupled-GRPO narrows what the model samples: pass@10 rises less above pass@1 than before.",
    citation: "the question is ours",
    published: "none",
    conditions: [{ measure: "rise to pass@10", of: before(), minus: after(), above: 0 }],
    beside: (["pass@1", "pass@10"] as const).map(measure => ({ measure, of: after(), minus: before() })),
    note: "pass@10 is at its ceiling before and after: a narrower rise is a higher pass@1.",
    fixed: { on: "2026-11-30", hash: "243fa5ee09500277" },
  },
  {
    ...a4,
    id: "A4-unbiased",
    statement:
      "The coupled estimate of a token is unbiased for the expectation over masks and t in [0.2, 0.8], " +
      "the all-masked pass included.",
    published: "unbiased (proof)",
    conditions: [{ measure: "bias, coupled", of: { scope: "end" }, within: [-0.02, 0.02] }],
    theorem: true,
    fixed: { on: "2026-11-30", hash: "039e55520943e85c" },
  },
  {
    ...a4,
    id: "A4-variance",
    statement:
      "At the same number of passes coupled masks give a lower variance than masks drawn one without " +
      "the other.",
    published: "lower (proof)",
    conditions: [{ measure: "variance ratio", of: { scope: "whole" }, below: 1 }],
    beside: [
      { measure: "variance ratio, 4 pairs", of: { scope: "whole" } },
      { measure: "variance ratio", of: { scope: "end" } },
      { measure: "variance ratio, enumerated", of: { scope: "end" } },
    ],
    theorem: true,
    fixed: { on: "2026-11-30", hash: "aada7beba7b55760" },
  },
  {
    ...a4,
    id: "A4-size",
    statement: "The variance is lower by v_k^2 / (2N).",
    published: "v_k^2 / (2N)",
    conditions: [{ measure: "reduction", of: { scope: "whole" }, within: [0.9, 1.1] }],
    beside: [
      { measure: "reduction, 4 pairs", of: { scope: "whole" } },
      { measure: "reduction", of: { scope: "end" } },
      { measure: "reduction, enumerated", of: { scope: "end" } },
    ],
    note: "The enumeration, which draws nothing, already says no of an answer's last eight tokens.",
    fixed: { on: "2026-11-30", hash: "d035b8b3353ef6eb" },
  },
  {
    ...a4,
    id: "A4-full",
    statement:
      "The full-mask estimate draws nothing, so its variance is 0, but it is biased with respect to " +
      "the coupled estimate's expectation.",
    citation: "DiffuCoder §5 and A.4: what coupled sampling adds to d1's single pass",
    published: "none in numbers: poorer estimates",
    conditions: [{ measure: "bias, full mask", of: { scope: "end" }, outside: [-0.05, 0.05] }],
    theorem: true,
    fixed: { on: "2026-11-30", hash: "894f4e09edbe21c6" },
  },
  {
    id: "A4-outliers",
    chapter,
    figure: "a4-exponents",
    statement:
      "Weights of 1/t inside the exponents make outliers: one token in a hundred makes most of the KL term.",
    citation: "not in the paper; its public code puts the weighted estimates into ratio and k3",
    published: "none",
    conditions: [{ measure: "top share, public", of: { updates: 16 }, above: 0.5 }],
    beside: [
      { measure: "top share, bounded", of: { updates: 16 } },
      { measure: "top share, divided", of: { updates: 16 } },
    ],
    fixed: { on: "2026-11-30", hash: "bda6a9e03fd2e757" },
  },
  {
    id: "BF16-outliers",
    chapter,
    figure: "bf16-exponents",
    statement:
      "Sixteen updates in bfloat16 leave the outliers of ratio and k3 as they are in float32 on the same " +
      "rollouts.",
    citation: "not in the paper",
    published: "none",
    conditions: [
      { measure: "top share, public", ...sixteenUpdates, within: [-0.05, 0.05] },
      { measure: "99th percentile of k3", ...sixteenUpdates, within: [-0.2, 0.2] },
      { measure: "ratios outside", ...sixteenUpdates, within: [-0.01, 0.01] },
    ],
    fixed: { on: "2026-12-01", hash: "6324feecb94f0881" },
  },
  {
    id: "BF16-rounding",
    chapter,
    figure: "bf16-exponents",
    statement:
      "Rounding alone, old estimates in float32 and new ones of the same model in bfloat16, takes fewer than " +
      "one ratio in a hundred out of the clip's range.",
    citation: "not in the paper",
    published: "none",
    conditions: [{ measure: "ratios outside", of: { updates: 0, precision: "bfloat16" }, below: 0.01 }],
    beside: [
      { measure: "99th percentile of k3", of: { updates: 0, precision: "bfloat16" } },
      { measure: "ratios outside", of: { updates: 1, precision: "float32" } },
      { measure: "99th percentile of k3", of: { updates: 1, precision: "float32" } },
    ],
    fixed: { on: "2026-12-01", hash: "9ee15af8d30d5dd6" },
  },
];
