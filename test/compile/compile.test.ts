/**
 * What compile(fn) promises beside equal numbers: what is
 * an input, what is frozen, who owns what, what is refused.
 */
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as tf from "@tensorflow/tfjs-core";
import { describe, expect, test, vi } from "vitest";
import { compile } from "../../src/lib/compile/compile.js";
import { UserError } from "../../src/lib/core/errors.js";
import { hasNativeBackend } from "./native-backend.js";

const values = (tensors: tf.Tensor | tf.Tensor[]): number[][] =>
  [tensors].flat().map(tensor => Array.from(tensor.dataSync()));
const nativeSessions = (): number =>
  (tf.backend() as unknown as { getNumOfSavedModels(): number }).getNumOfSavedModels();
const nativeTensors = (): number =>
  (tf.backend() as unknown as { getNumOfTFTensors(): number }).getNumOfTFTensors();

/** Names of the files in a fresh folder for temporary files after `body`. */
function filesLeftBy(body: () => void): string[] {
  const folder = mkdtempSync(join(tmpdir(), "compile-test-"));
  vi.stubEnv("TMPDIR", folder);
  try {
    body();
    return readdirSync(folder);
  } finally {
    vi.unstubAllEnvs();
    rmSync(folder, { recursive: true });
  }
}

describe.skipIf(!hasNativeBackend)("inputs and constants", () => {
  test("a scalar input is honoured when its value changes", () => {
    const step = compile((w: tf.Tensor, lr: tf.Tensor) => w.sub(lr));
    expect(values(step(tf.tensor1d([1, 2]), tf.scalar(0.5)))).toEqual([[0.5, 1.5]]);
    expect(values(step(tf.tensor1d([1, 2]), tf.scalar(2)))).toEqual([[-1, 0]]);
  });

  test("a number captured by closure keeps its value of the first call", () => {
    let scale = 2;
    const times = compile((x: tf.Tensor) => x.mul(scale));
    times(tf.scalar(1));
    scale = 3;
    expect(values(times(tf.scalar(5)))).toEqual([[10]]);
  });

  test("a captured tensor may be disposed after the first call", () => {
    const weights = tf.tensor1d([1, 2, 3]);
    const dot = compile((x: tf.Tensor) => x.mul(weights).sum());
    dot(tf.tensor1d([1, 1, 1]));
    weights.dispose();
    expect(values(dot(tf.tensor1d([1, 0, 2])))).toEqual([[7]]);
  });

  test("one tensor passed twice, or also captured, is still two inputs", () => {
    const x = tf.scalar(3);
    const f = compile((a: tf.Tensor, b: tf.Tensor) => a.mul(10).add(b).add(x.mul(100)));
    expect(values(f(x, x))).toEqual([[333]]);
    expect(values(f(tf.scalar(1), tf.scalar(2)))).toEqual([[312]]);
  });

  test("a variable may be an input, its current value counts", () => {
    const w = tf.variable(tf.scalar(1));
    const double = compile((x: tf.Tensor) => x.mul(2));
    expect(values(double(w))).toEqual([[2]]);
    w.assign(tf.scalar(4));
    expect(values(double(w))).toEqual([[8]]);
  });

  test("other shapes and dtypes get graphs of their own", () => {
    const double = compile((x: tf.Tensor) => x.add(x));
    expect(values(double(tf.tensor1d([1, 2])))).toEqual([[2, 4]]);
    expect(values(double(tf.tensor2d([[1], [2], [3]])))).toEqual([[2, 4, 6]]);
    const ints = double(tf.tensor1d([1, 2], "int32"));
    expect([ints.dtype, ...values(ints)]).toEqual(["int32", [2, 4]]);
  });

  test("the function runs once a shape, however often it is called", () => {
    let runs = 0;
    const counted = compile((x: tf.Tensor) => {
      runs++;
      return x.neg();
    });
    for (let i = 0; i < 5; i++) counted(tf.tensor1d([i]));
    expect(runs).toBe(1);
    counted(tf.tensor1d([1, 2]));
    expect(runs).toBe(2);
  });

  test("a function without inputs is a constant", () => {
    const fixed = compile(() => tf.range(0, 3).square());
    expect([...values(fixed()), ...values(fixed())]).toEqual([[0, 1, 4], [0, 1, 4]]); // prettier-ignore
  });

  test("tensors may be empty", () => {
    const f = compile((x: tf.Tensor) => [x.add(1), x.sum()]);
    const [empty, sum] = f(tf.zeros([0, 3]));
    expect([empty.shape, values(sum)]).toEqual([[0, 3], [[0]]]);
  });
});

