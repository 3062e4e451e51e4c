/** Every recipe of `npm run train`, by name. */
import { unknownName } from "../core/errors.js";
import { withOverrides, type Overrides } from "./presets.js";
import { recipes, type Recipe } from "./recipes.js";
import { checkRlRecipe, rlRecipes, type RlRecipe } from "./rl-recipes.js";

export const recipeNames: readonly string[] = [...recipes, ...rlRecipes].map(r => r.name);

/**
 * A preset by name, with overrides.
 * @throws UserError for an unknown recipe or key (naming the nearest valid one) or a value that cannot be
 */
export function recipe(name: string, overrides: Overrides = {}): Recipe | RlRecipe {
  const preset = [...recipes, ...rlRecipes].find(r => r.name === name);
  if (preset === undefined) throw unknownName("train", "recipe", name, recipeNames);
  const chosen = withOverrides(`recipe ${name}`, preset, overrides);
  if (chosen.stage === "rl") checkRlRecipe(chosen);
  return chosen;
}
