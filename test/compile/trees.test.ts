/** Trees of tensors: what compile(fn) takes and returns, and what two trees must share to share a graph. */
import * as tf from "@tensorflow/tfjs-core";
import { describe, expect, test } from "vitest";
import { compile } from "../../src/lib/compile/compile.js";
import { flatten, formOf, mapTree, refilled, tensorsOf, tidyTree } from "../../src/lib/compile/trees.js";
import { hasNativeBackend } from "./native-backend.js";

const values = (tensor: tf.Tensor): number[] => Array.from(tensor.dataSync());
const form = (tree: unknown): string => flatten(tree, []);

describe("trees", () => {
  const [a, b, c] = [tf.scalar(1), tf.tensor1d([2, 3]), tf.tensor1d([4], "int32")];

  test("give their tensors in order, and take others in their places", () => {
    const tree = { map: new Map([["w", a]]), list: [b, null, [c]], none: null };
    expect(tensorsOf(tree)).toEqual([a, b, c]);
    const doubled = mapTree(tree, tensor => tf.mul(tensor, 2));
    expect(values(doubled.map.get("w") as tf.Tensor)).toEqual([2]);
    expect([doubled.list[1], doubled.none]).toEqual([null, null]);
    expect(refilled(formOf(tree), [c, a, b])).toEqual({
      ...tree,
      map: new Map([["w", c]]),
      list: [a, null, [b]],
    });
  });

  test(
    "have one form where one graph serves them, and another where keys, places, shapes or dtypes " + "differ",
    () => {
      expect(form({ x: a, y: [b] })).toBe(form({ x: tf.scalar(9), y: [tf.zeros([2])] }));
      const others = [
        { x: a, z: [b] },
        { x: a, y: b },
        { x: b, y: [b] },
        { x: a, y: [c] },
        { x: a, y: [b, null] },
      ];
      expect(new Set([form({ x: a, y: [b] }), ...others.map(form)]).size).toBe(others.length + 1);
      // no key can look like a structure
      expect(form({ "x1:y": a })).not.toBe(form({ x: a, y: a }));
      expect(form({ ab: a, c: a })).not.toBe(form({ a, bc: a }));
    },
  );

  test("outlive a tidy, Maps among them, and nothing else does", () => {
    const before = tf.memory().numTensors;
    const kept = tidyTree(() => new Map([["sum", tf.add(tf.add(a, 1), 1)]]));
    expect(tf.memory().numTensors).toBe(before + 1);
    expect(values(kept.get("sum") as tf.Tensor)).toEqual([3]);
  });
});

describe.each(["graph", "op-by-op"] as const)("a compiled function of trees (%s)", mode => {
  interface Batch {
    readonly x: tf.Tensor;
    readonly bias: tf.Tensor | null;
  }

  test("takes and returns them, whatever they are made of", () => {
    const step = compile(
      (weights: ReadonlyMap<string, tf.Tensor>, { x, bias }: Batch) => {
        const w = weights.get("w") as tf.Tensor;
        const y = tf.mul(x, w);
        return { y: bias === null ? y : tf.add(y, bias), next: new Map([["w", tf.add(w, 1)]]), none: null };
      },
      { mode },
    );
    const weights = new Map([["w", tf.scalar(3)]]);
    const first = step(weights, { x: tf.tensor1d([1, 2]), bias: null });
    expect([values(first.y), values(first.next.get("w") as tf.Tensor), first.none]).toEqual([
      [3, 6],
      [4],
      null,
    ]);
    const second = step(first.next, { x: tf.tensor1d([1, 2]), bias: tf.scalar(10) });
    expect(values(second.y)).toEqual([14, 18]);
    step.dispose();
  });

  test("names the place of what is no tensor", () => {
    const f = compile((batch: { readonly x: readonly tf.Tensor[] }) => batch.x[0], { mode, name: "f" });
    expect(() => f({ x: [3 as unknown as tf.Tensor] })).toThrow(
      "compile(f): input 0.x[0] is a number, not a tensor; wrap numbers in tf.scalar.",
    );
    const gone = tf.scalar(1);
    gone.dispose();
    expect(() => f({ x: [gone] })).toThrow(
      "compile(f): input 0.x[0] was disposed before the call; keep it alive.",
    );
    const g = compile((x: tf.Tensor) => ({ sum: x, count: 2 }), { mode, name: "g" });
    expect(() => g(tf.scalar(1))).toThrow(
      /^compile\(g\): the function returned a number at .count; return a tensor/,
    );
  });
});

test.skipIf(!hasNativeBackend)("a tree of another form gets a graph of its own, the same form none", () => {
  let runs = 0;
  const counted = compile((batch: { readonly x: tf.Tensor; readonly bias: tf.Tensor | null }) => {
    runs++;
    return batch.bias === null ? batch.x : tf.add(batch.x, batch.bias);
  });
  const [x, bias] = [tf.scalar(1), tf.scalar(2)];
  for (const given of [null, bias, null, bias]) counted({ x, bias: given });
  expect(runs).toBe(2);
});
