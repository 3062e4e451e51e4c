/** Every recipe of `npm run train`, by name. */
import { unknownName } from "../core/errors.js";
import { checkFusionRecipe, codefusion, type FusionRecipe } from "./stages/fusion-recipe.js";
import { checkOrderRecipe, orderRecipes, type OrderRecipe } from "./rl/order-recipes.js";
import { withOverrides, type Overrides } from "./presets.js";
import { checkRecipe, recipes, stages, type Recipe } from "./stages/recipes.js";
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
  const chosen = withOverrides(`recipe ${name}`, preset, overrides);
  checkKind(preset, chosen);
  checkAnyRecipe(chosen);
  return chosen;
}

/** A preset stays of its kind: what trains it, and what is read of it, follow from that. */
function checkKind({ name, stage }: AnyRecipe, chosen: AnyRecipe): void {
  const kinds = [stages, ["rl"], ["order"], ["fusion"]] as readonly (readonly string[])[];
  const own = kinds.find(kind => kind.includes(stage)) ?? [];
  if (!own.includes(chosen.stage)) throw unknownName(`recipe ${name}`, "stage", String(chosen.stage), own);
}

/**
 * Any recipe, whoever wrote it: types, ranges, what values must be to each other, and that its parent is one.
 * @throws UserError for the first value that cannot be
 */
export function checkAnyRecipe(recipe: AnyRecipe): void {
  if (recipe.stage === "rl") checkRlRecipe(recipe);
  else if (recipe.stage === "order") checkOrderRecipe(recipe);
  else if (recipe.stage === "fusion") checkFusionRecipe(recipe);
  else checkRecipe(recipe);
  if (recipe.from !== null && !recipeNames.includes(recipe.from))
    throw unknownName(`recipe ${recipe.name}`, "from", recipe.from, recipeNames);
}
