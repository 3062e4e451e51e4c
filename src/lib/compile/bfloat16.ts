/**
 * Matrix products in bfloat16, everything else in float32: a recorded graph rewritten. Of a tensor that
 * products read there is one rounded copy, whoever reads it, forward or backward; of a product's result one
 * float32 copy, and only where something else than a product reads it. What only moves numbers about is done
 * on the rounded ones, half the bytes, where nothing else is wanted of it.
 */
import type { AttrValue, Edge, Graph, GraphNode } from "./graph.js";

/** TensorFlow's DataType numbers. */
const float32 = 1;
const bfloat16 = 14;

/**
 * Least of the three sides [m, k] x [k, n] of a product that is rounded. An operand's number takes part in n
 * or m multiplications, a result's is the sum of k: so many must save more time than rounding or widening the
 * one number takes. At 200 GFLOP/s a core in float32 and twice that in bfloat16 a multiplication saves 5 ps,
 * and a number rounded costs 0.4 ns. Projections of the narrowest models here have 96; heads of 32 stay in
 * float32, and so does a large matrix times few rows.
 */
export const leastSide = 80;

interface Move {
  /** the attribute that names the type of what is moved */
  readonly type: string;
  /** which of so many inputs are moved; the others say where to */
  readonly data: (inputs: number) => number[];
  /** leaves numbers out: rounding comes behind it, unless they are rounded already */
  readonly selects: boolean;
}

/** Operations whose outputs hold no other numbers than their inputs. */
const moves: Readonly<Record<string, Move>> = {
  Transpose: { type: "T", data: () => [0], selects: false },
  Split: { type: "T", data: () => [1], selects: false },
  SplitV: { type: "T", data: () => [0], selects: false },
  ConcatV2: { type: "T", data: inputs => Array.from({ length: inputs - 1 }, (_, i) => i), selects: false },
  Slice: { type: "T", data: () => [0], selects: true },
  GatherV2: { type: "Tparams", data: () => [0], selects: true },
};
/** The same, and no byte is moved: in which precision ever it is wanted, it is one of their input. */
const views: readonly string[] = ["Reshape", "Squeeze", "ExpandDims", "Identity"];

/** The products of a graph that are computed in bfloat16. */
export function bfloat16Products(graph: Graph): GraphNode[] {
  return graph.nodes.filter(isRounded);
}

/** A product of float32 matrices that `withBfloat16Products` leaves as it is. */
export function staysFloat32(node: GraphNode): boolean {
  return isProduct(node) && !isRounded(node);
}

/** The same graph with its products in bfloat16, inputs and outputs as they were. */
export function withBfloat16Products(graph: Graph): Graph {
  return new Rewriting(graph).result();
}

function isProduct(node: GraphNode): boolean {
  return (node.op === "MatMul" || node.op === "BatchMatMulV2") && typeOf(node, "T") === float32;
}

function isRounded(node: GraphNode): boolean {
  if (!isProduct(node)) return false;
  if (node.inputShapes === undefined) return false;
  const [a, b] = node.inputShapes;
  const [transposeA, transposeB] = node.op === "MatMul" ? ["transpose_a", "transpose_b"] : ["adj_x", "adj_y"];
  const [m, k] = lastTwo(a, isTrue(node.attrs[transposeA]));
  const [, n] = lastTwo(b, isTrue(node.attrs[transposeB]));
  return Math.min(m, n, k) >= leastSide;
}

function lastTwo(shape: readonly number[], swapped: boolean): readonly [number, number] {
  const [rows, columns] = shape.slice(-2);
  return swapped ? [columns, rows] : [rows, columns];
}

const isTrue = (attr: AttrValue | undefined): boolean => attr !== undefined && "b" in attr && attr.b;

function typeOf(node: GraphNode, attr: string): number | undefined {
  const value = node.attrs[attr];
  return value !== undefined && "type" in value ? value.type : undefined;
}

/** Inputs of a move or a view whose numbers it hands on. */
function handedOn(node: GraphNode): Edge[] {
  if (views.includes(node.op)) return [node.inputs[0]];
  return moves[node.op].data(node.inputs.length).map(i => node.inputs[i]);
}

type Precision = typeof float32 | typeof bfloat16;

class Rewriting {
  /** moves that are done on rounded numbers */
  private readonly rounded = new Set<GraphNode>();
  private readonly placeholders: GraphNode[] = [];
  private readonly nodes: GraphNode[] = [];
  /** what stands for a node; of a move or a product in the precision it is done in */
  private readonly made = new Map<GraphNode, GraphNode>();
  /** copies in the other precision, by node and output */
  private readonly copies = new Map<GraphNode, Map<number, GraphNode>>();
  private readonly viewsIn = {
    [float32]: new Map<GraphNode, GraphNode>(),
    [bfloat16]: new Map<GraphNode, GraphNode>(),
  };

