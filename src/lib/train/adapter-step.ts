/**
 * One optimiser step on an adapter. The base's weights are inputs of the graph and have no gradient; the
 * adapter's products stand beside theirs, so that no weight is ever merged, and logits are made of the rows
 * alone that the loss reads.
 */
import * as tf from "@tensorflow/tfjs-core";
import { compile, type CompileOptions } from "../compile/compile.js";
import { partCount, perCore } from "../compile/parts.js";
import { tidyTree } from "../compile/trees.js";
import { crossEntropy } from "../diffusion/loss.js";
import type { DenoiserConfig } from "../model/config.js";
import { applyAdapter, besideWeights, embedWithRows, type Adapter } from "../model/lora.js";
import type { Parameters } from "../model/parameters.js";
import { lossRows } from "../model/read-rows.js";
import { head, hiddenRows } from "../model/transformer.js";
import { clippedAdamW, type AdamWConfig } from "./adamw.js";
import { lossAndGradients } from "./gradients.js";
import {
  createOptimizerStep,
  stepInputs,
  type Batch,
  type StepFunction,
  type StepInputs,
  type TrainStep,
} from "./train-step.js";

/** A base and what an adapter changes of it. */
export interface AdapterTask {
  /** of the model with the adapter */
  readonly config: DenoiserConfig;
  /** borrowed */
  readonly base: Parameters;
  /** low-rank ones of layers, and rows of the embedding */
  readonly adapter: Adapter;
}

interface Inputs {
  readonly base: Parameters;
  readonly read: StepInputs;
}

/** The step on an adapter's tensors; records one graph for each batch shape and number of rows read. */
export function createAdapterStep(
  task: AdapterTask,
  adamW: AdamWConfig,
  options: Partial<CompileOptions> = {},
): TrainStep {
  const { config, base } = task;
  const step: StepFunction<Inputs> = (state, { base, read }, scalars) => {
    const losses = rowLosses(task, base, state.parameters);
    const lossOf = (tensors: Parameters): tf.Scalar => {
      const ofPart = (part: StepInputs) =>
        tf.sum<tf.Scalar>(tf.mul(losses(tensors, part), flat(part.weights)));
      return perCore<StepInputs, tf.Scalar>(read, ofPart, {
        parts: read.rows.shape[0],
        join: sums => tf.addN([...sums]),
      });
    };
    const { loss, gradients } = lossAndGradients(lossOf, state.parameters);
    return { loss, ...clippedAdamW(state, gradients, scalars, adamW) };
  };
  return createOptimizerStep<Batch, Inputs>(
    adamW,
    [step],
    () => 0,
    (batch, mode) => ({ base, read: stepInputs(config, batch, partCount(batch.ids.shape[0], mode)) }),
    { name: "adapter step", ...options },
  );
}

/** Cross-entropies without a step. */
export interface AdapterLosses {
  /** in nats [B * T], of the tokens whose weight is not 0; 0 for the others */
  of(tensors: Parameters, batch: Batch): Float32Array;
  dispose(): void;
}

/** @param options how the function is compiled */
export function createAdapterLosses(task: AdapterTask, options: Partial<CompileOptions> = {}): AdapterLosses {
  const { config, base } = task;
  const graph = compile(
    (tensors: Parameters, base: Parameters, read: StepInputs) => {
      const losses = rowLosses(task, base, tensors);
      return perCore<StepInputs, tf.Tensor>(read, part => losses(tensors, part), {
        parts: read.rows.shape[0],
      });
    },
    { name: "adapter losses", ...options },
  );
  return {
    of(tensors, batch) {
      const [, length] = batch.ids.shape;
      const parts = partCount(batch.ids.shape[0], graph.mode);
      const { tokens } = lossRows(config, batch.weights.dataSync(), length, parts);
      const losses = tidyTree(() => graph(tensors, base, stepInputs(config, batch, parts)));
      const values = losses.dataSync<"float32">();
      losses.dispose();
      const byToken = new Float32Array(batch.ids.size);
      tokens.forEach((token, row) => {
        if (token >= 0) byToken[token] = values[row];
      });
      return byToken;
    },
    dispose: () => graph.dispose(),
  };
}

/**
 * Cross-entropies [R] of the rows that a part of a batch reads, as a function of the adapter's tensors.
 * @param given the adapter's, out of the reach of gradients: the rows that it trains are part of a tied head
 *   as they are, and learn as what the model reads
 */
function rowLosses({ config, adapter }: AdapterTask, base: Parameters, given: Parameters) {
  const rows = adapter.changes.filter(({ kind }) => kind === "rows");
  const heads = applyAdapter(base, { ...adapter, changes: rows }, given);
  return (tensors: Parameters, { ids, bias, rows, targets }: StepInputs): tf.Tensor1D => {
    const pass = { beside: besideWeights(adapter, tensors), embed: embedWithRows(adapter, tensors) };
    const hidden = hiddenRows(base, config, ids, bias, { rows: flat(rows) }, pass);
    return crossEntropy(head(heads, config, hidden) as tf.Tensor2D, flat(targets));
  };
}

const flat = <T extends tf.Tensor>(x: T): tf.Tensor1D => tf.reshape(x, [-1]);
