/** XLA, operations by name, parts of a batch, and what recording holds in memory. */
import { availableParallelism } from "node:os";
import * as tf from "@tensorflow/tfjs-core";
import { describe, expect, test } from "vitest";
import { compile } from "../../src/lib/compile/compile.js";
import { hasNativeOperation, nativeOperation } from "../../src/lib/compile/native-operation.js";
import { evenSizes, perCore } from "../../src/lib/compile/parts.js";
import { hasNativeBackend } from "./native-backend.js";

const values = (tensor: tf.Tensor): number[] => Array.from(tensor.dataSync());

describe.skipIf(!hasNativeBackend)("XLA", () => {
  test("gives the results and gradients of op by op", () => {
    const fn = (x: tf.Tensor, w: tf.Tensor): tf.Tensor[] => {
      const loss = (a: tf.Tensor, b: tf.Tensor) =>
        tf.sum<tf.Scalar>(tf.mul(tf.softmax(tf.matMul(a, b)), tf.sigmoid(a)));
      const { value, grads } = tf.valueAndGrads(loss)([x, w]);
      return [value, ...grads, tf.transpose(tf.concat(tf.split(x, 3, 1), 0)), tf.topk(x, 2).indices];
    };
    const [x, w] = [tf.randomNormal([4, 3], 0, 1, "float32", 1), tf.randomNormal([3, 3], 0, 1, "float32", 2)];
    const [plain, xla] = ["op-by-op", "xla"].map(mode =>
      compile(fn, { mode: mode as "xla" | "op-by-op" })(x, w),
    );
    plain.forEach((tensor, i) => {
      expect([xla[i].dtype, xla[i].shape]).toEqual([tensor.dtype, tensor.shape]);
      values(xla[i]).forEach((value, j) => expect(value).toBeCloseTo(values(tensor)[j], 5));
    });
  });

  test("an operation that cannot be written for it is an error that names it", () => {
    const f = compile((x: tf.Tensor) => tf.conv1d(x as tf.Tensor3D, tf.ones([2, 1, 1]), 1, "same"), {
      mode: "xla",
      name: "f",
    });
    expect(() => f(tf.ones([1, 4, 1]))).toThrow(/^compile\(f\): operation Conv2D is not known.*mode "graph"/);
  });
});

describe.skipIf(!hasNativeBackend)("operations by name", () => {
  test("are recorded like any other", () => {
    expect(hasNativeOperation("L2Loss")).toBe(true);
    const f = compile((x: tf.Tensor) => nativeOperation("L2Loss", { T: { dtype: "float32" } }, [x]));
    expect(values(f(tf.tensor1d([3, 4])))).toEqual([12.5]);
    expect(values(f(tf.tensor1d([1, 1])))).toEqual([1]);
  });
});

describe.skipIf(!hasNativeBackend)("recording", () => {
  test("computes with zeros, and the graph with the numbers", () => {
    const big = tf.fill([200, 200], 2);
    const f = compile((x: tf.Tensor) => tf.sum(tf.square(tf.mul(x, 3))));
    expect(values(f(big))).toEqual([36 * 40_000]);
    expect(values(big)[0]).toBe(2);
  });

  test("holds none of the large results that the function makes", () => {
    const x = tf.ones([512, 1024]); // 2 MB
    const f = compile((a: tf.Tensor) => {
      let y = a;
      for (let i = 0; i < 100; i++) y = tf.add(y, a);
      return tf.sum(y);
    });
    tf.dispose(tf.neg(x));
    const before = process.memoryUsage.rss();
    f(x);
    expect((process.memoryUsage.rss() - before) / 2 ** 20).toBeLessThan(100); // of 200 MB
  });
});

describe("parts", () => {
  const x = tf.tensor2d([[1], [2], [3], [4], [5]]);

  test("differ by one at most, and what they return is joined in their order", () => {
    expect([evenSizes(7, 3), evenSizes(4, 2), evenSizes(1, 1)]).toEqual([[3, 2, 2], [2, 2], [1]]);
    const sizes: number[] = [];
    const double = (part: tf.Tensor) => {
      sizes.push(part.shape[0]);
      return { doubled: tf.mul(part, 2), lists: [part, null] };
    };
    const { doubled, lists } = perCore(x, double, { parts: 3 });
    expect([sizes, values(doubled)]).toEqual([[2, 2, 1], [2, 4, 6, 8, 10]]); // prettier-ignore
    expect(values(lists[0] as tf.Tensor)).toEqual([1, 2, 3, 4, 5]);
  });

  test("see a tensor that is broadcast over the batch whole, and a given order of joining is kept", () => {
    const batch = { x, one: tf.tensor2d([[7, 8]]) };
    const sums = (part: typeof batch) => tf.sum(tf.mul(part.x, part.one));
    const join = (found: readonly tf.Tensor[]) => tf.stack([...found]);
    expect(values(perCore(batch, sums, { parts: 2, join }))).toEqual([6 * 15, 9 * 15]);
  });

  test("are one where nothing is recorded, and one a core in a graph", () => {
    const count = (part: tf.Tensor) => tf.ones([1, part.shape[0]]);
    const join = (found: readonly tf.Tensor[]) => tf.scalar(found.length);
    const parts = (batch: tf.Tensor) => perCore(batch, count, { join });
    expect(values(parts(x))).toEqual([1]);
    const expected = hasNativeBackend ? Math.min(5, availableParallelism()) : 1;
    expect(values(compile(parts)(x))).toEqual([expected]);
  });
});
