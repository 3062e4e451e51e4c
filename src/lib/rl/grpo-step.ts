/**
 * One GRPO update, and the estimates that it rests on, as recorded graphs: log-probabilities by any mask
 * estimator, clipped loss with KL term, AdamW. What the estimator asks for is laid out by `estimate-plan.ts`.
 */
import * as tf from "@tensorflow/tfjs-core";
import {
  compile,
  compileDefaults,
  type Compiled,
  type CompileMode,
  type CompileOptions,
} from "../compile/compile.js";
import { partCount, perCore } from "../compile/parts.js";
import { tensorsOf, tidyTree } from "../compile/trees.js";
import { paddingBias } from "../model/attention-mask.js";
import type { DenoiserConfig } from "../model/config.js";
import type { Parameters } from "../model/parameters.js";
import { sumByIndex } from "../model/rows.js";
import { head, hiddenRows } from "../model/transformer.js";
import {
  clippedAdamW,
  stepScalars,
  type AdamWConfig,
  type OptimizerState,
  type StepScalars,
} from "../train/adamw.js";
import { lossAndGradients } from "../train/gradients.js";
import { estimatePlan, type EstimatePlan, type ScoredCompletions } from "./estimate-plan.js";
import { grpoLoss, type GrpoLossConfig } from "./grpo-loss.js";
import { pickedLogps } from "./picked-logps.js";

export interface GrpoBatch extends ScoredCompletions {
  /** one a completion */
  readonly advantages: readonly number[];
  /** [B * C] estimates under the same masks when the rollouts were made; null: the new ones, detached */
  readonly oldLogps: Float32Array | null;
  /** [B * C] estimates of the reference model under the same masks; null where beta is 0 */
  readonly refLogps: Float32Array | null;
}

export interface GrpoResult {
  readonly state: OptimizerState;
  readonly loss: number;
  /** L2 norm of the gradient before clipping */
  readonly gradNorm: number;
  /** [B * C] the policy's estimates before the update; 0 where a token does not count */
  readonly logps: Float32Array;
}

export interface GrpoStep {
  /** Consumes `state` and returns the next one. @param step counted from 0 */
  (state: OptimizerState, batch: GrpoBatch, rate: number, step: number): GrpoResult;
  readonly mode: () => string;
  dispose(): void;
}

export interface LogpEstimator {
  /** [B * C] in nats; 0 where a token does not count */
  (parameters: Parameters, scored: ScoredCompletions): Float32Array;
  dispose(): void;
}

/** The estimates alone: old and reference log-probabilities. */
export function createLogpEstimator(
  config: DenoiserConfig,
  options: Partial<CompileOptions> = {},
): LogpEstimator {
  const graphs = new Map<string, Compiled<(parameters: Parameters, plan: PlanTensors) => tf.Tensor2D>>();
  const estimator = (parameters: Parameters, scored: ScoredCompletions): Float32Array => {
    const size = sizeOf(scored);
    const inputs = tidyTree(() => planTensors(planFor(config, scored, options.mode ?? "graph")));
    const key = size.join("x");
    const graph =
      graphs.get(key) ??
      compile((of: Parameters, plan: PlanTensors) => estimates(config, of, plan, size), {
        name: "log-probabilities",
        ...options,
      });
    graphs.set(key, graph);
    const logps = graph(parameters, inputs);
    const values = logps.dataSync<"float32">();
    tf.dispose(tensorsOf([logps, inputs]));
    return values;
  };
  return Object.assign(estimator, { dispose: () => graphs.forEach(graph => graph.dispose()) });
}

/**
 * The update for a model shape, an optimiser and a loss; records one graph for each combination of shapes.
 */
export function createGrpoStep(
  config: DenoiserConfig,
  adamW: AdamWConfig,
  loss: GrpoLossConfig,
  options: Partial<CompileOptions> = {},
): GrpoStep {
  const graph = compile(grpoFunction(config, adamW, loss), {
    ...{ name: "GRPO step", maxGraphs: 2 * compileDefaults.maxGraphs }, // with old estimates, and without
    ...options,
  });
  const step = (state: OptimizerState, batch: GrpoBatch, rate: number, index: number): GrpoResult => {
    const inputs = tidyTree(() => grpoInputs(config, batch, graph.mode));
    const scalars = stepScalars(adamW, rate, index);
    const { loss: value, norm, logps, state: next } = graph(state, inputs, scalars);
    const result = {
      state: next,
      loss: value.dataSync()[0],
      gradNorm: norm.dataSync()[0],
      logps: logps.dataSync<"float32">(),
    };
    tf.dispose(tensorsOf([value, norm, logps, state, inputs, scalars]));
    return result;
  };
  return Object.assign(step, {
    mode: () => `${graph.mode}: ${graph.reason}`,
    dispose: () => graph.dispose(),
  });
}

/**
 * What the update sees of a batch: numbers [B, C] and one advantage a completion, and the plan of the
 * estimates.
 */
export interface GrpoInputs {
  readonly advantages: tf.Tensor1D;
  readonly completionMask: tf.Tensor2D;
  /** null: the new ones, detached */
  readonly oldLogps: tf.Tensor2D | null;
  readonly refLogps: tf.Tensor2D;
  readonly plan: PlanTensors;
}

