/**
 * One optimiser step as one pure function of tensors, recorded once and replayed. Every stage uses it: the AR
 * parent, the diffusion stages and the from-scratch model differ in ids, targets, weights and attention bias.
 */
import * as tf from "@tensorflow/tfjs-core";
import { compile } from "../compile/compile.js";
import { weightedLoss } from "../diffusion/loss.js";
import type { DenoiserConfig } from "../model/config.js";
import type { Parameters } from "../model/parameters.js";
import { alignedLogits } from "../model/transformer.js";
import { adamWUpdate, globalNorm, type AdamWConfig } from "./adamw.js";

/** What one step learns from; borrowed tensors. */
export interface Batch {
  /** [B, T] int32 what the model sees */
  readonly ids: tf.Tensor2D;
  /** [B, T] int32 what it should say */
  readonly targets: tf.Tensor2D;
  /** [B, T] weight of each position's cross-entropy */
  readonly weights: tf.Tensor2D;
  /** additive attention bias, broadcastable to [B, H, T, T] */
  readonly bias: tf.Tensor4D;
}

/** Parameters and the two moments of AdamW, owned by whoever made them. */
export interface OptimizerState {
  readonly parameters: Parameters;
  readonly m: Parameters;
  readonly v: Parameters;
}

export interface StepResult {
  readonly state: OptimizerState;
  readonly loss: number;
  /** L2 norm of the gradient before clipping */
  readonly gradNorm: number;
}

export interface TrainStep {
  /**
   * Consumes `state` (its tensors are disposed) and returns the next one.
   * @param step counted from 0
   */
  (state: OptimizerState, batch: Batch, rate: number, step: number): StepResult;
  /** how the step runs: one native graph call, or op by op, and why */
  readonly mode: () => string;
  dispose(): void;
}

/** Zero moments for a set of parameters. */
export function initOptimizer(parameters: Parameters): OptimizerState {
  const zeros = () => new Map([...parameters].map(([name, p]) => [name, tf.zeros(p.shape)]));
  return { parameters, m: zeros(), v: zeros() };
}

/** The step for a model shape and an optimiser; records one graph for each batch shape it meets. */
export function createTrainStep(
  config: DenoiserConfig,
  names: readonly string[],
  adamW: AdamWConfig,
): TrainStep {
  const n = names.length;
  const graph = compile(
    (...inputs: tf.Tensor[]) => {
      const [values, m, v] = [0, 1, 2].map(i => inputs.slice(i * n, (i + 1) * n));
      const [ids, targets, weights, bias, rate, c1, c2] = inputs.slice(3 * n);
      const lossOf = (...p: tf.Tensor[]) =>
        weightedLoss(
          alignedLogits(
            new Map(names.map((name, i) => [name, p[i]])),
            config,
            ids as tf.Tensor2D,
            bias as tf.Tensor4D,
          ),
          targets as tf.Tensor2D,
          weights as tf.Tensor2D,
        );
      const { value: loss, grads } = tf.valueAndGrads(lossOf)(values);
      const norm = globalNorm(grads);
      const clip = tf.minimum<tf.Scalar>(1, tf.div(adamW.clipNorm, tf.add(norm, 1e-6)));
      const next = values.map((value, i) =>
        adamWUpdate(
          value,
          m[i],
          v[i],
          grads[i],
          clip,
          rate as tf.Scalar,
          c1 as tf.Scalar,
          c2 as tf.Scalar,
          adamW,
        ),
      );
      return [loss, norm, ...next.map(u => u.value), ...next.map(u => u.m), ...next.map(u => u.v)];
    },
    { name: "train step" },
  );

  const step = (state: OptimizerState, batch: Batch, rate: number, index: number): StepResult => {
    const scalars = [rate, 1 - adamW.beta1 ** (index + 1), 1 - adamW.beta2 ** (index + 1)].map(x =>
      tf.scalar(x),
    );
    const old = [state.parameters, state.m, state.v].flatMap(map =>
      names.map(name => map.get(name) as tf.Tensor),
    );
    const [loss, norm, ...rest] = graph(
      ...old,
      batch.ids,
      batch.targets,
      batch.weights,
      batch.bias,
      ...scalars,
    );
    const named = (i: number) => new Map(names.map((name, j) => [name, rest[i * n + j]]));
    const result = {
      state: { parameters: named(0), m: named(1), v: named(2) },
      loss: loss.dataSync()[0],
      gradNorm: norm.dataSync()[0],
    };
    tf.dispose([loss, norm, ...old, ...scalars]);
    return result;
  };
  return Object.assign(step, {
    mode: () => `${graph.mode}: ${graph.reason}`,
    dispose: () => graph.dispose(),
  });
}
