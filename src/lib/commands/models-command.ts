/** The command line that trains every model of the studies, or fetches a public one. */
import { UserError, unknownName } from "../core/errors.js";
import { flag, list, text, whole } from "../core/schema.js";
import { useBackend } from "../runtime/backend.js";
import type { Command } from "./cli-arguments.js";
import { option } from "./option.js";
import { fetchModel } from "../checkpoints/fetch-model.js";
import { publicModels } from "../checkpoints/public-models.js";
import { ensureSetup } from "../setup/setup.js";
import { allModels, retrainAll, trainAll } from "../recipes/train-all.js";

const options = {
  seeds: option(list(whole(0)), "training seeds (default 1,2,3)", { default: [1, 2, 3] }),
  again: option(flag, "train them anew although they are there"),
  gguf: option(text, "with a public model: take this file in its place, a copy of your own"),
  list: option(flag, "print what would be trained, and train nothing"),
};

export const modelsCommand: Command<typeof options> = {
  name: "models",
  summary:
    "Train every model of the studies, parents first; killed, the same command goes on where it was. " +
    "With a name (smollm2), fetch that public model.",
  example: "--seeds 1 --list",
  options,
  interrupted: "finished models are kept, and the same command goes on from the last checkpoint of this one",
  operand: "MODEL",
  needsBackend: false,
  main: async ({ seeds, again, list: onlyList, gguf }, names) => {
    if (names.length > 0 || gguf !== undefined) {
      await fetchNamed(names, gguf);
      return;
    }
    const models = allModels(seeds);
    if (onlyList) {
      for (const { recipe, seed } of models)
        console.log(
          `${recipe.name} seed ${seed}: ${recipe.steps} steps from ${recipe.from ?? "random weights"}`,
        );
      return;
    }
    await ensureSetup();
    console.error((await useBackend()).describe());
    await (again ? retrainAll : trainAll)(models);
    console.log(`${models.length} models in data/checkpoints`);
  },
};

async function fetchNamed(names: readonly string[], gguf: string | undefined): Promise<void> {
  const known = Object.keys(publicModels);
  if (names.length !== 1)
    throw new UserError(
      `models: name one public model, such as ${known[0]}; without a name all are trained.`,
    );
  if (!Object.hasOwn(publicModels, names[0])) throw unknownName("models", "public model", names[0], known);
  console.log(await fetchModel(names[0], gguf));
}
