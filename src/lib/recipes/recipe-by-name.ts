/** Every recipe of `npm run train`, by name, and how its kind is checked and run. */
import { unknownName } from "../core/errors.js";
import { changed } from "../core/schema.js";
import { codefusion } from "../methods/codefusion/recipe.js";
import { fusionTraining } from "../methods/codefusion/training.js";
import { n7Recipes } from "../methods/soft-masking/recipe.js";
import type { Overrides } from "./presets.js";
import type { AnyRecipe, RecipeKind } from "./recipe-kind.js";
import { orderRecipes } from "../methods/learned-order/recipe.js";
import { orderTraining } from "../methods/learned-order/training.js";
import { adapterTraining } from "./adapter/adapter-run.js";
import { adaptInstruct, adaptLora } from "./adapter/recipe.js";
import { grpoTraining } from "./rl/grpo-learning.js";
import { rlRecipes } from "./rl/rl-recipes.js";
import { recipes } from "./stages/recipes.js";
import { scriptRecipes } from "./stages/script-recipes.js";
import { stageTraining } from "./stages/stage-run.js";
import { n11Recipes, n13Recipes } from "./stages/study-recipes.js";

const kinds: readonly RecipeKind<AnyRecipe>[] = [
  ...[stageTraining, fusionTraining, grpoTraining, orderTraining],
  adapterTraining,
];

/** Whose checkpoints are shipped, parents first. */
export const shippedRecipes: readonly AnyRecipe[] = [...recipes, codefusion];

const all: readonly AnyRecipe[] = [
  ...shippedRecipes,
  ...scriptRecipes,
  ...n11Recipes,
  ...n13Recipes,
  ...n7Recipes,
  ...rlRecipes,
  ...orderRecipes,
  adaptLora,
  adaptInstruct,
];

export const recipeNames: readonly string[] = all.map(r => r.name);

/**
 * A preset by name, with overrides.
 * @throws UserError for an unknown recipe or key (naming the nearest valid one) or a value that cannot be
 */
export function recipe(name: string, overrides: Overrides = {}): AnyRecipe {
  const preset = all.find(r => r.name === name);
  if (preset === undefined) throw unknownName("train", "recipe", name, recipeNames);
  const chosen = changed(preset, overrides);
  // a preset stays of its kind: what trains it, and what is read of it, follow from that
  checkAs(kindOf(preset), chosen);
  return chosen;
}

/**
 * Any recipe, whoever wrote it: types, ranges, what values must be to each other, and that its parent is one.
 * @returns what runs it
 * @throws UserError for the first value that cannot be
 */
export function checkAnyRecipe(recipe: AnyRecipe): RecipeKind<AnyRecipe> {
  const kind = kindOf(recipe);
  checkAs(kind, recipe);
  return kind;
}

/** How a recipe is run. @throws UserError for a stage that no kind has */
export function kindOf({ name, stage }: AnyRecipe): RecipeKind<AnyRecipe> {
  const kind = kinds.find(({ stages }) => stages.includes(stage));
  if (kind !== undefined) return kind;
  const known = kinds.flatMap(({ stages }) => stages);
  throw unknownName(`recipe ${name}`, "stage", stage, known);
}

function checkAs(kind: RecipeKind<AnyRecipe>, recipe: AnyRecipe): void {
  kind.check(recipe);
  if (recipe.from !== null && !recipeNames.includes(recipe.from))
    throw unknownName(`recipe ${recipe.name}`, "from", recipe.from, recipeNames);
}
