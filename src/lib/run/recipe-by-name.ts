/** Every recipe of `npm run train`, by name. */
import { unknownName } from "../core/errors.js";
import { checkFusionRecipe, codefusion } from "./training/fusion-recipe.js";
import { checkOrderRecipe, orderRecipes } from "./rl/order-recipes.js";
import { withOverrides, type Overrides } from "./presets.js";
import { recipes } from "./training/recipes.js";
import { checkRlRecipe, rlRecipes } from "./rl/rl-recipes.js";
import { n11Recipes, n13Recipes, n7Recipes } from "./training/study-recipes.js";
import type { AnyRecipe } from "./train-run.js";

const all: readonly AnyRecipe[] = [
  ...recipes,
  codefusion,
  ...n11Recipes,
  ...n13Recipes,
  ...n7Recipes,
  ...rlRecipes,
  ...orderRecipes,
];

export const recipeNames: readonly string[] = all.map(r => r.name);

/**
 * A preset by name, with overrides.
 * @throws UserError for an unknown recipe or key (naming the nearest valid one) or a value that cannot be
 */
export function recipe(name: string, overrides: Overrides = {}): AnyRecipe {
  const preset = all.find(r => r.name === name);
  if (preset === undefined) throw unknownName("train", "recipe", name, recipeNames);
  const chosen = withOverrides(`recipe ${name}`, preset, overrides);
  if (chosen.stage === "rl") checkRlRecipe(chosen);
  if (chosen.stage === "order") checkOrderRecipe(chosen);
  if (chosen.stage === "fusion") checkFusionRecipe(chosen);
  return chosen;
}
