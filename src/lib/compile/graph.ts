/**
 * A recorded computation as data: nodes in the order they ran, and the edges between them. Attribute values
 * have the layout of TensorFlow's AttrValue message.
 */

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
  /** what must have run before, though nothing of it is read; live by readers of its own */
  readonly after?: readonly GraphNode[];
  /** of a recorded operation */
  readonly inputShapes?: readonly (readonly number[])[];
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
