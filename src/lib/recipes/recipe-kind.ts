/**
 * What a run asks of a recipe, whatever it trains. To add a kind:
 * its file, and its line in `recipe-by-name.ts`.
 */
import type { Precision } from "../compile/precision.js";
import type { ProductShape } from "../runtime/precision.js";
import type { Testbed } from "../tasks/testbeds.js";
import type { RunLog } from "./stages/run-logs.js";
import type { TrainOptions } from "./stages/train-options.js";

/** What every recipe says. */
export interface AnyRecipe {
  readonly name: string;
  /** tells its kind */
  readonly stage: string;
  /** recipe whose checkpoint it starts from; null: from random weights, or what the kind says */
  readonly from: string | null;
  readonly steps: number;
  readonly rate: { readonly peak: number };
  /** of matrix products; absent: float32 */
  readonly precision?: Precision;
}

export interface RecipeKind<R extends AnyRecipe> {
  readonly stages: readonly R["stage"][];
  /** @throws UserError for a recipe that no run can follow */
  check(recipe: R): void;
  /** the words that the model speaks, and its canvas; null where a parent brings its own */
  testbed(recipe: R): Testbed | null;
  /** the largest matrix product of a layer in one step */
  product(recipe: R): ProductShape;
  logs(recipe: R): readonly RunLog[];
  /** From the folder's state, or its beginning, to what the finished folder holds. */
  run(options: TrainOptions<R>): Promise<void>;
}