describe.skipIf(!hasNativeBackend)("ownership", () => {
  test("inputs are borrowed and outputs are owned, also an input returned as it is, twice", () => {
    const same = compile((x: tf.Tensor) => [x, x]);
    const x = tf.tensor1d([1, 2]);
    const outputs = same(x);
    tf.dispose(outputs[0]);
    expect(values([x, outputs[1]])).toEqual([[1, 2], [1, 2]]); // prettier-ignore
  });

  test("an enclosing tidy frees the outputs", () => {
    const double = compile((x: tf.Tensor) => x.add(x));
    const x = tf.scalar(1);
    const before = tf.memory().numTensors;
    tf.tidy(() => void double(x));
    expect(tf.memory().numTensors).toBe(before);
  });

  test("recording leaves no tensor and no file behind, also after an error", () => {
    const x = tf.scalar(1);
    tf.dispose(x.neg()); // uploads x
    const before = [tf.memory().numTensors, nativeTensors()];
    const f = compile((x: tf.Tensor) => tf.grads((y: tf.Tensor) => y.square().mul(y.exp()).sum())([x]));
    const files = filesLeftBy(() => tf.dispose(f(x)));
    const broken = compile((x: tf.Tensor) => {
      x.add(1);
      throw new Error("inside");
    });
    expect(() => broken(x)).toThrow("inside");
    expect([tf.memory().numTensors, nativeTensors()]).toEqual(before);
    expect(files).toEqual([]);
  });

  test("10,000 calls keep the number of tensors flat and memory nearly so", () => {
    const f = compile((x: tf.Tensor, w: tf.Tensor) => [x.matMul(w), w.add(1), tf.softmax(x)]);
    const [x, w] = [tf.ones([64, 64]), tf.ones([64, 64])];
    for (let i = 0; i < 500; i++) tf.dispose(f(x, w));
    const before = [tf.memory().numTensors, nativeTensors()];
    const rss = process.memoryUsage.rss();
    for (let i = 0; i < 10_000; i++) tf.dispose(f(x, w));
    expect([tf.memory().numTensors, nativeTensors()]).toEqual(before);
    // one leaked output of 16 kB a call would be 160 MB
    expect((process.memoryUsage.rss() - rss) / 2 ** 20).toBeLessThan(40);
  });

  test("the least recently used graph goes first, and dispose frees them all", () => {
    const before = nativeSessions();
    let runs = 0;
    const f = compile(
      (x: tf.Tensor) => {
        runs++;
        return x.neg();
      },
      { maxGraphs: 2 },
    );
    const call = (size: number): void => tf.dispose(f(tf.zeros([size])));
    [1, 2, 1, 3].forEach(call); // 3 evicts 2
    expect([runs, nativeSessions() - before]).toEqual([3, 2]);
    call(1);
    expect(runs).toBe(3);
    call(2);
    expect(runs).toBe(4);
    f.dispose();
    expect(nativeSessions()).toBe(before);
    expect(() => f(tf.zeros([1]))).toThrow(/after dispose/);
  });
});

describe.skipIf(!hasNativeBackend)("composition", () => {
  test("the mode is one native call, and the reason says why", () => {
    const f = compile((x: tf.Tensor) => x);
    expect([f.mode, f.reason]).toEqual([
      "graph",
      'backend "tensorflow" runs each recorded graph as one native call',
    ]);
  });

  const inner = compile((x: tf.Tensor) => x.mul(x), { name: "inner" });

  test("a compiled function inside another becomes part of its graph", () => {
    const before = nativeSessions();
    const outer = compile((x: tf.Tensor) => inner(x.add(1)).neg());
    expect(values(outer(tf.scalar(2)))).toEqual([[-9]]);
    expect(nativeSessions() - before).toBe(1);
  });

  test("the gradient of a compiled function is the gradient of the function", () => {
    inner(tf.scalar(1));
    expect(values(tf.grad((x: tf.Tensor) => inner(x))(tf.scalar(3)))).toEqual([[6]]);
  });

  test("tf.customGrad inside is honoured", () => {
    const tripled = tf.customGrad((x, save) => {
      (save as tf.GradSaveFunc)([x as tf.Tensor]);
      const gradFunc = (dy: tf.Tensor, saved: tf.Tensor[]): tf.Tensor => dy.mul(3).mul(saved[0]);
      return { value: (x as tf.Tensor).square(), gradFunc };
    });
    const f = compile((x: tf.Tensor) => tf.grads((y: tf.Tensor) => tripled(y).sum())([x]));
    expect(values(f(tf.tensor1d([1, 2])))).toEqual([[3, 6]]);
    expect(values(f(tf.tensor1d([4, 5])))).toEqual([[12, 15]]);
  });
});

