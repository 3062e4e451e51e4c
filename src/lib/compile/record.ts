/**
 * Runs a function once in the usual way and notes every native operation it makes. tfjs-node's kernels all
 * go through the backend's executeSingleOutput and executeMultipleOutputs, gradients included, so wrapping
 * these two sees everything; tensors are told apart by their data, which aliases (clones) share.
 */
import * as tf from "@tensorflow/tfjs-core";
import { UserError } from "../core/errors.js";
import { ConstantPool } from "./constants.js";
import {
  tensorShape,
  withoutDeadNodes,
  type AttrValue,
  type Edge,
  type Graph,
  type GraphNode,
} from "./graph.js";
import type { NativeBackend, OpAttr } from "./native.js";
import type { Precision } from "./precision.js";
import { refuseOperation, refusals, withReplaced, type Replacement } from "./refusals.js";
import { ThinMemory } from "./thin-memory.js";

/** Operations that eager TensorFlow completes by itself: the attribute that a graph must state. */
const attrOfFirstInput: Readonly<Record<string, string>> = { ExpandDims: "T" };

/** Whether a function is being recorded on this backend right now. */
export function isRecording(backend: NativeBackend): boolean {
  return Object.hasOwn(backend, "executeSingleOutput");
}

/**
 * The graph of `fn` for inputs of these shapes and dtypes. Inputs become placeholders, tensors from
 * elsewhere constants. Leaves no tensor behind. Throws UserError where a graph could not repeat `fn`.
 */
export function record(
  where: string,
  backend: NativeBackend,
  fn: (...inputs: tf.Tensor[]) => tf.Tensor[],
  inputs: tf.Tensor[],
  { xla, precision }: { readonly xla: boolean; readonly precision: Precision },
): Graph {
  const recorder = new Recorder(where, backend);
  const purpose: Replacement[] = [
    [backend, "recordsForXla", xla],
    [backend, "recordsIn", precision],
    [backend, "recordAfter", recorder.after.bind(recorder)],
  ];
  return withReplaced([...recorder.replacements(), ...purpose], () => {
    tf.engine().startScope();
    try {
      const copies = inputs.map(input => recorder.placeholder(input));
      return recorder.finish(fn(...copies));
    } finally {
      tf.engine().endScope(); // frees the copies and all that fn made
    }
  });
}

class Recorder {
  private readonly nodes: GraphNode[] = [];
  private readonly placeholders: GraphNode[] = [];
  private readonly constants = new ConstantPool(this.nodes);
  /** data computed while recording, inputs included */
  private readonly computed = new Map<tf.DataId, Edge>();
  /** data from elsewhere */
  private readonly captured = new Map<tf.DataId, Edge>();
  private readonly memory: ThinMemory;
  private waitingFor: readonly GraphNode[] = [];
  private readonly single: NativeBackend["executeSingleOutput"];
  private readonly multiple: NativeBackend["executeMultipleOutputs"];

  constructor(
    private readonly where: string,
    private readonly backend: NativeBackend,
  ) {
    this.memory = new ThinMemory(backend);
    this.single = backend.executeSingleOutput.bind(backend);
    this.multiple = backend.executeMultipleOutputs.bind(backend);
  }

  /** What stands in for tfjs's own functions while recording. */
  replacements(): Replacement[] {
    const single: NativeBackend["executeSingleOutput"] = (op, attrs, inputs) =>
      this.note(op, attrs, inputs, () => [this.single(op, attrs, inputs)])[0];
    const multiple: NativeBackend["executeMultipleOutputs"] = (op, attrs, inputs, outputs) =>
      this.note(op, attrs, inputs, () => this.multiple(op, attrs, inputs, outputs));
    return [
      [this.backend, "executeSingleOutput", single],
      [this.backend, "executeMultipleOutputs", multiple],
      ...refusals(this.where, dataId => this.computed.has(dataId)),
    ];
  }

  /** A tensor with the values of `input` but data of its own, so that equal inputs stay apart. */
  placeholder(input: tf.Tensor): tf.Tensor {
    const type = this.backend.getDTypeInteger(input.dtype);
    const attrs = [{ name: "T", type: this.backend.binding.TF_ATTR_TYPE, value: type }];
    const copy = this.single("Identity", attrs, [input]);
    const node: GraphNode = {
      op: "Placeholder",
      attrs: { dtype: { type }, shape: { shape: tensorShape(input.shape) } },
      inputs: [],
    };
    this.nodes.push(node);
    this.placeholders.push(node);
    // It shares the input's memory, and holds none of its own while recording.
    this.computed.set(copy.dataId, { node, output: 0 });
    return copy;
  }

