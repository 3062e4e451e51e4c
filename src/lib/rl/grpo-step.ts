/**
 * One GRPO update, and the estimates that it rests on, as recorded graphs: log-probabilities by any mask estimator,
 * clipped loss with KL term, AdamW. What the estimator asks for is laid out by `estimate-plan.ts`.
 */
import * as tf from "@tensorflow/tfjs-core";
import { compile, type CompileMode, type CompileOptions } from "../compile/compile.js";
import { cut, partCount, rowOf } from "../compile/parts.js";
import { paddingBias } from "../model/attention-mask.js";
import type { DenoiserConfig } from "../model/config.js";
import type { Parameters } from "../model/parameters.js";
import { sumByIndex } from "../model/rows.js";
import { head, hiddenRows } from "../model/transformer.js";
import { clippedAdamW, correctionScalars, type AdamWConfig } from "../train/adamw.js";
import type { OptimizerState } from "../train/train-step.js";
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
  names: readonly string[],
  options: Partial<CompileOptions> = {},
): LogpEstimator {
  const n = names.length;
  const graphs = new Map<string, ReturnType<typeof compile>>();
  const estimator = (parameters: Parameters, scored: ScoredCompletions): Float32Array => {
    const size = sizeOf(scored);
    const inputs = tf.tidy(() => planTensors(planFor(config, scored, options.mode ?? "graph")));
    const key = `${size.join("x")}`;
    const graph =
      graphs.get(key) ??
      compile((...xs: tf.Tensor[]) => estimates(config, named(names, xs), xs.slice(n), size), {
        name: "log-probabilities",
        ...options,
      });
    graphs.set(key, graph);
    const [logps] = graph(...names.map(name => parameters.get(name) as tf.Tensor), ...inputs);
    const values = logps.dataSync<"float32">();
    tf.dispose([logps, ...inputs]);
    return values;
  };
  return Object.assign(estimator, { dispose: () => graphs.forEach(graph => graph.dispose()) });
}

/** The update for a model shape, an optimiser and a loss; records one graph for each combination of shapes. */
export function createGrpoStep(
  config: DenoiserConfig,
  names: readonly string[],
  adamW: AdamWConfig,
  loss: GrpoLossConfig,
  options: Partial<CompileOptions> = {},
): GrpoStep {
  const n = names.length;
  const graphs = [false, true].map(old => {
    const fn = grpoFunction(config, names, adamW, loss, old);
    return compile(fn, { name: "GRPO step", ...options });
  });
  const step = (state: OptimizerState, batch: GrpoBatch, rate: number, index: number): GrpoResult => {
    const old = [state.parameters, state.m, state.v].flatMap(map =>
      names.map(name => map.get(name) as tf.Tensor),
    );
    const graph = graphs[batch.oldLogps === null ? 0 : 1];
    const inputs = tf.tidy(() => grpoInputs(config, batch, adamW, rate, index, graph.mode));
    const [value, norm, logps, ...rest] = graph(...old, ...inputs);
    const next = (i: number) => named(names, rest.slice(i * n));
    const result = {
      state: { parameters: next(0), m: next(1), v: next(2) },
      loss: value.dataSync()[0],
      gradNorm: norm.dataSync()[0],
      logps: logps.dataSync<"float32">(),
    };
    tf.dispose([value, norm, logps, ...old, ...inputs]);
    return result;
  };
  return Object.assign(step, {
    mode: () => `${graphs[0].mode}: ${graphs[0].reason}`,
    dispose: () => graphs.forEach(graph => graph.dispose()),
  });
}

/** What changes from step to step beside the state: targets [B, C], scalars and the plan. */
export function grpoInputs(
  config: DenoiserConfig,
  batch: GrpoBatch,
  adamW: AdamWConfig,
  rate: number,
  index: number,
  mode: CompileMode,
): tf.Tensor[] {
  const [b, c] = sizeOf(batch);
  const counts = Float32Array.from(batch.completionMasks.flatMap(mask => Array.from(mask)));
  // Estimates of tokens that do not count are 0 everywhere, so that their ratio is 1 and no exponential overflows.
  const counting = (values: Float32Array | null) =>
    tf.tensor2d(counts.map((m, i) => (m === 1 && values !== null ? values[i] : 0)), [b, c]); // prettier-ignore
  return [
    tf.tensor1d([...batch.advantages]),
    tf.tensor2d(counts, [b, c]),
    counting(batch.oldLogps),
    counting(batch.refLogps),
    ...correctionScalars(adamW, rate, index),
    ...planTensors(planFor(config, batch, mode)),
  ];
}

