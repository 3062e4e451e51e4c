/**
 * `compile(fn)`: the counterpart of jax.jit and tf.function, trees of tensors in and out. The first call with
 * inputs of new shapes or dtypes records `fn` once, op by op; it and all later calls run the recorded graph
 * as one native call.
 */
import * as tf from "@tensorflow/tfjs-core";
import { UserError, unknownName } from "../core/errors.js";
import { inPhase } from "../core/phases.js";
import { withBfloat16Products } from "./bfloat16.js";
import { graphRunner, nativeBackend, type NativeBackend, type NativeGraph } from "./native.js";
import { precisions, type Precision } from "./precision.js";
import { isRecording, record } from "./record.js";
import { findLeaf, flatten, formOf, refilled } from "./trees.js";

/**
 * A pure function of trees of tensors, to one. Parameter types are open, so that ranks and keys may be named.
 */
export type TensorFunction = (...inputs: never[]) => unknown;

export interface CompileOptions {
  /** how errors call the function; by default its own name */
  readonly name: string;
  /** graphs kept, one for each combination of input shapes and dtypes; the least recently used goes first */
  readonly maxGraphs: number;
  /**
   * "xla": TensorFlow compiles the graph, for seconds, on its first run; "op-by-op" records nothing, for
   * comparison and for looking inside
   */
  readonly mode: CompileMode;
  /**
   * of the matrix products in recorded graphs (`bfloat16.ts`); all else is float32, and so are inputs and
   * outputs
   */
  readonly precision: Precision;
}

export type CompileMode = "graph" | "xla" | "op-by-op";

export const compileDefaults = { maxGraphs: 16, mode: "graph", precision: "float32" } as const;

/**
 * Called as the function itself: inputs are borrowed, and the tensors of what is returned belong to the
 * caller (or to the enclosing tf.tidy, which knows those in arrays and objects, or `tidyTree`, which knows
 * those in Maps too).
 */
export type Compiled<F extends TensorFunction = TensorFunction> = F & {
  /** how calls run on the current backend */
  readonly mode: CompileMode;
  /** why, in one sentence */
  readonly reason: string;
  /** Frees all native graphs; the function cannot be called afterwards. */
  dispose(): void;
};

/** What was recorded for inputs of one form. */
interface Recorded {
  readonly graph: NativeGraph;
  /** of what the function returns */
  readonly form: unknown;
}

