/**
 * Products in bfloat16: what of a graph is rounded, what is
 * not, and how far results may be from those in float32.
 */
import * as tf from "@tensorflow/tfjs-core";
import { describe, expect, test } from "vitest";
import { bfloat16Products, staysFloat32, withBfloat16Products } from "../../src/lib/compile/bfloat16.js";
import { compile } from "../../src/lib/compile/compile.js";
import type { AttrValue, Graph, GraphNode } from "../../src/lib/compile/graph.js";
import { nativeBackend, type NativeBackend } from "../../src/lib/compile/native.js";
import { record } from "../../src/lib/compile/record.js";
import { UserError } from "../../src/lib/core/errors.js";
import { hasNativeBackend } from "./native-backend.js";

const bfloat16 = 14;
const normal = (shape: number[], seed: number) => tf.randomNormal(shape, 0, 1, "float32", seed);
const values = (tensor: tf.Tensor): number[] => Array.from(tensor.dataSync());

function recorded(fn: (...inputs: tf.Tensor[]) => tf.Tensor | tf.Tensor[], ...inputs: tf.Tensor[]): Graph {
  const flat = (...copies: tf.Tensor[]) => [fn(...copies)].flat();
  return record("test", nativeBackend() as NativeBackend, flat, inputs, {
    xla: false,
    precision: "bfloat16",
  });
}

const typeOf = (node: GraphNode, attr: string): number | undefined => {
  const value: AttrValue | undefined = node.attrs[attr];
  return value !== undefined && "type" in value ? value.type : undefined;
};
const of = (graph: Graph, op: string) => graph.nodes.filter(node => node.op === op);
const roundings = (graph: Graph) => of(graph, "Cast").filter(node => typeOf(node, "DstT") === bfloat16);
const widenings = (graph: Graph) => of(graph, "Cast").filter(node => typeOf(node, "SrcT") === bfloat16);

