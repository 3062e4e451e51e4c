/**
 * What a prompt tells CodeFusion's networks at every step
 * of denoising, beside what is left of the program itself.
 */
import * as tf from "@tensorflow/tfjs-core";
import { Rng } from "../../core/rng.js";
import { loadFusion } from "./checkpoint.js";
import { createFusionTerms } from "./train-step.js";
import { useBackend } from "../../runtime/backend.js";
import { codefusion } from "./recipe.js";
import { noisedPairs } from "./training.js";
import { checkpointFolder, problemsOf, testbedTokenizer } from "../../checkpoints/testbed.js";

export interface PromptEffect {
  readonly t: number;
  /**
   * nats a token, padding too, of the solution read by the
   * decoder: given its own prompt, and the next problem's
   */
  readonly own: number;
  readonly other: number;
}

/**
 * Cross-entropy of held-out solutions noised to step t and
 * denoised once, with the right and with a wrong prompt.
 */
export async function promptEffect(
  seed: number,
  problems: number,
  times: readonly number[],
): Promise<PromptEffect[]> {
  await useBackend();
  const { config, parameters } = loadFusion(checkpointFolder(codefusion.name, seed));
  const tokenizer = testbedTokenizer();
  const pairs = problemsOf("minipy", "test", problems, seed).map(({ prompt, solution }) => ({
    prompt: tokenizer.encode(prompt),
    completion: tokenizer.encode(solution),
  }));
  const swapped = pairs.map(({ completion }, i) => ({
    completion,
    prompt: pairs[(i + 1) % problems].prompt,
  }));
  const terms = createFusionTerms(config, codefusion.errors);
  const rows = times.map(t => {
    const [own, other] = [pairs, swapped].map(list => {
      const noise = Rng.fromSeed(seed).split("prompt effect").split(t); // the same for both
      const batch = noisedPairs(config, list, new Array<number>(problems).fill(t), noise);
      const { crossEntropy } = terms(parameters, batch);
      tf.dispose(Object.values(batch));
      return crossEntropy;
    });
    return { t, own, other };
  });
  terms.dispose();
  tf.dispose([...parameters.values()]);
  return rows;
}
