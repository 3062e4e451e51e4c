/** What is kept of a recording: constants once and small, and only what an output needs. */
import { expect, test } from "vitest";
import { ConstantPool } from "../../src/lib/compile/constants.js";
import { withoutDeadNodes } from "../../src/lib/compile/graph.js";
import type { GraphNode } from "../../src/lib/compile/graph.js";
import { encodeSavedModel } from "../../src/lib/runtime/saved-model.js";

const float32 = 1;
const int32 = 3;
const bytes = (values: Float32Array | Int32Array): Uint8Array => new Uint8Array(values.buffer);
const uniform = (size: number, value: number): Uint8Array => bytes(new Float32Array(size).fill(value));

function node(op: string, ...inputs: GraphNode[]): GraphNode {
  return { op, attrs: {}, inputs: inputs.map(input => ({ node: input, output: 0 })) };
}

test("equal constants are one node, other shapes, dtypes or values are not", () => {
  const nodes: GraphNode[] = [];
  const pool = new ConstantPool(nodes);
  const one = pool.add(float32, [2], uniform(2, 1));
  expect(pool.add(float32, [2], uniform(2, 1))).toBe(one);
  expect(pool.add(float32, [1, 2], uniform(2, 1))).not.toBe(one);
  expect(pool.add(int32, [2], uniform(2, 1))).not.toBe(one);
  expect(pool.add(float32, [2], uniform(2, 2))).not.toBe(one);
  expect(nodes.map(n => n.op)).toEqual(["Const", "Const", "Const", "Const"]);
});

test("a large constant of equal elements is filled in by TensorFlow, any other is embedded", () => {
  const nodes: GraphNode[] = [];
  const pool = new ConstantPool(nodes);
  expect(pool.add(float32, [8, 64], uniform(512, 1)).op).toBe("Fill");
  expect(pool.add(float32, [4, 64], uniform(256, 1)).op).toBe("Fill");
  expect(pool.add(float32, [255], uniform(255, 1)).op).toBe("Const"); // 4 bytes below the limit
  expect(pool.add(int32, [512], bytes(new Int32Array(512).fill(1, 0, 511))).op).toBe("Const");
  expect(nodes.map(n => n.op)).toEqual(["Const", "Const", "Fill", "Const", "Fill", "Const", "Const"]);
});

test("a graph grows by the bytes of its constants only where they differ", () => {
  const size = (content: Uint8Array): number => {
    const nodes: GraphNode[] = [];
    new ConstantPool(nodes).add(float32, [100, 100], content);
    return encodeSavedModel({ nodes, placeholders: [], outputs: [] }).length;
  };
  expect(size(uniform(10_000, 0))).toBeLessThan(1000);
  expect(size(bytes(Float32Array.from({ length: 10_000 }, (_, i) => i)))).toBeGreaterThan(40_000);
});

test("nodes that no root depends on are dropped, the order of the others stays", () => {
  const [a, b] = [node("A"), node("B")];
  const used = node("Used", a);
  const dead = node("Dead", used, b);
  const root = node("Root", used);
  expect(withoutDeadNodes([a, b, used, dead, root], [root])).toEqual([a, used, root]);
});
