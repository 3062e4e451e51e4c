/** The command line that trains every model of the studies. */
import { UserError } from "../../core/errors.js";
import { useBackend } from "../backend.js";
import type { Command } from "./cli-arguments.js";
import { allModels, retrainAll, trainAll } from "../train-all.js";

const options = {
  seeds: { type: "list", description: "training seeds, such as 1,2,3 (default 1,2,3)" },
  again: { type: "flag", description: "train them anew although they are there" },
  list: { type: "flag", description: "print what would be trained, and train nothing" },
} as const;

export const modelsCommand: Command<typeof options> = {
  name: "models",
  summary: "Train every model of the studies, parents first; killed, the same command goes on where it was.",
  options,
  interrupted: "finished models are kept, and the same command goes on from the last checkpoint of this one",
  main: async ({ seeds, again, list }) => {
    const models = allModels(seeds.length === 0 ? [1, 2, 3] : seeds.map(seedOf));
    if (list) {
      for (const { recipe, seed } of models)
        console.log(
          `${recipe.name} seed ${seed}: ${recipe.steps} steps from ${recipe.from ?? "random weights"}`,
        );
      return;
    }
    console.error((await useBackend()).describe());
    await (again ? retrainAll : trainAll)(models);
    console.log(`${models.length} models in data/checkpoints`);
  },
};

function seedOf(text: string): number {
  const seed = Number(text);
  if (Number.isSafeInteger(seed) && seed >= 0) return seed;
  throw new UserError(
    `models: --seeds has "${text}", which is no whole number from 0; write 1,2,3 for example.`,
  );
}