describe.skipIf(!hasNativeBackend)("what a graph could not repeat is refused", () => {
  const refused = (fn: (x: tf.Tensor) => unknown, message: RegExp): void => {
    const f = compile(fn as (x: tf.Tensor) => tf.Tensor, { name: "f" });
    expect(() => f(tf.tensor2d([[1, 2]]))).toThrow(message);
    expect(() => f(tf.tensor2d([[1, 2]]))).toThrow(UserError);
  };

  test("random operations", () => {
    refused(x => x.add(tf.randomNormal([2])), /draws random numbers.*pass them as an input/);
    refused(x => x.add(tf.randomUniform([2])), /draws random numbers/);
    refused(x => tf.dropout(x, 0.5), /draws random numbers/);
    refused(x => tf.multinomial(x as tf.Tensor2D, 3), /draws random numbers/);
    refused(x => tf.multinomial(x as tf.Tensor2D, 3, 1), /Multinomial draws random numbers/);
  });

  test("reading values that depend on the inputs, but not values from outside", () => {
    refused(x => tf.scalar(x.sum().dataSync()[0]), /data-dependent.*read it outside/);
    refused(x => tf.scalar(x.arraySync() as unknown as number), /data-dependent/);
    const size = tf.scalar(3);
    const f = compile((x: tf.Tensor) => x.mul(size).add(size.dataSync()[0]));
    expect(values(f(tf.scalar(2)))).toEqual([[9]]);
  });

  test("results whose shape depends on values", () => {
    refused(x => tf.unique(x.reshape([2])).values, /UniqueV2 is data-dependent/);
  });

  test("variables assigned or captured", () => {
    const w = tf.variable(tf.scalar(1), true, "w");
    refused(x => (w.assign(tf.scalar(2)), x), /assigns a variable.*return the new value/);
    refused(x => x.mul(w), /uses variable w.*pass it as an input/);
  });

  test("results that are no tensors", () => {
    refused(() => 3, /^compile\(f\): the function returned a number; return a tensor/);
    refused(x => [x, undefined], /returned undefined at \[1\]/);
    refused(() => null, /returned no tensor/);
    refused(() => [], /returned no tensor/);
    refused(x => Promise.resolve(x), /returned a promise/);
    refused(async x => tf.scalar((await x.data())[0]), /returned a promise/);
  });

  test("inputs that are no live tensors of numbers", () => {
    const f = compile((x: tf.Tensor) => x, { name: "f" });
    const gone = tf.scalar(1);
    gone.dispose();
    expect(() => f(3 as unknown as tf.Tensor)).toThrow(
      /input 0 is a number, not a tensor; wrap numbers in tf.scalar/,
    );
    expect(() => f(gone)).toThrow(/input 0 was disposed/);
    expect(() => f(tf.tensor1d(["a"]))).toThrow(/input 0 holds strings/);
    expect(() => compile((x: tf.Tensor) => x, { maxGraphs: 0 })).toThrow(/maxGraphs=0/);
  });

  test("an index out of range is an error in the graph too", () => {
    const pick = compile((x: tf.Tensor, ids: tf.Tensor) => tf.gather(x, ids.toInt()));
    const x = tf.tensor1d([10, 20]);
    expect(values(pick(x, tf.tensor1d([1], "int32")))).toEqual([[20]]);
    expect(() => pick(x, tf.tensor1d([2], "int32"))).toThrow(/indices\[0\] = 2 is not in \[0, 2\)/);
  });

  test("afterwards everything is as before", () => {
    refused(x => x.add(Math.random()), /draws random numbers/);
    expect(Math.random()).toBeLessThan(1);
    expect(tf.scalar(2).dataSync()[0]).toBe(2);
    const w = tf.variable(tf.scalar(1));
    w.assign(tf.scalar(5));
    expect(values(w)).toEqual([[5]]);
  });
});