  /** What `work` does, to run after what made these. */
  after<T>(before: readonly tf.TensorInfo[], work: () => T): T {
    const outer = this.waitingFor;
    this.waitingFor = before.map(tensor => this.edgeOf(tensor).node);
    try {
      return work();
    } finally {
      this.waitingFor = outer;
    }
  }

  /** The graph that computes `outputs`; each gets a node of its own, as one may be an input or come twice. */
  finish(outputs: readonly tf.Tensor[]): Graph {
    const ends = outputs.map((output): GraphNode => ({
      op: "Identity",
      attrs: { T: { type: this.backend.getDTypeInteger(output.dtype) } },
      inputs: [this.edgeOf(output)],
    }));
    const nodes = withoutDeadNodes([...this.nodes, ...ends], [...this.placeholders, ...ends]);
    return { nodes, placeholders: this.placeholders, outputs: ends };
  }

  private note(
    op: string,
    attrs: readonly OpAttr[],
    inputs: readonly tf.TensorInfo[],
    run: () => tf.Tensor[],
  ): tf.Tensor[] {
    refuseOperation(this.where, op);
    const node: GraphNode = {
      op,
      attrs: this.attrValues(op, attrs, inputs),
      inputs: inputs.map(input => this.edgeOf(input)),
      inputShapes: inputs.map(input => input.shape),
      ...this.waits(op),
    };
    const outputs = this.memory.with(inputs, run);
    this.nodes.push(node);
    outputs.forEach((tensor, output) => {
      this.computed.set(tensor.dataId, { node, output });
      this.memory.drop(tensor);
    });
    return outputs;
  }

  /**
   * Only what computes waits: a graph is made ready in time that grows with the square of what waits.
   */
  private waits(op: string): Pick<GraphNode, "after"> {
    return this.waitingFor.length === 0 || !/^(Mul|BitwiseAnd)$/.test(op) ? {} : { after: this.waitingFor };
  }

  private edgeOf(tensor: tf.TensorInfo): Edge {
    const known = this.computed.get(tensor.dataId) ?? this.captured.get(tensor.dataId);
    if (known !== undefined) return known;
    const edge = { node: this.constant(tensor), output: 0 };
    this.captured.set(tensor.dataId, edge);
    return edge;
  }

  private constant(tensor: tf.TensorInfo): GraphNode {
    const variables = Object.values(tf.engine().registeredVariables);
    const variable = variables.find(({ dataId }) => dataId === tensor.dataId);
    if (variable !== undefined) {
      throw new UserError(
        `${this.where}: the function uses variable ${variable.name}, whose later values a graph would ` +
          "not see; pass it as an input.",
      );
    }
    const values = this.backend.readSync(tensor.dataId);
    if (!ArrayBuffer.isView(values)) {
      throw new UserError(
        `${this.where}: a tensor of dtype ${tensor.dtype} cannot be part of a graph; use numbers.`,
      );
    }
    const content = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
    return this.constants.add(this.backend.getDTypeInteger(tensor.dtype), tensor.shape, content);
  }

  private attrValues(
    op: string,
    attrs: readonly OpAttr[],
    inputs: readonly tf.TensorInfo[],
  ): GraphNode["attrs"] {
    const values: Record<string, AttrValue> = {};
    const missing = attrOfFirstInput[op];
    if (missing !== undefined) values[missing] = { type: this.backend.getDTypeInteger(inputs[0].dtype) };
    for (const attr of attrs) values[attr.name] = this.attrValue(op, attr);
    return values;
  }

  private attrValue(op: string, { name, type, value }: OpAttr): AttrValue {
    const binding = this.backend.binding;
    const isList = Array.isArray(value);
    switch (type) {
      case binding.TF_ATTR_STRING:
        return { s: new TextEncoder().encode(value as string) };
      case binding.TF_ATTR_INT:
        return isList ? { list: { i: [...(value as number[])] } } : { i: value as number };
      case binding.TF_ATTR_FLOAT:
        return isList ? { list: { f: [...(value as number[])] } } : { f: value as number };
      case binding.TF_ATTR_BOOL:
        return isList ? { list: { b: [...(value as boolean[])] } } : { b: value as boolean };
      case binding.TF_ATTR_TYPE:
        return { type: value as number };
      case binding.TF_ATTR_SHAPE:
        return { shape: tensorShape(value as number[]) };
      default:
        throw new Error(
          `${this.where}: attribute ${name} of ${op} has a type (${type}) that cannot be recorded.`,
        );
    }
  }
}
