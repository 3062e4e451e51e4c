/**
 * One update of an order head on a frozen backbone: REINFORCE on the logarithm of the probability of what was drawn, with
 * given weights. The ratio of new to old policy is always 1, as in DCoLT's code [C], where the clip around it is inert.
 * Gradients are added up state by state, a chunk in one graph: memory does not grow with the number of steps.
 */
import * as tf from "@tensorflow/tfjs-core";
import { compile, type CompileOptions } from "../compile/compile.js";
import { conditionsOf } from "../decode/learned-order.js";
import { paddingBias } from "../model/attention-mask.js";
import type { DenoiserConfig } from "../model/config.js";
import { offsetScale, orderScores, timeFeatures, type OrderOffset } from "../model/order-head.js";
import type { Parameters } from "../model/parameters.js";
import { head, hiddenRows, predictingPosition } from "../model/transformer.js";
import { clippedAdamW, correctionScalars, type AdamWConfig } from "../train/adamw.js";
import type { OptimizerState } from "../train/train-step.js";
import type { OrderState } from "./order-states.js";
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
  names: readonly string[],
  adamW: AdamWConfig,
  options: Partial<CompileOptions> = {},
): OrderStep {
  const n = names.length;
  const gradient = compile(gradientFunction(task, names), { name: "order gradient", ...options });
  const update = compile(
    (...inputs: tf.Tensor[]) => {
      const [values, m, v, grads] = [0, 1, 2, 3].map(i => inputs.slice(i * n, (i + 1) * n));
      return clippedAdamW(values, m, v, grads, inputs.slice(4 * n) as tf.Scalar[], adamW);
    },
    { name: "order update", ...options },
  );
  const frozen = [...task.backbone.values()];
  const step = (
    state: OptimizerState,
    weighted: readonly WeightedState[],
    rate: number,
    index: number,
  ): OrderResult => {
    const own = (map: Parameters) => names.map(name => map.get(name) as tf.Tensor);
    const sums = own(state.parameters).map(p => tf.zerosLike(p));
    let loss = 0;
    for (let from = 0; from < weighted.length; from += chunk) {
      const inputs = chunkInputs(task, weighted.slice(from, from + chunk), longestPrompt(weighted));
      const [value, ...grads] = gradient(...own(state.parameters), ...frozen, ...inputs);
      grads.forEach((grad, i) => {
        const sum = tf.add(sums[i], grad);
        sums[i].dispose();
        sums[i] = sum;
      });
      loss += value.dataSync()[0];
      tf.dispose([value, ...grads, ...inputs]);
    }
    const old = [state.parameters, state.m, state.v].flatMap(own);
    const scalars = correctionScalars(adamW, rate, index);
    const [norm, ...next] = update(...old, ...sums, ...scalars);
    const gradNorm = norm.dataSync()[0];
    tf.dispose([norm, ...old, ...sums, ...scalars]);
    const named = (i: number) => new Map(names.map((name, j) => [name, next[i * n + j]]));
    return { state: { parameters: named(0), m: named(1), v: named(2) }, loss, gradNorm };
  };
  return Object.assign(step, {
    dispose: () => {
      gradient.dispose();
      update.dispose();
    },
  });
}

/** Head, backbone and `chunkInputs` to the loss and its gradients with respect to the head's parameters. */
function gradientFunction({ model, backbone, offset }: OrderTask, names: readonly string[]) {
  const frozen = [...backbone.keys()];
  return (...inputs: tf.Tensor[]): tf.Tensor[] => {
    const values = inputs.slice(0, names.length);
    const model0 = new Map(frozen.map((name, i) => [name, inputs[names.length + i]]));
    const [ids, bias, positions, time, masked, inBlock, picked, available, weights] = inputs.slice(
      names.length + frozen.length,
    );
    const [rows, c] = masked.shape as [number, number];
    const hidden = hiddenRows(model0, model, ids as tf.Tensor2D, bias as tf.Tensor4D, {
      positions: positions as tf.Tensor2D,
    });
    const offsets = offset === "none" ? null : tf.reshape(logConfidence(model0, model, hidden), [rows, c]);
    const lossOf = (...p: tf.Tensor[]): tf.Scalar => {
      const parameters = new Map(names.map((name, i) => [name, p[i]]));
      const seen: tf.Tensor3D = tf.reshape(hidden, [rows, c, model.hiddenSize]);
      const scores = orderScores(parameters, model, seen, {
        time: time as tf.Tensor2D,
        masked: masked as tf.Tensor2D,
        inBlock: inBlock as tf.Tensor2D,
      });
      const all =
        offsets === null ? scores : tf.add<tf.Tensor2D>(scores, tf.mul(offsets, offsetScale(offset)));
      const draws = { picked: picked as tf.Tensor3D, available: available as tf.Tensor3D };
      return tf.neg(tf.sum<tf.Scalar>(tf.mul(orderLogps(all, draws), weights)));
    };
    const { value, grads } = tf.valueAndGrads(lossOf)(values);
    return [value, ...grads];
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

/**
 * ids [N, T], padding bias [N, 1, 1, T], positions of the states that predict the completion [N, C], time [N, 256], masked and in
 * block [N, C], picked and available [N, K, C], weights [N]; N is `chunk`.
 */
function chunkInputs(
  { model, steps, blockLength }: OrderTask,
  weighted: readonly WeightedState[],
  promptLength: number,
): tf.Tensor[] {
  const filled = Array.from({ length: chunk }, (_, i) => weighted[i] ?? { ...weighted[0], weight: 0 });
  const states = filled.map(({ state }) => state);
  const c = states[0].completionIds.length;
  const length = promptLength + c;
  const [ids, real] = [0, 1].map(() => new Int32Array(chunk * length));
  const conditions = states.map(({ masked, step }) =>
    conditionsOf([masked], { step, steps }, { completionLength: c, blockLength }),
  );
  states.forEach(({ promptIds, completionIds }, i) => {
    const pads = promptLength - promptIds.length;
    ids.fill(model.padTokenId, i * length, i * length + pads);
    ids.set(promptIds, i * length + pads);
    ids.set(completionIds, i * length + promptLength);
    real.fill(1, i * length + pads, (i + 1) * length);
  });
  const positions = Int32Array.from({ length: chunk * c }, (_, i) =>
    predictingPosition(model, promptLength + (i % c)),
  );
  const flags = orderedDraws(states.map(s => s.candidates), states.map(s => s.draws), c); // prettier-ignore
  const draws: [number, number, number] = [chunk, states[0].draws.length, c];
  return tf.tidy(() => [
    tf.tensor2d(ids, [chunk, length], "int32"),
    paddingBias(tf.tensor2d(real, [chunk, length], "int32")),
    tf.tensor2d(positions, [chunk, c], "int32"),
    timeFeatures(states.map(({ step }) => step / steps)),
    ...(["masked", "inBlock"] as const).map(key =>
      tf.tensor2d(Float32Array.from(conditions.flatMap(flag => Array.from(flag[key]))), [chunk, c]),
    ),
    tf.tensor3d(flags.picked, draws),
    tf.tensor3d(flags.available, draws),
    tf.tensor1d(filled.map(({ weight }) => weight)),
  ]);
}

function longestPrompt(weighted: readonly WeightedState[]): number {
  return Math.max(...weighted.map(({ state }) => state.promptIds.length));
}
