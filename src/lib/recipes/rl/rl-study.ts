/** A study of reinforcement learning as data: recipes, each at several seeds. */
import type { LearningRateConfig } from "../../train/learning-rate.js";
import type { RolloutRecipe } from "./rl-recipes.js";

/** What every recipe of such a study says, whatever it trains. */
export interface StudyRecipe extends RolloutRecipe {
  readonly stage: string;
  readonly rate: LearningRateConfig;
}

/** A recipe of a study and the study whose folder holds it. */
export interface Variant {
  readonly study: string;
  readonly recipe: StudyRecipe;
}

export interface RlStudy {
  readonly name: string;
  readonly about: string;
  readonly seeds: number;
  /** the model that a run starts from: of training seed 1, or of the run's own seed */
  readonly parents?: "first" | "own";
  readonly variants: readonly Variant[];
}
