/**
 * The part of tfjs-node's backend that recording and running graphs rests on. Its type is written out here
 * because the library must load, and say why it runs op by op, where tfjs-node is not installed.
 */
import * as tf from "@tensorflow/tfjs-core";
import type { Graph } from "./graph.js";
import type { Precision } from "./precision.js";

/** One attribute of a native operation as tfjs-node's kernels pass it; `type` is a TF_ATTR_* number. */
export interface OpAttr {
  readonly name: string;
  readonly type: number;
  readonly value: unknown;
}

interface TensorMetadata {
  readonly id: number;
  readonly shape: number[];
  readonly dtype: number;
}

interface NativeBinding {
  loadSavedModel(folder: string, tags: string): number;
  deleteSavedModel(id: number): void;
  runSavedModel(id: number, inputIds: number[], inputNames: string, outputNames: string): TensorMetadata[];
  createTensor(shape: number[], dtype: number, values: Int32Array): number;
  deleteTensor(id: number): void;
  executeOp(op: string, attrs: OpAttr[], inputIds: number[], outputs: number): TensorMetadata[];
  readonly TF_INT32: number;
  readonly TF_ATTR_STRING: number;
  readonly TF_ATTR_INT: number;
  readonly TF_ATTR_FLOAT: number;
  readonly TF_ATTR_BOOL: number;
  readonly TF_ATTR_TYPE: number;
  readonly TF_ATTR_SHAPE: number;
}

export interface NativeBackend {
  /** set by `record` for as long as it records a graph for XLA */
  readonly recordsForXla?: boolean;
  /** the same: of the products in that graph */
  readonly recordsIn?: Precision;
  /** the same: what `work` does is recorded to run after these */
  readonly recordAfter?: (before: readonly tf.TensorInfo[], work: () => tf.Tensor) => tf.Tensor;
  readonly binding: NativeBinding;
  /** by a tensor's data; `id` is the native handle, negative where there is none */
  readonly tensorMap: { get(dataId: tf.DataId): { id: number } };
  executeSingleOutput(op: string, attrs: OpAttr[], inputs: tf.TensorInfo[]): tf.Tensor;
  executeMultipleOutputs(op: string, attrs: OpAttr[], inputs: tf.TensorInfo[], outputs: number): tf.Tensor[];
  getDTypeInteger(dtype: tf.DataType): number;
  /** native handles of tensors; uploads those that are still plain arrays */
  getInputTensorIds(tensors: tf.TensorInfo[]): number[];
  /** a tensor around a native result, known to the engine, so that tf.tidy and tf.memory see it */
  createOutputTensor(metadata: TensorMetadata): tf.Tensor;
  readSync(dataId: tf.DataId): tf.backend_util.BackendValues;
}

export interface NativeGraph {
  /** Inputs are borrowed and must have the recorded shapes and dtypes; outputs belong to the caller. */
  run(inputs: tf.Tensor[]): tf.Tensor[];
  /** Frees the native session. */
  dispose(): void;
}

/**
 * What runs recorded graphs. It needs files and processor cores, so the workbench has it
 * (`runtime/native-graph.ts`).
 */
export interface GraphRunner {
  /** graphs are cut into as many parts, which run side by side */
  readonly cores: number;
  /**
   * @param where opens the UserError for an operation that XLA cannot be given
   * @param xla compile the graph with XLA on its first run
   */
  load(where: string, backend: NativeBackend, graph: Graph, xla: boolean): NativeGraph;
}

let registered: GraphRunner | undefined;

/** From now on functions compiled on tfjs-node's backend are recorded; without a runner they run op by op. */
export function registerGraphRunner(runner: GraphRunner): void {
  registered = runner;
}

/** @throws Error when there is none: ask `nativeBackend` first */
export function graphRunner(): GraphRunner {
  if (registered === undefined) throw new Error("internal: no runner of graphs is registered.");
  return registered;
}

/**
 * The current backend if graphs for it can be loaded and run, else undefined (WebAssembly, plain CPU, no
 * runner).
 */
export function nativeBackend(): NativeBackend | undefined {
  const backend = tf.backend() as unknown as NativeBackend;
  const runs = registered !== undefined && typeof backend.binding?.runSavedModel === "function";
  return runs ? backend : undefined;
}
