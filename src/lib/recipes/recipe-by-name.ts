/** Every recipe of `npm run train`, by name. */
import { unknownName } from "../core/errors.js";
import { changed } from "../core/schema.js";
import { checkFusionRecipe, codefusion, type FusionRecipe } from "./stages/fusion-recipe.js";
import { checkOrderRecipe, orderRecipes, type OrderRecipe } from "./rl/order-recipes.js";
import type { Overrides } from "./presets.js";
import { checkRecipe, recipes, type Recipe } from "./stages/recipes.js";
import { checkRlRecipe, rlRecipes, type RlRecipe } from "./rl/rl-recipes.js";
import { scriptRecipes } from "./stages/script-recipes.js";
import { n11Recipes, n13Recipes, n7Recipes } from "./stages/study-recipes.js";

export type AnyRecipe = Recipe | FusionRecipe | RlRecipe | OrderRecipe;

const all: readonly AnyRecipe[] = [
  ...recipes,
  codefusion,
  ...scriptRecipes,
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
  const chosen = changed(preset, overrides);
  // a preset stays of its kind: what trains it, and what is read of it, follow from that
  checkAs(preset, chosen);
  return chosen;
}

/**
 * Any recipe, whoever wrote it: types, ranges, what values must be to each other, and that its parent is one.
 * @throws UserError for the first value that cannot be
 */
export function checkAnyRecipe(recipe: AnyRecipe): void {
  checkAs(recipe, recipe);
}

function checkAs({ stage }: AnyRecipe, recipe: AnyRecipe): void {
  if (stage === "rl") checkRlRecipe(recipe as RlRecipe);
  else if (stage === "order") checkOrderRecipe(recipe as OrderRecipe);
  else if (stage === "fusion") checkFusionRecipe(recipe as FusionRecipe);
  else checkRecipe(recipe as Recipe);
  if (recipe.from !== null && !recipeNames.includes(recipe.from))
    throw unknownName(`recipe ${recipe.name}`, "from", recipe.from, recipeNames);
}