/**
 * @param fn a pure function of trees of tensors (`trees.ts`) in ordinary tfjs-core operations; gradients
 *   (tf.grads, tf.valueAndGrads, tf.customGrad) may be taken inside. Everything that may change from call to
 *   call must be an input tensor (a learning rate: a scalar); tensors and numbers captured by closure are
 *   frozen at their value of the first call. Random draws, reading values and assigning variables inside are
 *   UserErrors. Called inside tf.grads or inside another compiled function it runs op by op and so becomes
 *   part of them.
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
  const graphs = new Map<string, Recorded>();
  const xla = mode === "xla";
  let disposed = false;

  const call = (...inputs: unknown[]): unknown => {
    if (disposed) throw new UserError(`${where}: called after dispose(); compile the function again.`);
    const tensors: tf.Tensor[] = [];
    const key = flattened(
      inputs,
      tensors,
      (got, path) => `${where}: input ${placeOf(path)} is ${got}, not a tensor; wrap numbers in tf.scalar.`,
    );
    checkInputs(where, inputs, tensors);
    const backend = nativeBackend();
    if (precision === "bfloat16" && backend === undefined) refuse(`backend "${tf.getBackend()}" runs none`);
    if (mode === "op-by-op" || backend === undefined || isRecording(backend) || tf.engine().isTapeOn()) {
      return runOpByOp(where, fn, inputs);
    }
    const known = graphs.get(key);
    if (known === undefined) freeOldest(graphs, maxGraphs - 1); // before the new one takes memory of its own
    const recorded = known ?? inPhase("record", () => newGraph(backend, inputs, tensors));
    graphs.delete(key); // the newest entry is the last
    graphs.set(key, recorded);
    return refilled(
      recorded.form,
      inPhase("compute", () => recorded.graph.run(tensors)),
    );
  };

  const newGraph = (backend: NativeBackend, inputs: unknown[], tensors: tf.Tensor[]): Recorded => {
    let form: unknown;
    const flat = (...copies: tf.Tensor[]): tf.Tensor[] => {
      const result = resultOf(where, fn, refilled(formOf(inputs), copies));
      form = formOf(result.tree);
      return result.tensors;
    };
    const graph = record(where, backend, flat, tensors, { xla, precision });
    const rounded = precision === "bfloat16" ? withBfloat16Products(graph) : graph;
    return { graph: graphRunner().load(where, backend, rounded, xla), form };
  };

  return Object.defineProperties(call, {
    name: { value: name },
    mode: { get: () => (nativeBackend() === undefined ? "op-by-op" : mode) },
    reason: { get: () => reason(mode) },
    dispose: {
      value: () => {
        for (const { graph } of graphs.values()) graph.dispose();
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

function checkInputs(where: string, inputs: unknown[], tensors: readonly tf.Tensor[]): void {
  const refuse = (isSo: (tensor: tf.Tensor) => boolean, what: string) => {
    const found = findLeaf(inputs, leaf => isSo(leaf as tf.Tensor));
    return new UserError(`${where}: input ${placeOf(found?.path ?? "")} ${what}.`);
  };
  if (tensors.some(tensor => tensor.isDisposed))
    throw refuse(tensor => tensor.isDisposed, "was disposed before the call; keep it alive");
  if (tensors.some(tensor => tensor.dtype === "string"))
    throw refuse(tensor => tensor.dtype === "string", "holds strings; pass numbers");
}

/** "0.batch" of "[0].batch": the first index is that of the argument. */
function placeOf(path: string): string {
  return path.replace(/^\[(\d+)\]/, "$1");
}

/** As `flatten`. @throws UserError with the sentence for what is no tensor, and where it stands */
function flattened(
  tree: unknown,
  into: tf.Tensor[],
  sentence: (got: string, path: string) => string,
): string {
  try {
    return flatten(tree, into);
  } catch (error) {
    const found = findLeaf(tree, leaf => !(leaf instanceof tf.Tensor));
    if (found === null) throw error;
    const { leaf, path } = found;
    throw new UserError(sentence(inWords(leaf), path));
  }
}

function inWords(leaf: unknown): string {
  if (leaf === undefined) return "undefined";
  return leaf instanceof Promise ? "a promise" : `a ${typeof leaf}`;
}

/** Calls `fn` and checks that it returned tensors. */
function resultOf(where: string, fn: TensorFunction, inputs: unknown[]) {
  const tree: unknown = (fn as (...inputs: unknown[]) => unknown)(...inputs);
  if (tree instanceof Promise) tree.catch(() => undefined); // the error below says more than its own
  const tensors: tf.Tensor[] = [];
  flattened(tree, tensors, (got, path) => {
    const at = path === "" ? "" : ` at ${path}`;
    return (
      `${where}: the function returned ${got}${at}; return a tensor, or arrays, Maps and objects of ` +
      "them."
    );
  });
  if (tensors.length === 0)
    throw new UserError(`${where}: the function returned no tensor; return at least one.`);
  return { tree, tensors };
}

/** Outputs are clones: an input returned as it is would otherwise be owned twice. */
function runOpByOp(where: string, fn: TensorFunction, inputs: unknown[]): unknown {
  let form: unknown;
  const tensors = tf.tidy(() => {
    const result = resultOf(where, fn, inputs);
    form = formOf(result.tree);
    return result.tensors.map(output => output.clone());
  });
  return refilled(form, tensors);
}

/** Frees the least recently used graphs until `kept` are left. */
function freeOldest(graphs: Map<string, Recorded>, kept: number): void {
  for (const [key, { graph }] of graphs) {
    if (graphs.size <= kept) break;
    graphs.delete(key);
    graph.dispose();
  }
}