export function grpoInputs(config: DenoiserConfig, batch: GrpoBatch, mode: CompileMode): GrpoInputs {
  const [b, c] = sizeOf(batch);
  const counts = Float32Array.from(batch.completionMasks.flatMap(mask => Array.from(mask)));
  // Estimates of tokens that do not count are 0 everywhere, so that their ratio is 1 and no exponential
  // overflows.
  const counting = (values: Float32Array | null) =>
    tf.tensor2d(
      counts.map((m, i) => (m === 1 && values !== null ? values[i] : 0)),
      [b, c],
    );
  return {
    advantages: tf.tensor1d([...batch.advantages]),
    completionMask: tf.tensor2d(counts, [b, c]),
    oldLogps: batch.oldLogps === null ? null : counting(batch.oldLogps),
    refLogps: counting(batch.refLogps),
    plan: planTensors(planFor(config, batch, mode)),
  };
}

/** The update itself. */
export function grpoFunction(config: DenoiserConfig, adamW: AdamWConfig, lossConfig: GrpoLossConfig) {
  return (state: OptimizerState, { plan, ...targets }: GrpoInputs, scalars: StepScalars) => {
    const [b, c] = targets.completionMask.shape;
    let logps: tf.Tensor2D | undefined;
    const lossOf = (parameters: Parameters): tf.Scalar => {
      logps = tf.keep(estimates(config, parameters, plan, [b, c]));
      return grpoLoss(logps, targets, lossConfig);
    };
    const { loss, gradients } = lossAndGradients(lossOf, state.parameters);
    const kept = logps as unknown as tf.Tensor2D;
    const out = tf.clone(kept);
    kept.dispose();
    return { loss, logps: out, ...clippedAdamW(state, gradients, scalars, adamW) };
  };
}

/**
 * ids [N, T] and a bias if any; rows [parts, R]; then row, token, weight and destination [parts, K] of the
 * readings.
 */
interface PlanTensors {
  readonly ids: tf.Tensor2D;
  readonly bias: tf.Tensor4D | null;
  readonly rows: tf.Tensor2D;
  readonly row: tf.Tensor2D;
  readonly token: tf.Tensor2D;
  readonly weight: tf.Tensor2D;
  readonly destination: tf.Tensor2D;
}

/** Estimates [B, C]: each reading's log-probability times its weight, added up where it belongs. */
function estimates(
  config: DenoiserConfig,
  params: Parameters,
  plan: PlanTensors,
  [b, c]: readonly [number, number],
): tf.Tensor2D {
  const ofPart = ({ ids, bias, ...own }: PlanTensors): tf.Tensor1D => {
    const [rows, row, token, weight, destination] = [
      own.rows,
      own.row,
      own.token,
      own.weight,
      own.destination,
    ].map(x => tf.reshape<tf.Rank.R1>(x, [-1]));
    const logits = head(params, config, hiddenRows(params, config, ids, bias, { rows })) as tf.Tensor2D;
    return addedUp(tf.mul(pickedLogps(logits, row, token), weight), destination, b * c);
  };
  // not tf.addN: TensorFlow rewrites it into what XLA cannot compile
  const join = (sums: readonly tf.Tensor1D[]) => sums.reduce((a, x) => tf.add(a, x));
  return tf.reshape(perCore(plan, ofPart, { parts: plan.rows.shape[0], join }), [b, c]);
}

/** Sums of `values` [K] by `destination` [K] int32, [size]. Its gradient is a gather. */
function addedUp(values: tf.Tensor1D, destination: tf.Tensor1D, size: number): tf.Tensor1D {
  const operation = tf.customGrad((...args) => {
    const [x, save] = args as [tf.Tensor1D, tf.GradSaveFunc];
    save([destination]);
    const gradFunc = (dy: tf.Tensor1D, [at]: tf.Tensor[]) => tf.gather(dy, at);
    return { value: sumByIndex(x, destination, size), gradFunc };
  });
  return operation(values);
}

function planFor(config: DenoiserConfig, scored: ScoredCompletions, mode: CompileMode): EstimatePlan {
  return estimatePlan(config, scored, partCount(scored.completionIds.length, mode));
}

function planTensors(plan: EstimatePlan): PlanTensors {
  const { canvases, length, parts, attentionMask } = plan;
  const readings: [number, number] = [parts, plan.readRows.length / parts];
  return {
    ids: tf.tensor2d(plan.ids, [canvases, length], "int32"),
    bias:
      attentionMask === null ? null : paddingBias(tf.tensor2d(attentionMask, [canvases, length], "int32")),
    rows: tf.tensor2d(plan.rows, [parts, plan.rows.length / parts], "int32"),
    row: tf.tensor2d(plan.readRows, readings, "int32"),
    token: tf.tensor2d(plan.readTokens, readings, "int32"),
    weight: tf.tensor2d(plan.readWeights, readings),
    destination: tf.tensor2d(plan.destinations, readings, "int32"),
  };
}

function sizeOf({ completionIds }: ScoredCompletions): [number, number] {
  return [completionIds.length, completionIds[0].length];
}
