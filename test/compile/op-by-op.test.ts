/** Without native graphs (WebAssembly) compile(fn) keeps its contract and runs op by op. */
import * as tf from "@tensorflow/tfjs-core";
import "@tensorflow/tfjs"; // registers the gradients of all operations, which tfjs-core alone does not
import "@tensorflow/tfjs-backend-wasm";
import { beforeAll, describe, expect, test } from "vitest";
import { compile } from "../../src/lib/compile/compile.js";

beforeAll(async () => {
  await tf.setBackend("wasm");
});

describe("on the WebAssembly backend", () => {
  test("the mode is op by op, and the reason says why", () => {
    const f = compile((x: tf.Tensor) => x);
    expect([f.mode, f.reason]).toEqual([
      "op-by-op",
      'backend "wasm" cannot run recorded graphs, only tfjs-node\'s "tensorflow" can',
    ]);
  });

  test("inputs are borrowed and outputs are owned, also an input returned as it is", () => {
    const f = compile((x: tf.Tensor) => [x, tf.mul(tf.add(x, x), 2)]);
    const x = tf.tensor1d([1, 2]);
    const before = tf.memory().numTensors;
    const [same, quadruple] = f(x);
    expect(tf.memory().numTensors).toBe(before + 2);
    same.dispose();
    expect(Array.from(x.dataSync())).toEqual([1, 2]);
    expect(Array.from(quadruple.dataSync())).toEqual([4, 8]);
  });

  test("gradients may be taken inside and through", () => {
    const inside = compile((x: tf.Tensor) => tf.grad((y: tf.Tensor) => tf.square(y))(x));
    expect(inside(tf.scalar(3)).dataSync()[0]).toBe(6);
    const square = compile((x: tf.Tensor) => tf.square(x));
    expect(
      tf
        .grad((x: tf.Tensor) => square(x))(tf.scalar(3))
        .dataSync()[0],
    ).toBe(6);
  });

  test("results that are no tensors are refused as in a graph", () => {
    const f = compile((() => 3) as unknown as (x: tf.Tensor) => tf.Tensor, { name: "f" });
    expect(() => f(tf.scalar(1))).toThrow(/^compile\(f\): the function returned a number; return a tensor/);
  });
});
