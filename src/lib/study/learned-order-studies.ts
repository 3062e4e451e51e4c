/** The decoding runs of N8: every training seed's model in its head's order, in the control's, and in confidence orders. */
import type { DecodeConfig } from "../decode/types.js";
import type { SampleRow } from "../log/schemas.js";
import { portable } from "./before-after-studies.js";
import type { DecodeStudy } from "./decode-batch.js";
import type { OrderRecipe } from "../recipes/rl/order-recipes.js";
import type { Profile } from "./profile.js";
import type { RlResult } from "../recipes/rl/rl-results.js";
import { studyOf } from "./studies.js";

/**
 * Test problems that no run has seen, equally many steps and tokens a step for all.
 * @param results finished runs of the study "dcolt"; a seed without both of them is left out
 */
export function n8Studies(profile: Profile, results: readonly RlResult[]): DecodeStudy[] {
  return profile.seeds.flatMap(seed => {
    const own = results.filter(run => run.seed === seed);
    const [learned, shuffled] = ["learned", "shuffled rewards"].map(name =>
      own.find(run => run.estimator === name),
    );
    if (learned === undefined || shuffled === undefined) return [];
    const { from, decodeSteps: steps, blockLength } = learned.recipe as OrderRecipe;
    const decoded = (decode: Partial<DecodeConfig>, head?: string): DecodeStudy => ({
      ...studyOf(from, "minipy", profile.stepProblems, { steps, blockLength, ...decode }),
      seed,
      ...(head !== undefined && { head: portable(head) }),
    });
    return [
      decoded({}, learned.folder),
      decoded({}, shuffled.folder),
      decoded({}),
      decoded({ remasking: "probability-untempered" }),
    ];
  });
}

/** How the rows of a setting are told: heads by their recipe. */
const settings = [
  { label: "learned", policy: "quota dcolt", score: "learned" },
  { label: "learned, shuffled rewards", policy: "quota dcolt-shuffled", score: "learned" },
  { label: "public order", policy: "quota", score: "neg-entropy" },
  { label: "probability", policy: "quota", score: "probability-untempered" },
] as const;

/** The setting of a row. @throws Error for a row of none */
export function n8Label({ policy, score }: Pick<SampleRow, "policy" | "score">): string {
  const found = settings.find(setting => setting.policy === policy && setting.score === score);
  if (found === undefined) throw new Error(`internal: ${policy} by ${score} is no setting of N8`);
  return found.label;
}
