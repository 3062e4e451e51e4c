/**
 * One update of an order head on a frozen backbone: REINFORCE on the logarithm of the probability of what was
 * drawn, with given weights. The ratio of new to old policy is always 1, as in DCoLT's code [C], where the
 * clip around it is inert. Gradients are added up state by state, a chunk in one graph: memory does not grow
 * with the number of steps.
 */
import * as tf from "@tensorflow/tfjs-core";
import { compile, type CompileOptions } from "../../compile/compile.js";
import { mapTree, tensorsOf, tidyTree } from "../../compile/trees.js";
import { conditionsOf } from "./order.js";
import { paddingBias } from "../../model/attention-mask.js";
import type { DenoiserConfig } from "../../model/config.js";
import { offsetScale, orderScores, timeFeatures, type OrderOffset } from "./head.js";
import type { Parameters } from "../../model/parameters.js";
import { head, hiddenRows, predictingPosition } from "../../model/transformer.js";
import {
  clippedAdamW,
  stepScalars,
  type AdamWConfig,
  type OptimizerState,
  type StepScalars,
} from "../../train/adamw.js";
import { lossAndGradients } from "../../train/gradients.js";
import type { OrderState } from "./states.js";
import { orderedDraws, orderLogps } from "./plackett-luce.js";

/** A state and what the logarithm of its draws' probability weighs in the loss. */
export interface WeightedState {
  readonly state: OrderState;
  readonly weight: number;
}

export interface OrderResult {
  readonly state: OptimizerState;
  /** minus the weighted sum of the logarithms */
  readonly loss: number;
  /** L2 norm of the gradient before clipping */
  readonly gradNorm: number;
}

export interface OrderStep {
  /** Consumes `state` and returns the next one. @param step counted from 0 */
  (state: OptimizerState, weighted: readonly WeightedState[], rate: number, step: number): OrderResult;
  dispose(): void;
}

/** What the head is trained on: the frozen backbone, and how completions are decoded. */
export interface OrderTask {
  readonly model: DenoiserConfig;
  readonly backbone: Parameters;
  readonly offset: OrderOffset;
  readonly steps: number;
  readonly blockLength: number | null;
}

/** States in one graph call; the last call is filled up with states of weight 0. */
const chunk = 128;

export function createOrderStep(
  task: OrderTask,
  adamW: AdamWConfig,
  options: Partial<CompileOptions> = {},
): OrderStep {
  const gradient = compile(gradientFunction(task), { name: "order gradient", ...options });
  const update = compile(
    (state: OptimizerState, gradients: Parameters, scalars: StepScalars) =>
      clippedAdamW(state, gradients, scalars, adamW),
    { name: "order update", ...options },
  );
  const step = (
    state: OptimizerState,
    weighted: readonly WeightedState[],
    rate: number,
    index: number,
  ): OrderResult => {
    let sums: Parameters = mapTree(state.parameters, p => tf.zerosLike(p));
    let loss = 0;
    for (let from = 0; from < weighted.length; from += chunk) {
      const inputs = chunkInputs(task, weighted.slice(from, from + chunk), longestPrompt(weighted));
      const found = gradient(state.parameters, task.backbone, inputs);
      const gradients = tensorsOf(found.gradients);
      const next = mapTree(sums, (sum, i) => tf.add(sum, gradients[i]));
      loss += found.loss.dataSync()[0];
      tf.dispose(tensorsOf([sums, found, inputs]));
      sums = next;
    }
    const scalars = stepScalars(adamW, rate, index);
    const { norm, state: next } = update(state, sums, scalars);
    const gradNorm = norm.dataSync()[0];
    tf.dispose(tensorsOf([norm, state, sums, scalars]));
    return { state: next, loss, gradNorm };
  };
  return Object.assign(step, {
    dispose: () => {
      gradient.dispose();
      update.dispose();
    },
  });
}

/** A chunk of N states. */
interface ChunkInputs {
  /** [N, T] */
  readonly ids: tf.Tensor2D;
  /** [N, 1, 1, T] of the padding */
  readonly bias: tf.Tensor4D;
  /** [N, C] of the states that predict the completion */
  readonly positions: tf.Tensor2D;
  /** [N, 256] */
  readonly time: tf.Tensor2D;
  /** [N, C] */
  readonly masked: tf.Tensor2D;
  readonly inBlock: tf.Tensor2D;
  /** [N, K, C] */
  readonly picked: tf.Tensor3D;
  readonly available: tf.Tensor3D;
  /** [N] */
  readonly weights: tf.Tensor1D;
}

