/**
 * One optimiser step as one pure function of tensors, recorded once and replayed. Every stage uses one: the AR
 * parent, the diffusion stages and the from-scratch model differ in ids, targets, weights and attention bias. Hidden
 * states whose weight is 0 are not computed in the last layer, and the batch is cut into parts, one a core.
 */
import * as tf from "@tensorflow/tfjs-core";
import { compile, type CompileMode, type CompileOptions } from "../compile/compile.js";
import { cut, partCount, rowOf } from "../compile/parts.js";
import { crossEntropy } from "../diffusion/loss.js";
import type { DenoiserConfig } from "../model/config.js";
import type { Parameters } from "../model/parameters.js";
import { lossRows } from "../model/read-rows.js";
import {
  embedSoftly,
  selfFeedback,
  softNames,
  trainedScalars,
  type SoftScalars,
} from "../model/soft-masking.js";
import { head, hiddenRows } from "../model/transformer.js";
import { clippedAdamW, correctionScalars, type AdamWConfig } from "./adamw.js";

/** What one step learns from; borrowed tensors. */
export interface Batch {
  /** [B, T] int32 what the model sees */
  readonly ids: tf.Tensor2D;
  /** [B, T] int32 what it should say */
  readonly targets: tf.Tensor2D;
  /** [B, T] weight of each position's cross-entropy */
  readonly weights: tf.Tensor2D;
  /** additive attention bias, [1 or B, 1, 1 or T, T]; null for full attention */
  readonly bias: tf.Tensor4D | null;
  /** soft-masking: two passes, of which the second sees what the first said */
  readonly soft?: boolean;
}

/** Soft-masking as it is trained (arXiv 2510.17206). */
export interface SoftTraining {
  /** tokens that are mixed */
  readonly k: number;
  /** p_sm: share of the steps that make two passes, the others one */
  readonly share: number;
  /** peak learning rate of the scalars, which follow the schedule of the others; they have no weight decay */
  readonly ratePeak: number;
  readonly start: SoftScalars;
}

