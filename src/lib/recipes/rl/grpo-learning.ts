/** What a GRPO run trains: the denoiser itself, beside a reference model. */
import { decodeConfig } from "../../decode/config.js";
import { decode } from "../../decode/decode.js";
import { saveCheckpoint } from "../../checkpoints/checkpoint.js";
import type { Denoiser } from "../../model/denoiser.js";
import { parameterShapes } from "../../model/parameters.js";
import { grpoTrainer, type GrpoState } from "../../rl/grpo-trainer.js";
import { copyParameters, initOptimizer } from "../../train/train-step.js";
import { checkRlRecipe, type RlRecipe } from "./rl-recipes.js";
import type { Learning } from "./learning.js";
import { rlTraining } from "./rl-run.js";
import type { TrainOptions } from "../stages/train-options.js";
import { completionLength } from "../stages/training-data.js";
import { loadState, optimizerSets } from "../stages/training-state.js";

export const grpoTraining = rlTraining("rl", checkRlRecipe, grpoLearning);

/** @param denoiser the parent; its recorded graphs serve every policy */
function grpoLearning(
  { recipe, out, signal }: TrainOptions<RlRecipe>,
  denoiser: Denoiser,
): Learning<GrpoState> {
  const model = denoiser.config;
  const { topP, remasking, tieRule, precision } = recipe;
  return {
    start: startingState(out, denoiser),
    decoding: ({ policy }) => {
      const current = denoiser.withParameters(policy.parameters);
      return (prompts, rngs, { temperature }) => {
        const config = decodeConfig(completionLength, { temperature, topP, remasking, tieRule });
        return decode(current, prompts, config, rngs, { signal });
      };
    },
    steps: (state, from, rollouts, rng) =>
      grpoTrainer(model, state, from, recipe, rollouts, rng.split("masks"), { precision }),
    shown: ({ kl, clipFraction }) => [
      recipe.loss.beta > 0 ? `KL ${kl.toPrecision(2)}` : "no KL",
      `clip ${(100 * clipFraction).toFixed(1)}%`,
    ],
    sets: ({ policy, reference }) => ({ ...optimizerSets(policy), reference }),
    save: ({ policy }) => saveCheckpoint(out, model, policy.parameters),
    dispose: () => undefined, // the graphs are the parent's
  };
}

function startingState(
  out: string,
  { config, parameters: parent }: Denoiser,
): { readonly state: GrpoState; readonly step: number } {
  const saved = loadState(out, ["parameters", "m", "v", "reference"], parameterShapes(config));
  if (saved === null) {
    const policy = initOptimizer(copyParameters(parent));
    return { state: { policy, reference: copyParameters(parent) }, step: 0 };
  }
  const { parameters, m, v, reference } = saved.sets;
  return { state: { policy: { parameters, m, v }, reference }, step: saved.step };
}
