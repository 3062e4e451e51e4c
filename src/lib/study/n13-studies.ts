/** The decodings of N13: both models of the study on held-out problems, gaps in solutions, and tokens a second. */
import { Rng } from "../core/rng.js";
import { decodeAutoregressive } from "../decode/autoregressive.js";
import { decodeConfig } from "../decode/config.js";
import { decode } from "../decode/decode.js";
import { loadDenoiser } from "../checkpoints/checkpoint.js";
import { parameterCount } from "../model/parameters.js";
import { useBackend } from "../runtime/backend.js";
import { portable } from "./before-after-studies.js";
import type { DecodeStudy } from "./decode-batch.js";
import { inRounds, speedOf, type DecodingSpeed } from "./decoding-speed.js";
import type { Filling, InfillStudy } from "./infill-study.js";
import type { Profile } from "./profile.js";
import { modelConfig } from "../recipes/stages/stage-run.js";
import { models, studyOf } from "./studies.js";
import { n13Recipes } from "../recipes/stages/study-recipes.js";
import { problemsOf, testbedTokenizer } from "../checkpoints/testbed.js";
import { completionLength, windowLength } from "../recipes/stages/training-data.js";
import { finishedRunOf } from "./training-studies.js";

const [ar, diffusion] = ["n13-ar", "n13-diffusion"];
const checkpointOf = (recipe: string, seed: number) =>
  portable(finishedRunOf("n13-ar-against-diffusion", recipe, seed));

/** One, two and four tokens a step for diffusion. */
const steps = [1, 2, 4].map(tokens => completionLength / tokens);

/** Unique tokens of the corpus, and training FLOPs of either model by 6 N D (N parameters, D tokens seen). */
export function n13Compute(): { readonly uniqueTokens: number; readonly flops: number } {
  const [recipe] = n13Recipes;
  const uniqueTokens = recipe.examples * windowLength;
  const seen = recipe.steps * recipe.batch * windowLength;
  return { uniqueTokens, flops: 6 * parameterCount(modelConfig(recipe)) * seen };
}

/** pass@1: AR left to right, diffusion in the public order at 36, 18 and 9 steps. */
export function n13DecodeStudies({ seeds, methodProblems }: Profile): DecodeStudy[] {
  return seeds.flatMap(seed => [
    { ...studyOf(checkpointOf(ar, seed), "minipy", methodProblems), autoregressive: true, seed },
    ...steps.map(count => ({
      ...studyOf(checkpointOf(diffusion, seed), "minipy", methodProblems, { steps: count }),
      seed,
    })),
  ]);
}

/** Gaps of eight tokens, about a third of a program; beside the study's models the testbed's own, which saw far more data. */
export function n13InfillStudies({ seeds, methodProblems }: Profile): InfillStudy[] {
  const sides = [
    { left: ar, both: diffusion, folderOf: checkpointOf },
    { left: models.arParent, both: models.instruct, folderOf: (recipe: string) => recipe },
  ];
  return seeds.flatMap(seed =>
    sides.flatMap(({ left, both, folderOf }) => {
      const fillings: readonly (readonly [string, Filling])[] = [
        [both, "infill"],
        [left, "infill left"],
        [left, "continue left"],
      ];
      return fillings.map(([recipe, filling]) => ({
        ...{ study: "infill", checkpoint: folderOf(recipe, seed), recipe, seed },
        ...{ problems: methodProblems, gap: 8, filling, temperature: 0.2 },
      }));
    }),
  );
}

/**
 * Tokens a second of one process, all of the completion window counted: AR until every sample of the batch has ended, and
 * diffusion at each number of steps; neither keeps keys and values from call to call.
 */
export async function n13Speed({
  timing: { rounds, batch },
}: Pick<Profile, "timing">): Promise<(DecodingSpeed & { readonly model: string })[]> {
  await useBackend();
  const prompts = problemsOf("minipy", "test", batch).map(({ prompt }) => testbedTokenizer().encode(prompt));
  const rngs = () => prompts.map((_, b) => Rng.fromSeed(1).split("speed").split(b));
  const [left, masked] = [ar, diffusion].map(recipe => loadDenoiser(checkpointOf(recipe, 1)));
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
      model: i === 0 ? ar : diffusion,
    }));
  } finally {
    [left, masked].forEach(denoiser => denoiser.dispose());
  }
}