/** What a step must know of it. */
export interface SoftStep {
  readonly k: number;
  /** rate of the scalars over that of the others */
  readonly rateFactor: number;
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

/** A step on batches of any kind. */
export interface OptimizerStep<B> {
  /**
   * Consumes `state` (its tensors are disposed) and returns the next one; `batch` is borrowed.
   * @param step counted from 0
   */
  (state: OptimizerState, batch: B, rate: number, step: number): StepResult;
  /** how the step runs: one native graph call, or op by op, and why */
  readonly mode: () => string;
  dispose(): void;
}

export type TrainStep = OptimizerStep<Batch>;

/** Tensors of one's own with the same values. */
export function copyParameters(parameters: Parameters): Parameters {
  return new Map([...parameters].map(([name, value]) => [name, value.clone()]));
}

/** Zero moments for a set of parameters. */
export function initOptimizer(parameters: Parameters): OptimizerState {
  const zeros = () => new Map([...parameters].map(([name, p]) => [name, tf.zeros(p.shape)]));
  return { parameters, m: zeros(), v: zeros() };
}

/**
 * The step for a model shape and an optimiser; records one graph for each batch shape and number of rows read.
 * @param soft where `names` end with the scalars of soft-masking
 */
export function createTrainStep(
  config: DenoiserConfig,
  names: readonly string[],
  adamW: AdamWConfig,
  options: Partial<CompileOptions> = {},
  soft: SoftStep | null = null,
): TrainStep {
  const functions = [false, true].map(twoPasses => trainStepFunction(config, names, adamW, soft, twoPasses));
  const inputsOf = (batch: Batch, rate: number, index: number, mode: CompileMode) => {
    const parts = partCount(batch.ids.shape[0], mode);
    const bias = batch.bias === null ? [] : [batch.bias.clone()];
    return [batch.ids.clone(), ...stepInputs(config, adamW, batch, rate, index, parts), ...bias];
  };
  return createOptimizerStep(names, functions, batch => (batch.soft === true ? 1 : 0), inputsOf, options);
}

/** Parameters, m, v and inputs to loss, norm, and parameters, m, v after the step. */
export type StepFunction = (...inputs: tf.Tensor[]) => tf.Tensor[];

/**
 * A step that is recorded once for each shape of its inputs.
 * @param functions forms of the step, of which `formOf` names the one for a batch
 * @param inputsOf a batch as tensors of the step's own, with the optimiser's scalars among them
 */
export function createOptimizerStep<B>(
  names: readonly string[],
  functions: readonly StepFunction[],
  formOf: (batch: B) => number,
  inputsOf: (batch: B, rate: number, step: number, mode: CompileMode) => tf.Tensor[],
  options: Partial<CompileOptions> = {},
): OptimizerStep<B> {
  const graphs = functions.map(fn => compile(fn, { name: "train step", ...options }));
  const n = names.length;
  const step = (state: OptimizerState, batch: B, rate: number, index: number): StepResult => {
    const old = [state.parameters, state.m, state.v].flatMap(map =>
      names.map(name => map.get(name) as tf.Tensor),
    );
    const graph = graphs[formOf(batch)];
    const inputs = tf.tidy(() => inputsOf(batch, rate, index, graph.mode));
    const [loss, norm, ...rest] = graph(...old, ...inputs);
    const named = (i: number) => new Map(names.map((name, j) => [name, rest[i * n + j]]));
    const result = {
      state: { parameters: named(0), m: named(1), v: named(2) },
      loss: loss.dataSync()[0],
      gradNorm: norm.dataSync()[0],
    };
    tf.dispose([loss, norm, ...old, ...inputs]);
    return result;
  };
  return Object.assign(step, {
    mode: () => `${graphs[0].mode}: ${graphs[0].reason}`,
    dispose: () => graphs.forEach(graph => graph.dispose()),
  });
}

/**
 * What changes from step to step beside the state and the ids: rows, targets and weights [parts, R] of the hidden
 * states that the loss reads, and the optimiser's scalars.
 */
export function stepInputs(
  config: DenoiserConfig,
  adamW: AdamWConfig,
  batch: Omit<Batch, "ids" | "bias">,
  rate: number,
  index: number,
  parts: number,
): tf.Tensor[] {
  const [weights, targets] = [batch.weights.dataSync(), batch.targets.dataSync()];
  const { rows, tokens, rowsPerPart } = lossRows(config, weights, batch.weights.shape[1], parts);
  const shape: [number, number] = [parts, rowsPerPart];
  const read = (values: ArrayLike<number>) => Array.from(tokens, i => (i < 0 ? 0 : values[i]));
  return [
    tf.tensor2d(rows, shape, "int32"),
    tf.tensor2d(Int32Array.from(read(targets)), shape, "int32"),
    tf.tensor2d(Float32Array.from(read(weights)), shape),
    ...correctionScalars(adamW, rate, index),
  ];
}

/**
 * The step itself: parameters, m, v, ids, `stepInputs`, bias if any, to loss, norm, and parameters, m, v after it.
 * @param twoPasses soft inputs; the first pass is outside of what gradients are taken of. One pass says nothing about the
 * scalars of soft-masking: their gradient is 0
 */
export function trainStepFunction(
  config: DenoiserConfig,
  names: readonly string[],
  adamW: AdamWConfig,
  soft: SoftStep | null = null,
  twoPasses = false,
) {
  const n = names.length;
  const isScalar = (name: string) => (softNames as readonly string[]).includes(name);
  const factors = names.map(name => (soft !== null && isScalar(name) ? soft.rateFactor : 1));
  return (...inputs: tf.Tensor[]): tf.Tensor[] => {
    const [values, m, v] = [0, 1, 2].map(i => inputs.slice(i * n, (i + 1) * n));
    const [ids, rows, targets, weights, rate, c1, c2, bias] = inputs.slice(3 * n);
    const parts = rows.shape[0];
    const [sequences, seen] = [
      cut(ids as tf.Tensor2D, parts),
      bias === undefined ? null : cut(bias as tf.Tensor4D, parts),
    ];
    const given = new Map(names.map((name, i) => [name, values[i]]));
    const feedback =
      soft === null || !twoPasses
        ? null
        : sequences.map((part, i) => selfFeedback(given, config, part, seen?.[i] ?? null, soft.k));
    const lossOf = (...p: tf.Tensor[]): tf.Scalar => {
      const named = new Map(names.map((name, i) => [name, p[i]]));
      const scalars = soft === null ? null : trainedScalars(named);
      const losses = sequences.map((part, i) => {
        const flat = [rows, targets, weights].map(x => rowOf(x, i));
        const embed =
          feedback === null || scalars === null
            ? undefined
            : embedSoftly(feedback[i], config.maskTokenId, scalars);
        const hidden = hiddenRows(named, config, part, seen?.[i] ?? null, { rows: flat[0] }, { embed });
        const logits = head(named, config, hidden) as tf.Tensor2D;
        return tf.sum(tf.mul(crossEntropy(logits, flat[1]), flat[2]));
      });
      const unused = scalars === null || feedback !== null ? [] : [tf.mul<tf.Scalar>(0, tf.addN(scalars))];
      return tf.addN([...losses, ...unused]) as tf.Scalar;
    };
    const { value: loss, grads } = tf.valueAndGrads(lossOf)(values);
    const updated = clippedAdamW(values, m, v, grads, [rate, c1, c2] as tf.Scalar[], adamW, [], factors);
    return [loss, ...updated];
  };
}
