/** Every operation that models, losses and samplers use gives compiled what it gives op by op. */
import { describe, expect, test } from "vitest";
import { compile } from "../../src/lib/compile/compile.js";
import { hasNativeBackend } from "./native-backend.js";
import { cases, differentiable, inputs, withGradients, type Fn } from "./operation-cases.js";

describe.skipIf(!hasNativeBackend)("compiled equals op by op", () => {
  test.each(Object.entries(cases))("%s", (_, fn) => expectSame(fn));
});

describe.skipIf(!hasNativeBackend)("a compiled gradient equals the gradient op by op", () => {
  test.each(Object.entries(differentiable))("%s", (_, fn) => expectSame(withGradients(fn)));
});

/**
 * Shapes, dtypes and values within 1e-5 relative: the same kernels, up to TensorFlow's fusing of operations.
 */
function expectSame(fn: Fn): void {
  const xs = inputs();
  const plain = [fn(...xs)].flat();
  const compiled = compile(fn, { name: "case" });
  const outputs = [compiled(...xs)].flat();
  expect(outputs.map(t => [t.dtype, t.shape])).toEqual(plain.map(t => [t.dtype, t.shape]));
  outputs.forEach((output, i) => expectClose(output.dataSync(), plain[i].dataSync(), `output ${i}`));
  compiled.dispose();
}

function expectClose(actual: ArrayLike<number>, expected: ArrayLike<number>, what: string): void {
  for (let i = 0; i < expected.length; i++) {
    if (Object.is(actual[i], expected[i])) continue;
    const error = Math.abs(actual[i] - expected[i]) / Math.max(1, Math.abs(expected[i]));
    expect(error, `${what}[${i}]: ${actual[i]} instead of ${expected[i]}`).toBeLessThan(1e-5);
  }
}