describe.skipIf(!hasNativeBackend)("a graph with products in bfloat16", () => {
  test("rounds a tensor once, whoever reads it, and widens a result once", () => {
    const fn = (x: tf.Tensor, a: tf.Tensor, b: tf.Tensor) => {
      const [y, z] = [tf.matMul(x, a), tf.matMul(x, b)];
      return [tf.add(y, 1), tf.exp(y), tf.neg(z), tf.matMul(x, a, true, false)];
    };
    const graph = recorded(fn, normal([128, 128], 1), normal([128, 128], 2), normal([128, 128], 3));
    const rounded = withBfloat16Products(graph);
    expect(bfloat16Products(graph)).toHaveLength(3);
    expect(of(rounded, "BatchMatMulV2").map(node => typeOf(node, "T"))).toEqual([14, 14, 14]);
    expect(roundings(rounded)).toHaveLength(3); // x, a, b
    expect(widenings(rounded)).toHaveLength(3); // y, z and the transposed product
  });

  test("hands a product's result to the next as it is", () => {
    const fn = (x: tf.Tensor, a: tf.Tensor, b: tf.Tensor) =>
      tf.matMul(
        tf.reshape(tf.transpose(tf.reshape(tf.matMul(x, a), [128, 2, 128]), [1, 0, 2]), [256, 128]),
        b,
      );
    const graph = withBfloat16Products(
      recorded(fn, normal([128, 128], 1), normal([128, 256], 2), normal([128, 128], 3)),
    );
    expect([roundings(graph).length, widenings(graph).length]).toEqual([3, 1]);
    expect(of(graph, "Transpose").map(node => typeOf(node, "T"))).toEqual([bfloat16]);
  });

  test("moves rounded numbers where products alone read them, float32 ones where anything else does", () => {
    const turned = (read: boolean) => (x: tf.Tensor, a: tf.Tensor) => {
      const y = tf.transpose(tf.sigmoid(x));
      return read ? [tf.matMul(y, a), tf.exp(y)] : [tf.matMul(y, a)];
    };
    const types = [true, false].map(read => {
      const graph = withBfloat16Products(
        recorded(turned(read), normal([128, 128], 1), normal([128, 128], 2)),
      );
      return of(graph, "Transpose").map(node => typeOf(node, "T"));
    });
    expect(types).toEqual([[1], [bfloat16]]);
  });

  test("takes the rows that are read before it rounds", () => {
    const fn = (x: tf.Tensor, a: tf.Tensor) => tf.matMul(tf.gather(x, tf.range(0, 128, 1, "int32")), a);
    const graph = withBfloat16Products(recorded(fn, normal([512, 128], 1), normal([128, 128], 2)));
    expect(of(graph, "BatchMatMulV2").map(node => typeOf(node, "T"))).toEqual([bfloat16]);
    expect(of(graph, "GatherV2").map(node => typeOf(node, "Tparams"))).toEqual([1]);
  });

  test("leaves products with a short side in float32: rounding would take longer than it saves", () => {
    const fn = (x: tf.Tensor, y: tf.Tensor) => [tf.matMul(x, y, false, true), tf.matMul(x, y, true, false)];
    const rounded = (shape: number[]) => {
      const graph = recorded(fn, normal(shape, 1), normal(shape, 2));
      expect(graph.nodes.filter(staysFloat32).length + bfloat16Products(graph).length).toBe(2);
      return bfloat16Products(graph).length;
    };
    expect([rounded([80, 80]), rounded([79, 96]), rounded([96, 79]), rounded([96, 32])]).toEqual([
      2, 0, 0, 0,
    ]);
    const small = recorded(fn, normal([96, 32], 1), normal([96, 32], 2));
    expect(withBfloat16Products(small)).toEqual(small);
  });

  test("returns inputs and results of products as float32, also as they are and twice", () => {
    const fn = (x: tf.Tensor, a: tf.Tensor) => {
      const y = tf.matMul(x, a);
      return [x, y, y, tf.transpose(y), tf.reshape(y, [-1])];
    };
    const [x, a] = [normal([128, 128], 1), normal([128, 128], 2)];
    const [same, y, again, turned, flat] = compile(fn, { precision: "bfloat16" })(x, a);
    expect(values(same)).toEqual(values(x));
    expect([y, again, turned, flat].map(tensor => tensor.dtype)).toEqual(Array(4).fill("float32"));
    expect(values(again)).toEqual(values(y));
    expect(values(flat)).toEqual(values(y));
    expect(values(turned)).toEqual(values(tf.transpose(y)));
  });
});

