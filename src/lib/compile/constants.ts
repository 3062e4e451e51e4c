/** Constants of a graph: equal ones once, large uniform ones as an operation instead of their bytes. */
import { tensorShape } from "./graph.js";
import type { GraphNode } from "./graph.js";

/** TensorFlow's DataType number of int32. */
const int32 = 3;

/** A constant whose elements are all equal becomes a Fill operation from this size on. */
const fillFromBytes = 1024;

/** Adds constants to a list of nodes. */
export class ConstantPool {
  private readonly known = new Map<string, { readonly content: Uint8Array; readonly node: GraphNode }[]>();

  /** @param nodes the list that new nodes are appended to */
  constructor(private readonly nodes: GraphNode[]) {}

  /**
   * The node that holds this constant, whatever made it.
   * @param dtype TensorFlow's DataType number
   * @param content elements in row-major order, little endian
   */
  add(dtype: number, shape: readonly number[], content: Uint8Array): GraphNode {
    const key = `${dtype}[${shape.join()}]${digest(content)}`;
    const alike = this.known.get(key) ?? [];
    const equal = alike.find(entry => startsAlike(entry.content, content, content.length));
    if (equal !== undefined) return equal.node;
    const element = content.length < fillFromBytes ? undefined : repeatedElement(shape, content);
    const node = element === undefined ? constant(dtype, shape, content) : this.fill(dtype, shape, element);
    this.nodes.push(node);
    this.known.set(key, [...alike, { content, node }]);
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
  const uniform = startsAlike(content, content.subarray(elementBytes), content.length - elementBytes);
  return uniform ? content.slice(0, elementBytes) : undefined;
}

function startsAlike(a: Uint8Array, b: Uint8Array, length: number): boolean {
  for (let i = 0; i < length; i++) if (a[i] !== b[i]) return false;
  return true;
}

/** 32 bits that differ for most contents (FNV-1a): what they do not tell apart is compared byte by byte. */
function digest(content: Uint8Array): number {
  let hash = 0x811c9dc5;
  for (const byte of content) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash;
}