/** The update itself: parameters, m, v and `grpoInputs` to loss, norm, estimates, and parameters, m, v after it. */
export function grpoFunction(
  config: DenoiserConfig,
  names: readonly string[],
  adamW: AdamWConfig,
  lossConfig: GrpoLossConfig,
  hasOld: boolean,
) {
  const n = names.length;
  return (...inputs: tf.Tensor[]): tf.Tensor[] => {
    const [values, m, v] = [0, 1, 2].map(i => inputs.slice(i * n, (i + 1) * n));
    const [advantages, counts, oldLogps, refLogps, rate, c1, c2, ...plan] = inputs.slice(3 * n);
    const targets = {
      advantages: advantages as tf.Tensor1D,
      completionMask: counts as tf.Tensor2D,
      oldLogps: hasOld ? (oldLogps as tf.Tensor2D) : null,
      refLogps: refLogps as tf.Tensor2D,
    };
    let logps: tf.Tensor2D | undefined;
    const lossOf = (...p: tf.Tensor[]): tf.Scalar => {
      const of = named(names, p);
      logps = estimates(config, of, plan, counts.shape as [number, number]);
      logps = tf.keep(logps);
      return grpoLoss(logps, targets, lossConfig);
    };
    const { value, grads } = tf.valueAndGrads(lossOf)(values);
    const kept = logps as unknown as tf.Tensor2D;
    const out = tf.clone(kept);
    kept.dispose();
    return [value, ...clippedAdamW(values, m, v, grads, [rate, c1, c2] as tf.Scalar[], adamW, [out])];
  };
}

/** ids [N, T], rows [parts, R], then row, token, weight and destination [parts, K] of the readings, and a bias if any. */
type PlanTensors = tf.Tensor[];

/** Estimates [B, C]: each reading's log-probability times its weight, added up where it belongs. */
function estimates(
  config: DenoiserConfig,
  params: Parameters,
  plan: PlanTensors,
  [b, c]: readonly [number, number],
): tf.Tensor2D {
  const [ids, rows, row, token, weight, destination, bias] = plan;
  const parts = rows.shape[0];
  const biases = bias === undefined ? null : cut(bias as tf.Tensor4D, parts);
  const ofParts = cut(ids as tf.Tensor2D, parts).map((part, i) => {
    const read = { rows: rowOf(rows, i) };
    const hidden = hiddenRows(params, config, part, biases?.[i] ?? null, read);
    const logits = head(params, config, hidden) as tf.Tensor2D;
    const logps = pickedLogps(logits, rowOf(row, i), rowOf(token, i));
    return addedUp(tf.mul(logps, rowOf(weight, i)), rowOf(destination, i), b * c);
  });
  // not tf.addN: TensorFlow rewrites it into what XLA cannot compile
  return tf.reshape(
    ofParts.reduce((a, x) => tf.add(a, x)),
    [b, c],
  );
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
  const { canvases, length, parts, real } = plan;
  const shape: [number, number] = [parts, plan.rows.length / parts];
  const readings: [number, number] = [parts, plan.readRows.length / parts];
  const tensors: tf.Tensor[] = [
    tf.tensor2d(plan.ids, [canvases, length], "int32"),
    tf.tensor2d(plan.rows, shape, "int32"),
    tf.tensor2d(plan.readRows, readings, "int32"),
    tf.tensor2d(plan.readTokens, readings, "int32"),
    tf.tensor2d(plan.readWeights, readings),
    tf.tensor2d(plan.destinations, readings, "int32"),
  ];
  if (real !== null) tensors.push(paddingBias(tf.tensor2d(real, [canvases, length], "int32")));
  return tensors;
}

function sizeOf({ completionIds }: ScoredCompletions): [number, number] {
  return [completionIds.length, completionIds[0].length];
}

function named(names: readonly string[], tensors: readonly tf.Tensor[]): Map<string, tf.Tensor> {
  return new Map(names.map((name, i) => [name, tensors[i]]));
}