/** Head, backbone and a chunk to the loss and its gradients with respect to the head's parameters. */
function gradientFunction({ model, offset }: OrderTask) {
  return (ofHead: Parameters, backbone: Parameters, inputs: ChunkInputs) => {
    const { ids, bias, positions, time, masked, inBlock, picked, available, weights } = inputs;
    const [rows, c] = masked.shape;
    const hidden = hiddenRows(backbone, model, ids, bias, { positions });
    const offsets = offset === "none" ? null : tf.reshape(logConfidence(backbone, model, hidden), [rows, c]);
    const lossOf = (parameters: Parameters): tf.Scalar => {
      const seen: tf.Tensor3D = tf.reshape(hidden, [rows, c, model.hiddenSize]);
      const scores = orderScores(parameters, model, seen, { time, masked, inBlock });
      const all =
        offsets === null ? scores : tf.add<tf.Tensor2D>(scores, tf.mul(offsets, offsetScale(offset)));
      return tf.neg(tf.sum<tf.Scalar>(tf.mul(orderLogps(all, { picked, available }), weights)));
    };
    return lossAndGradients(lossOf, ofHead);
  };
}

/** Logarithm of the most probable token's probability, the mask token left out, of states [N, D]: [N]. */
function logConfidence(parameters: Parameters, model: DenoiserConfig, hidden: tf.Tensor2D): tf.Tensor1D {
  const logits = head(parameters, model, hidden) as tf.Tensor2D;
  const flags = Float32Array.from({ length: model.vocabSize }, (_, id) =>
    id === model.maskTokenId ? -1e30 : 0,
  );
  const proposable = tf.add<tf.Tensor2D>(logits, tf.tensor2d(flags, [1, model.vocabSize]));
  return tf.sub<tf.Tensor1D>(tf.max(proposable, 1), tf.logSumExp(proposable, 1));
}

/** The states of a chunk, filled up to its full number with some of weight 0. */
function chunkInputs(
  { model, steps, blockLength }: OrderTask,
  weighted: readonly WeightedState[],
  promptLength: number,
): ChunkInputs {
  const filled = Array.from({ length: chunk }, (_, i) => weighted[i] ?? { ...weighted[0], weight: 0 });
  const states = filled.map(({ state }) => state);
  const c = states[0].completionIds.length;
  const length = promptLength + c;
  const [ids, attentionMask] = [0, 1].map(() => new Int32Array(chunk * length));
  const conditions = states.map(({ masked, step }) =>
    conditionsOf([masked], { step, steps }, { completionLength: c, blockLength }),
  );
  states.forEach(({ promptIds, completionIds }, i) => {
    const pads = promptLength - promptIds.length;
    ids.fill(model.padTokenId, i * length, i * length + pads);
    ids.set(promptIds, i * length + pads);
    ids.set(completionIds, i * length + promptLength);
    attentionMask.fill(1, i * length + pads, (i + 1) * length);
  });
  const positions = Int32Array.from({ length: chunk * c }, (_, i) =>
    predictingPosition(model, promptLength + (i % c)),
  );
  const flags = orderedDraws(states.map(s => s.candidates), states.map(s => s.draws), c); // prettier-ignore
  const draws: [number, number, number] = [chunk, states[0].draws.length, c];
  const flag = (key: "masked" | "inBlock") =>
    tf.tensor2d(Float32Array.from(conditions.flatMap(own => Array.from(own[key]))), [chunk, c]);
  return tidyTree(() => ({
    ids: tf.tensor2d(ids, [chunk, length], "int32"),
    bias: paddingBias(tf.tensor2d(attentionMask, [chunk, length], "int32")),
    positions: tf.tensor2d(positions, [chunk, c], "int32"),
    time: timeFeatures(states.map(({ step }) => step / steps)),
    ...{ masked: flag("masked"), inBlock: flag("inBlock") },
    picked: tf.tensor3d(flags.picked, draws),
    available: tf.tensor3d(flags.available, draws),
    weights: tf.tensor1d(filled.map(({ weight }) => weight)),
  }));
}

function longestPrompt(weighted: readonly WeightedState[]): number {
  return Math.max(...weighted.map(({ state }) => state.promptIds.length));
}
