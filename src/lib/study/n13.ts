/** What the comparison of AR and diffusion trains on, and how fast both models decode. */
import { Rng } from "../core/rng.js";
import { decodeAutoregressive } from "../decode/autoregressive.js";
import { decodeConfig } from "../decode/config.js";
import { decode } from "../decode/decode.js";
import { loadDenoiser } from "../checkpoints/checkpoint.js";
import { parameterCount } from "../model/parameters.js";
import { useBackend } from "../runtime/backend.js";
import { checkpointFolder, problemsOf, testbedTokenizer } from "../checkpoints/testbed.js";
import { modelConfig } from "../recipes/stages/stage-run.js";
import { n13Recipes } from "../recipes/stages/study-recipes.js";
import { completionLength, windowLength } from "../recipes/stages/training-data.js";
import { inRounds, speedOf, type DecodingSpeed } from "./decoding-speed.js";
import { trainedCheckpoint } from "./training-studies.js";

/** Unique tokens of the corpus, and training FLOPs of either model by 6 N D (N parameters, D tokens seen). */
export function n13Compute(): { readonly uniqueTokens: number; readonly flops: number } {
  const [recipe] = n13Recipes;
  const uniqueTokens = recipe.examples * windowLength;
  const seen = recipe.steps * recipe.batch * windowLength;
  return { uniqueTokens, flops: 6 * parameterCount(modelConfig(recipe)) * seen };
}

/**
 * Tokens a second of one process, all of the completion window counted: AR until every sample of the batch
 * has ended, and diffusion at each number of steps; neither keeps keys and values from call to call.
 */
export async function n13Speed(
  steps: readonly number[],
  { rounds, batch }: { readonly rounds: number; readonly batch: number },
): Promise<(DecodingSpeed & { readonly model: string })[]> {
  await useBackend();
  const prompts = problemsOf("minipy", "test", batch).map(({ prompt }) => testbedTokenizer().encode(prompt));
  const rngs = () => prompts.map((_, b) => Rng.fromSeed(1).split("speed").split(b));
  const folders = n13Recipes.map(({ name }) => trainedCheckpoint("n13-ar-against-diffusion", name, 1));
  const [left, masked] = folders.map(folder => loadDenoiser(checkpointFolder(folder, 1)));
  const whole = decodeConfig(completionLength);
  try {
    const seconds = await inRounds(
      [
        () => decodeAutoregressive(left, prompts, whole, rngs()),
        ...steps.map(count => () => decode(masked, prompts, { ...whole, steps: count }, rngs())),
      ],
      rounds,
    );
    return seconds.map((found, i) => ({
      ...speedOf(i === 0 ? completionLength : steps[i - 1], batch * completionLength, found),
      model: n13Recipes[Math.min(i, 1)].name,
    }));
  } finally {
    [left, masked].forEach(denoiser => denoiser.dispose());
  }
}
