/**
 * A recorded computation as data: nodes in the order they ran, edges between them, and a pool that keeps
 * each constant once. Attribute values have the layout of TensorFlow's AttrValue message.
 */
import { createHash } from "node:crypto";

/** TensorFlow's DataType numbers that this file writes itself. */
const DT_INT32 = 3;

/** A constant whose elements are all equal is written as a Fill operation from this size on. */
const fillFromBytes = 1024;

export interface TensorValue {
  /** TensorFlow's DataType number */
  readonly dtype: number;
  readonly tensorShape: TensorShape;
  /** elements in row-major order, little endian */
  readonly tensorContent: Uint8Array;
}

export interface TensorShape {
  readonly dim: readonly { readonly size: number }[];
}

export type AttrValue =
  | { readonly s: Uint8Array }
  | { readonly i: number }
  | { readonly f: number }
  | { readonly b: boolean }
  | { readonly type: number }
  | { readonly shape: TensorShape }
  | { readonly tensor: TensorValue }
  | { readonly list: { readonly i?: number[]; readonly f?: number[]; readonly b?: boolean[] } };

export interface GraphNode {
  readonly op: string;
  readonly attrs: Readonly<Record<string, AttrValue>>;
  readonly inputs: readonly Edge[];
}

/** One output of one node. */
export interface Edge {
  readonly node: GraphNode;
  readonly output: number;
}

export interface Graph {
  /** every node after the nodes it reads; no node that no output needs, except placeholders */
  readonly nodes: readonly GraphNode[];
  readonly placeholders: readonly GraphNode[];
  readonly outputs: readonly GraphNode[];
}

export function tensorShape(shape: readonly number[]): TensorShape {
  return { dim: shape.map(size => ({ size })) };
}

/** The nodes that an output depends on and all placeholders, in their given order. */
export function withoutDeadNodes(nodes: readonly GraphNode[], roots: readonly GraphNode[]): GraphNode[] {
  const live = new Set(roots);
  for (let i = nodes.length - 1; i >= 0; i--) {
    if (live.has(nodes[i])) for (const input of nodes[i].inputs) live.add(input.node);
  }
  return nodes.filter(node => live.has(node));
}

/** Adds constants to a list of nodes: equal ones once, large uniform ones as Fill. */
export class ConstantPool {
  private readonly known = new Map<string, GraphNode>();

  /** @param nodes the list that new nodes are appended to */
  constructor(private readonly nodes: GraphNode[]) {}

  /** @param content elements in row-major order, little endian */
  add(dtype: number, shape: readonly number[], content: Uint8Array): GraphNode {
    const key = `${dtype}[${shape.join()}]${createHash("sha1").update(content).digest("hex")}`;
    const known = this.known.get(key);
    if (known !== undefined) return known;
    const node = this.isLargeAndUniform(shape, content)
      ? this.fill(dtype, shape, content)
      : constant(dtype, shape, content);
    this.nodes.push(node);
    this.known.set(key, node);
    return node;
  }

  private isLargeAndUniform(shape: readonly number[], content: Uint8Array): boolean {
    if (content.length < fillFromBytes) return false;
    const elementBytes = content.length / shape.reduce((a, b) => a * b, 1);
    const length = content.length - elementBytes;
    const bytes = Buffer.from(content.buffer, content.byteOffset, content.length);
    return bytes.subarray(0, length).equals(bytes.subarray(elementBytes)); // each element equals the next
  }

  private fill(dtype: number, shape: readonly number[], content: Uint8Array): GraphNode {
    const elementBytes = content.length / shape.reduce((a, b) => a * b, 1);
    const dims = this.add(DT_INT32, [shape.length], new Uint8Array(Int32Array.from(shape).buffer));
    const value = this.add(dtype, [], content.slice(0, elementBytes));
    return {
      op: "Fill",
      attrs: { T: { type: dtype }, index_type: { type: DT_INT32 } },
      inputs: [dims, value].map(node => ({ node, output: 0 })),
    };
  }
}

function constant(dtype: number, shape: readonly number[], content: Uint8Array): GraphNode {
  const tensor = { dtype, tensorShape: tensorShape(shape), tensorContent: content };
  return { op: "Const", attrs: { dtype: { type: dtype }, value: { tensor } }, inputs: [] };
}
