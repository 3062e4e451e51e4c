/**
 * `compile(fn)`: the counterpart of jax.jit and tf.function. The first call with inputs of new shapes or
 * dtypes records `fn` once, op by op; it and all later calls run the recorded graph as one native call.
 */
import * as tf from "@tensorflow/tfjs-core";
import { UserError, unknownName } from "../core/errors.js";
import { withBfloat16Products } from "./bfloat16.js";
import { graphRunner, nativeBackend, type NativeGraph } from "./native.js";
import { precisions, type Precision } from "./precision.js";
import { isRecording, outputsOf, record } from "./record.js";
import type { TensorFunction } from "./record.js";

export interface CompileOptions {
  /** how errors call the function; by default its own name */
  readonly name: string;
  /** graphs kept, one for each combination of input shapes and dtypes; the least recently used goes first */
  readonly maxGraphs: number;
  /** "xla": TensorFlow compiles the graph, for seconds, on its first run; "op-by-op" records nothing, for comparison and for looking inside */
  readonly mode: CompileMode;
  /** of the matrix products in recorded graphs (`bfloat16.ts`); all else is float32, and so are inputs and outputs */
  readonly precision: Precision;
}

export type CompileMode = "graph" | "xla" | "op-by-op";

export const compileDefaults = { maxGraphs: 16, mode: "graph", precision: "float32" } as const;

/** As many tensors as `P` has parameters, of any rank: shapes are checked by recording. */
type TensorsLike<P extends unknown[]> = { [I in keyof P]: tf.Tensor };

export interface Compiled<F extends TensorFunction = TensorFunction> {
  /** Inputs are borrowed, outputs belong to the caller (or to the enclosing tf.tidy). */
  (...inputs: TensorsLike<Parameters<F>>): tf.Tensor[];
  /** how calls run on the current backend */
  readonly mode: CompileMode;
  /** why, in one sentence */
  readonly reason: string;
  /** Frees all native graphs; the function cannot be called afterwards. */
  dispose(): void;
}

/**
 * @param fn a pure function of tensors in ordinary tfjs-core operations; gradients (tf.grads,
 *   tf.valueAndGrads, tf.customGrad) may be taken inside. Everything that may change from call to call must be
 *   an input tensor (a learning rate: a scalar); tensors and numbers captured by closure are frozen at their
 *   value of the first call. Random draws, reading values and assigning variables inside are UserErrors.
 *   Called inside tf.grads or inside another compiled function it runs op by op and so becomes part of them.
 */
export function compile<F extends TensorFunction>(fn: F, options: Partial<CompileOptions> = {}): Compiled<F> {
  const { name, maxGraphs, mode } = { name: fn.name || "anonymous", ...compileDefaults, ...options };
  const precision = options.precision ?? compileDefaults.precision; // recipes leave it out, or undefined
  const where = `compile(${name})`;
  if (!Number.isInteger(maxGraphs) || maxGraphs < 1) {
    throw new UserError(
      `${where}: maxGraphs=${maxGraphs} is not a positive integer; keep at least one graph.`,
    );
  }
  const refuse = (why: string): never => {
    throw new UserError(
      `${where}: products in bfloat16 need recorded graphs, and ${why}; leave precision at float32.`,
    );
  };
  if (!precisions.includes(precision)) throw unknownName(where, "precision", precision, precisions);
  if (precision === "bfloat16" && mode === "op-by-op") refuse('mode "op-by-op" records none');
  const graphs = new Map<string, NativeGraph>();
  const xla = mode === "xla";
  let disposed = false;

  const call = (...inputs: tf.Tensor[]): tf.Tensor[] => {
    if (disposed) throw new UserError(`${where}: called after dispose(); compile the function again.`);
    checkInputs(where, inputs);
    const backend = nativeBackend();
    if (precision === "bfloat16" && backend === undefined) refuse(`backend "${tf.getBackend()}" runs none`);
    if (mode === "op-by-op" || backend === undefined || isRecording(backend) || tf.engine().isTapeOn()) {
      return runOpByOp(where, fn, inputs);
    }
    const key = inputs.map(input => `${input.dtype}[${input.shape.join()}]`).join();
    const known = graphs.get(key);
    if (known === undefined) freeOldest(graphs, maxGraphs - 1); // before the new one takes memory of its own
    const recorded = () => {
      const graph = record(where, backend, fn, inputs, { xla, precision });
      const rounded = precision === "bfloat16" ? withBfloat16Products(graph) : graph;
      return graphRunner().load(where, backend, rounded, xla);
    };
    const graph = known ?? recorded();
    graphs.delete(key); // the newest entry is the last
    graphs.set(key, graph);
    return graph.run(inputs);
  };

  return Object.defineProperties(call, {
    name: { value: name },
    mode: { get: () => (nativeBackend() === undefined ? "op-by-op" : mode) },
    reason: { get: () => reason(mode) },
    dispose: {
      value: () => {
        for (const graph of graphs.values()) graph.dispose();
        graphs.clear();
        disposed = true;
      },
    },
  }) as unknown as Compiled<F>;
}

function reason(mode: CompileMode): string {
  if (mode === "op-by-op") return "asked for";
  return nativeBackend() === undefined
    ? `backend "${tf.getBackend()}" cannot run recorded graphs, only tfjs-node's "tensorflow" can`
    : `backend "${tf.getBackend()}" runs each recorded graph as one native call`;
}

function checkInputs(where: string, inputs: readonly tf.Tensor[]): void {
  inputs.forEach((input, i) => {
    if (!(input instanceof tf.Tensor)) {
      throw new UserError(
        `${where}: input ${i} is a ${typeof input}, not a tensor; wrap numbers in tf.scalar.`,
      );
    }
    if (input.isDisposed)
      throw new UserError(`${where}: input ${i} was disposed before the call; keep it alive.`);
    if (input.dtype === "string") throw new UserError(`${where}: input ${i} holds strings; pass numbers.`);
  });
}

/** Outputs are clones: an input returned as it is would otherwise be owned twice. */
function runOpByOp(where: string, fn: TensorFunction, inputs: tf.Tensor[]): tf.Tensor[] {
  return tf.tidy(() => outputsOf(where, fn, inputs).map(output => output.clone()));
}

/** Frees the least recently used graphs until `kept` are left. */
function freeOldest(graphs: Map<string, NativeGraph>, kept: number): void {
  for (const [key, graph] of graphs) {
    if (graphs.size <= kept) break;
    graphs.delete(key);
    graph.dispose();
  }
}
