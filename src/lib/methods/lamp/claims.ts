/** N10: what a repair by a reward adds to choosing by the same reward. */
import type { Claim, Contrast } from "../../claims/claim.js";

/** K of LAMP's text; its tables have 10. */
const iterations = 2;
const repaired = (reward: string, k: number, method: string, opponent: string): Contrast => {
  const side = (name: string) => ({ method: name, reward, iterations: k });
  return { measure: "reward", of: side(method), minus: side(opponent) };
};
const opponents = (k: number) =>
  ["best of 3", "plain"].map(name => (name === "plain" ? name : `best of ${k + 1}`));

export const lampClaims: readonly Claim[] = [
  {
    id: "N10",
    chapter: "beyond",
    figure: "n10-lamp",
    statement:
      "With the share of base tests passed as an oracle reward, LAMP earns more of it than plain " +
      "decoding, and more than taking the best of K + 1 samples by the same reward in about as many " +
      "denoiser calls.",
    citation:
      "Latent Adaptation with Masked Policy, OpenReview r12Cz05mUT (withdrawn); the second comparison " +
      "is ours",
    published:
      "GSM8K with an oracle reward: LLaDA 71.3 to 84.6 and 63.8 to 84.0, Dream 81.9 to 87.8; no " +
      "comparison with resampling",
    conditions: opponents(iterations).map(name => ({
      ...repaired("tests", iterations, "LAMP", name),
      above: 0,
    })),
    shown: "smallest",
    beside: [
      ...opponents(10).map(name => repaired("tests", 10, "LAMP", name)),
      ...opponents(iterations).map(name => repaired("syntax", iterations, "LAMP", name)),
      ...[iterations, 10].map(k => repaired("tests", k, "LAMP, best candidate", `best of ${k + 1}`)),
      ...opponents(iterations).map((name): Contrast => ({
        ...repaired("tests", iterations, "LAMP", name),
        measure: "pass@1, plus tests",
      })),
    ],
    note:
      "ORACLE: the reward is the share of the base tests that the answer is graded by, so the numbers " +
      "are rewards, not accuracies. The plus tests are seen by no reward.",
    fixed: { on: "2026-11-30", hash: "dae116b0a6519b66" },
  },
];