describe.skipIf(!hasNativeBackend)("results in bfloat16", () => {
  /**
   * Of 8 significant bits: rounding an operand changes a product by 2^-9 of it (to nearest), the result once
   * more by 2^-8 at most (TensorFlow's reference kernel cuts off); the sums between are in float32. So an
   * entry differs by no more than (2 * 2^-9 + 2^-8) times the sum of the absolute products.
   */
  const bound = 2 ** -7 * 1.01;

  for (const [what, left, right, turned] of [
    ["a product", [200, 96], [96, 80], [false, false]],
    ["one with a transposed matrix", [200, 96], [80, 96], [false, true]],
    ["a gradient of weights, a long sum", [1000, 96], [1000, 80], [true, false]],
    ["a batch of products", [3, 96, 128], [3, 128, 96], [false, false]],
  ] as const)
    test(`${what} is within the rounding of its operands and its result`, () => {
      const fn = (x: tf.Tensor, y: tf.Tensor) => tf.matMul(x, y, turned[0], turned[1]);
      const [x, y] = [normal([...left], 1), normal([...right], 2)];
      const rounded = compile(fn, { precision: "bfloat16" })(x, y);
      const differences = values(tf.abs(tf.sub(rounded, fn(x, y))));
      const sums = values(fn(tf.abs(x), tf.abs(y)));
      expect(Math.max(...differences.map((difference, i) => difference / sums[i]))).toBeLessThan(bound);
      expect(Math.max(...differences)).toBeGreaterThan(0);
    });

  test("softmax, logarithms and sums get and give float32", () => {
    const fn = (x: tf.Tensor, a: tf.Tensor) => {
      const logits = tf.matMul(x, a);
      return [tf.softmax(logits), tf.logSoftmax(logits), tf.sum(logits, 0), tf.mean(tf.square(logits), -1)];
    };
    const [x, a] = [normal([128, 128], 1), normal([128, 128], 2)];
    const graph = withBfloat16Products(recorded(fn, x, a));
    const rounded = graph.nodes.filter(node => typeOf(node, "T") === bfloat16);
    expect(new Set(rounded.map(node => node.op))).toEqual(new Set(["BatchMatMulV2"]));
    const [shares] = compile(fn, { precision: "bfloat16" })(x, a);
    // Of 128 shares, each rounded to 8 bits, the sum would be off by 1e-3.
    values(tf.sum(shares, -1)).forEach(sum => expect(sum).toBeCloseTo(1, 5));
  });

  test("are the same again", () => {
    const f = compile((x: tf.Tensor, y: tf.Tensor) => tf.matMul(x, y), { precision: "bfloat16" });
    const inputs = [normal([300, 128], 1), normal([128, 96], 2)] as const;
    expect(values(f(...inputs))).toEqual(values(f(...inputs)));
  });

  test("with XLA are within the same bound", () => {
    const fn = (x: tf.Tensor, y: tf.Tensor) => tf.exp(tf.div(tf.matMul(x, y), 100));
    const [x, y] = [normal([128, 96], 1), normal([96, 80], 2)];
    const xla = compile(fn, { precision: "bfloat16", mode: "xla" })(x, y);
    const sums = values(tf.div(tf.matMul(tf.abs(x), tf.abs(y)), 100));
    const exact = values(fn(x, y));
    values(xla).forEach((value, i) =>
      expect(Math.abs(Math.log(value / exact[i]))).toBeLessThan(bound * sums[i] + 1e-6),
    );
  });
});

describe("precision", () => {
  test.skipIf(!hasNativeBackend)("is float32 unless asked for: it leaves the numbers as they were", () => {
    const fn = (x: tf.Tensor, y: tf.Tensor) => tf.matMul(x, y);
    const [x, y] = [normal([128, 128], 1), normal([128, 128], 2)];
    const plain = values(compile(fn)(x, y));
    for (const precision of ["float32", undefined] as const)
      expect(values(compile(fn, { precision })(x, y))).toEqual(plain);
  });

  test.skipIf(!hasNativeBackend)("of a function inside another is the other's", () => {
    const inner = compile((x: tf.Tensor, y: tf.Tensor) => tf.matMul(x, y), { precision: "bfloat16" });
    const outer = compile((x: tf.Tensor, y: tf.Tensor) => inner(x, y));
    const [x, y] = [normal([128, 128], 1), normal([128, 128], 2)];
    expect(values(inner(x, y))).not.toEqual(values(outer(x, y)));
    expect(values(outer(x, y))).toEqual(
      values(compile((a: tf.Tensor, b: tf.Tensor) => tf.matMul(a, b))(x, y)),
    );
  });

  test("bfloat16 is refused where no graph is recorded, in one sentence", () => {
    const fn = (x: tf.Tensor) => tf.matMul(x, x);
    expect(() => compile(fn, { name: "f", precision: "bfloat16", mode: "op-by-op" })).toThrow(
      new UserError(
        'compile(f): products in bfloat16 need recorded graphs, and mode "op-by-op" records none; leave ' +
          "precision at float32.",
      ),
    );
    expect(() => compile(fn, { name: "f", precision: "float16" as "bfloat16" })).toThrow(
      'compile(f): unknown precision "float16"; did you mean "bfloat16"? valid: float32, bfloat16.',
    );
  });
});
