/**
 * What a DCoLT run trains: an order head, on the parent as
 * it is. Rollouts draw positions, scores take the highest.
 */
import { Rng } from "../../core/rng.js";
import { decodeConfig } from "../../decode/config.js";
import { decode } from "../../decode/decode.js";
import { learnedOrder } from "./order.js";
import type { Denoiser } from "../../model/denoiser.js";
import { initOrderHead, orderHeadShapes, type OrderHead } from "./head.js";
import { saveOrderHead } from "./checkpoint.js";
import type { Parameters } from "../../model/parameters.js";
import { orderTrainer } from "./trainer.js";
import { initOptimizer } from "../../train/train-step.js";
import type { OptimizerState } from "../../train/adamw.js";
import { checkOrderRecipe, type OrderRecipe } from "./recipe.js";
import type { Learning } from "../../recipes/rl/learning.js";
import { rlTraining } from "../../recipes/rl/rl-run.js";
import type { TrainOptions } from "../../recipes/stages/train-options.js";
import { completionLength } from "../../recipes/stages/training-data.js";
import { loadState, optimizerSets } from "../../recipes/stages/training-state.js";

export const orderTraining = rlTraining("order", checkOrderRecipe, orderLearning);

/** @param backbone sha256 of the denoiser's weights */
function orderLearning(
  { recipe, seed, out, signal }: TrainOptions<OrderRecipe>,
  denoiser: Denoiser,
  backbone: string,
): Learning<OptimizerState> {
  const model = denoiser.config;
  const { topP, tieRule, decodeSteps: steps, blockLength, offset, precision } = recipe;
  const headOf = (parameters: Parameters): OrderHead => ({ config: model, offset, parameters });
  const start = startingState(out, denoiser, seed);
  const orders = learnedOrder(
    headOf(start.state.parameters),
    { completionLength, blockLength },
    { precision },
  );
  return {
    start,
    decoding: ({ parameters }) => {
      const order = orders.withParameters(parameters);
      return (prompts, rngs, { temperature, purpose }) => {
        const drawn = purpose === "rollout" ? { algTemperature: 1 } : {};
        const config = decodeConfig(completionLength, {
          temperature,
          topP,
          tieRule,
          steps,
          blockLength,
          ...drawn,
        });
        return decode(denoiser, prompts, config, rngs, { order, signal });
      };
    },
    steps: (state, from, rollouts, rng) => {
      const task = { model, backbone: denoiser.parameters, offset, steps, blockLength };
      return orderTrainer(task, state, from, recipe, rollouts, rng.split("credit"), { precision });
    },
    shown: () => [],
    sets: optimizerSets,
    save: ({ parameters }) => saveOrderHead(out, headOf(parameters), backbone),
    dispose: () => orders.dispose(),
  };
}

function startingState(
  out: string,
  { config }: Denoiser,
  seed: number,
): { readonly state: OptimizerState; readonly step: number } {
  const saved = loadState(out, ["parameters", "m", "v"], orderHeadShapes(config));
  if (saved === null)
    return { state: initOptimizer(initOrderHead(config, Rng.fromSeed(seed).split("order head"))), step: 0 };
  const { parameters, m, v } = saved.sets;
  return { state: { parameters, m, v }, step: saved.step };
}
