/**
 * One optimiser step as one pure function of tensors, recorded once and replayed. Every stage uses one: the
 * AR parent, the diffusion stages and the from-scratch model differ in ids, targets, weights and attention
 * bias. Hidden states whose weight is 0 are not computed in the last layer, and the batch is cut into parts,
 * one a core.
 */
import * as tf from "@tensorflow/tfjs-core";
import { compile, type CompileMode, type CompileOptions } from "../compile/compile.js";
import { partCount, perCore } from "../compile/parts.js";
import { mapTree, tensorsOf, tidyTree } from "../compile/trees.js";
import { crossEntropy } from "../diffusion/loss.js";
import type { DenoiserConfig } from "../model/config.js";
import type { Parameters } from "../model/parameters.js";
import { lossRows } from "../model/read-rows.js";
import { head, hiddenRows, type Embed } from "../model/transformer.js";
import {
  clippedAdamW,
  stepScalars,
  type AdamWConfig,
  type OptimizerState,
  type StepScalars,
} from "./adamw.js";
import { lossAndGradients } from "./gradients.js";

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
  /** of which the second sees what the first said */
  readonly twoPasses?: boolean;
}

/** A second pass over a batch, its inputs made of what the first said (soft-masking). */
export interface SecondPass {
  /** parameters of its own among those that are trained, and their learning rate over that of the others */
  readonly names: readonly string[];
  readonly rateFactor: number;
  /** those, as its inputs are made of them */
  trained(parameters: Parameters): readonly tf.Scalar[];
  /** How it embeds a batch. @param given parameters of the first pass, out of the reach of gradients */
  embed(
    trained: readonly tf.Scalar[],
    given: Parameters,
    config: DenoiserConfig,
    ids: tf.Tensor2D,
    bias: tf.Tensor4D | null,
  ): Embed;
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
 * The step for a model shape and an optimiser; records one graph for each batch shape and number of rows
 * read.
 * @param second where batches may ask for two passes
 */
export function createTrainStep(
  config: DenoiserConfig,
  adamW: AdamWConfig,
  options: Partial<CompileOptions> = {},
  second: SecondPass | null = null,
): TrainStep {
  const forms = [false, true].map(twoPasses => trainStepFunction(config, adamW, second, twoPasses));
  const inputsOf = (batch: Batch, mode: CompileMode) =>
    stepInputs(config, batch, partCount(batch.ids.shape[0], mode));
  return createOptimizerStep(adamW, forms, batch => (batch.twoPasses === true ? 1 : 0), inputsOf, options);
}

/**
 * The state, what a batch is to the step, and the optimiser's scalars, to the loss and the state after the
 * step.
 */
export type StepFunction<I> = (
  state: OptimizerState,
  inputs: I,
  scalars: StepScalars,
) => { readonly loss: tf.Scalar; readonly norm: tf.Scalar; readonly state: OptimizerState };

/**
 * A step that is recorded once for each shape of its inputs.
 * @param functions forms of the step, of which `formOf` names the one for a batch
 * @param inputsOf a batch as a tree of tensors, its own or new ones
 */
export function createOptimizerStep<B, I>(
  adamW: AdamWConfig,
  functions: readonly StepFunction<I>[],
  formOf: (batch: B) => number,
  inputsOf: (batch: B, mode: CompileMode) => I,
  options: Partial<CompileOptions> = {},
): OptimizerStep<B> {
  const graphs = functions.map(fn => compile(fn, { name: "train step", ...options }));
  const step = (state: OptimizerState, batch: B, rate: number, index: number): StepResult => {
    const graph = graphs[formOf(batch)];
    // clones, so that all of them are the step's own
    const inputs = tidyTree(() => mapTree(inputsOf(batch, graph.mode), x => x.clone()));
    const scalars = stepScalars(adamW, rate, index);
    const { loss, norm, state: next } = graph(state, inputs, scalars);
    const result = { state: next, loss: loss.dataSync()[0], gradNorm: norm.dataSync()[0] };
    tf.dispose(tensorsOf([loss, norm, state, inputs, scalars]));
    return result;
  };
  return Object.assign(step, {
    mode: () => `${graphs[0].mode}: ${graphs[0].reason}`,
    dispose: () => graphs.forEach(graph => graph.dispose()),
  });
}

/**
 * What a step sees of a batch. Rows, targets and weights [parts, R] are those of the hidden states that the
 * loss reads.
 */
export interface StepInputs extends Pick<Batch, "ids" | "bias"> {
  readonly rows: tf.Tensor2D;
  readonly targets: tf.Tensor2D;
  readonly weights: tf.Tensor2D;
}

/** @param parts that the batch is cut into */
export function stepInputs(config: DenoiserConfig, batch: Batch, parts: number): StepInputs {
  const [weights, targets] = [batch.weights.dataSync(), batch.targets.dataSync()];
  const { rows, tokens, rowsPerPart } = lossRows(config, weights, batch.weights.shape[1], parts);
  const shape: [number, number] = [parts, rowsPerPart];
  const read = (values: ArrayLike<number>) => Array.from(tokens, i => (i < 0 ? 0 : values[i]));
  return {
    ...{ ids: batch.ids, bias: batch.bias },
    rows: tf.tensor2d(rows, shape, "int32"),
    targets: tf.tensor2d(Int32Array.from(read(targets)), shape, "int32"),
    weights: tf.tensor2d(Float32Array.from(read(weights)), shape),
  };
}

/**
 * The step itself.
 * @param twoPasses the first is outside of what gradients are taken of. One pass says nothing about the
 *   parameters of the second: their gradient is 0
 */
export function trainStepFunction(
  config: DenoiserConfig,
  adamW: AdamWConfig,
  second: SecondPass | null = null,
  twoPasses = false,
): StepFunction<StepInputs> {
  const factorOf = (name: string) => (second?.names.includes(name) === true ? second.rateFactor : 1);
  return (state, inputs, scalars) => {
    const parts = inputs.rows.shape[0];
    // What gradients are taken of does not reach these.
    const given = mapTree(state.parameters, x => x.clone());
    const lossOf = (parameters: Parameters): tf.Scalar => {
      const trained = second?.trained(parameters) ?? [];
      const lossOfPart = ({ ids, bias, ...read }: StepInputs): tf.Scalar => {
        const embed = twoPasses ? second?.embed(trained, given, config, ids, bias) : undefined;
        const [rows, targets, weights] = [read.rows, read.targets, read.weights].map(flat);
        const hidden = hiddenRows(parameters, config, ids, bias, { rows }, { embed });
        const logits = head(parameters, config, hidden) as tf.Tensor2D;
        return tf.sum(tf.mul(crossEntropy(logits, targets), weights));
      };
      const unused = trained.length === 0 || twoPasses ? [] : [tf.mul<tf.Scalar>(0, tf.addN([...trained]))];
      return perCore(inputs, lossOfPart, { parts, join: losses => tf.addN([...losses, ...unused]) });
    };
    const { loss, gradients } = lossAndGradients(lossOf, state.parameters);
    return { loss, ...clippedAdamW(state, gradients, scalars, adamW, factorOf) };
  };
}

const flat = (x: tf.Tensor): tf.Tensor1D => tf.reshape(x, [-1]);
