/** Constants of a graph: equal ones once, large uniform ones as an operation instead of their bytes. */
import { createHash } from "node:crypto";
import { tensorShape } from "./graph.js";
import type { GraphNode } from "./graph.js";

/** TensorFlow's DataType number of int32. */
const int32 = 3;

/** A constant whose elements are all equal becomes a Fill operation from this size on. */
const fillFromBytes = 1024;

/** Adds constants to a list of nodes. */
export class ConstantPool {
  private readonly known = new Map<string, GraphNode>();

  /** @param nodes the list that new nodes are appended to */
  constructor(private readonly nodes: GraphNode[]) {}

  /**
   * The node that holds this constant, whatever made it.
   * @param dtype TensorFlow's DataType number
   * @param content elements in row-major order, little endian
   */
  add(dtype: number, shape: readonly number[], content: Uint8Array): GraphNode {
    const key = `${dtype}[${shape.join()}]${createHash("sha1").update(content).digest("hex")}`;
    let node = this.known.get(key);
    if (node === undefined) {
      const element = content.length < fillFromBytes ? undefined : repeatedElement(shape, content);
      node = element === undefined ? constant(dtype, shape, content) : this.fill(dtype, shape, element);
      this.nodes.push(node);
      this.known.set(key, node);
    }
    return node;
  }

  private fill(dtype: number, shape: readonly number[], element: Uint8Array): GraphNode {
    const dims = this.add(int32, [shape.length], new Uint8Array(Int32Array.from(shape).buffer));
    const value = this.add(dtype, [], element);
    const attrs = { T: { type: dtype }, index_type: { type: int32 } };
    return { op: "Fill", attrs, inputs: [dims, value].map(node => ({ node, output: 0 })) };
  }
}

function constant(dtype: number, shape: readonly number[], content: Uint8Array): GraphNode {
  const tensor = { dtype, tensorShape: tensorShape(shape), tensorContent: content };
  return { op: "Const", attrs: { dtype: { type: dtype }, value: { tensor } }, inputs: [] };
}

/** The bytes of the one element that `content` repeats, if it does: each element then equals the next. */
function repeatedElement(shape: readonly number[], content: Uint8Array): Uint8Array | undefined {
  const elementBytes = content.length / shape.reduce((a, b) => a * b, 1);
  const bytes = Buffer.from(content.buffer, content.byteOffset, content.length);
  const uniform = bytes.subarray(0, -elementBytes).equals(bytes.subarray(elementBytes));
  return uniform ? content.slice(0, elementBytes) : undefined;
}