  constructor(private readonly graph: Graph) {
    this.choose();
    for (const node of graph.nodes) if (!this.isView(node)) this.make(node);
  }

  result(): Graph {
    const { outputs, placeholders } = this.graph;
    return {
      nodes: this.nodes,
      placeholders: placeholders.map(node => this.made.get(node) as GraphNode),
      outputs: outputs.map(node => this.made.get(node) as GraphNode),
    };
  }

  /**
   * Moves of a product's results lose nothing by being done on the rounded numbers; other moves are, where
   * products alone read what they make.
   */
  private choose(): void {
    const exact = new Set<GraphNode>();
    for (const node of this.graph.nodes) {
      if (isRounded(node)) exact.add(node);
      else if (this.canMove(node) && handedOn(node).every(edge => exact.has(edge.node))) {
        exact.add(node);
        if (!this.isView(node)) this.rounded.add(node);
      }
    }
    const readElsewhere = new Set<GraphNode>(this.graph.outputs);
    for (const node of [...this.graph.nodes].reverse()) {
      if (isRounded(node)) continue;
      const moving = this.canMove(node);
      if (moving && !this.isView(node) && !moves[node.op].selects && !readElsewhere.has(node))
        this.rounded.add(node);
      const kept = moving && (this.rounded.has(node) || (this.isView(node) && !readElsewhere.has(node)));
      const handed = moving ? new Set(handedOn(node)) : new Set<Edge>();
      for (const edge of node.inputs) if (!kept || !handed.has(edge)) readElsewhere.add(edge.node);
    }
  }

  private isView(node: GraphNode): boolean {
    return views.includes(node.op) && typeOf(node, "T") === float32 && !this.graph.outputs.includes(node);
  }

  private canMove(node: GraphNode): boolean {
    return this.isView(node) || (node.op in moves && typeOf(node, moves[node.op].type) === float32);
  }

  private make(node: GraphNode): void {
    const lower = isRounded(node) || this.rounded.has(node);
    const data = isRounded(node) ? node.inputs : lower ? handedOn(node) : [];
    const inputs = node.inputs.map(edge => this.edge(edge, data.includes(edge) ? bfloat16 : float32));
    const type = isRounded(node) ? "T" : moves[node.op]?.type;
    const attrs = lower ? { ...node.attrs, [type]: { type: bfloat16 } } : node.attrs;
    const made = { ...node, attrs, inputs, ...this.waiting(node) };
    this.nodes.push(made);
    this.made.set(node, made);
  }

  /** A view has no node of its own: then what made its numbers is waited for. */
  private waiting({ after }: GraphNode): Pick<GraphNode, "after"> {
    if (after === undefined) return {};
    const maker = (node: GraphNode): GraphNode => (this.isView(node) ? maker(node.inputs[0].node) : node);
    return { after: after.map(node => this.made.get(maker(node)) as GraphNode) };
  }

  /**
   * An edge of the new graph with the numbers of one of the old graph; only float32 numbers have two
   * precisions.
   */
  private edge({ node, output }: Edge, precision: Precision): Edge {
    if (this.isView(node)) return { node: this.view(node, precision), output: 0 };
    const made = this.made.get(node) as GraphNode;
    const own: Precision = isRounded(node) || this.rounded.has(node) ? bfloat16 : float32;
    if (own === precision) return { node: made, output };
    const copies = this.copies.get(node) ?? new Map<number, GraphNode>();
    this.copies.set(node, copies);
    let copy = copies.get(output);
    if (copy === undefined) {
      const attrs = { SrcT: { type: own }, DstT: { type: precision } };
      copy = { op: "Cast", attrs, inputs: [{ node: made, output }] };
      this.nodes.push(copy);
      copies.set(output, copy);
    }
    return { node: copy, output: 0 };
  }

  private view(node: GraphNode, precision: Precision): GraphNode {
    const known = this.viewsIn[precision].get(node);
    if (known !== undefined) return known;
    const [data, ...rest] = node.inputs;
    const inputs = [this.edge(data, precision), ...rest.map(edge => this.edge(edge, float32))];
    const attrs = { ...node.attrs, T: { type: precision } };
    const made = { ...node, attrs, inputs, ...this.waiting(node) };
    this.nodes.push(made);
    this.viewsIn[precision].set(node, made);
    return made;
  }
}
