import { spawnSync } from "node:child_process";
import * as tf from "@tensorflow/tfjs-core";
import { afterEach, describe, expect, it, vi } from "vitest";
import { UserError } from "../../src/lib/core/errors.js";
import { backendInUse, tensorflowInUse, useBackend } from "../../src/lib/runtime/backend.js";
import { packageRoot } from "../../src/lib/host/package-root.js";
import { hashFile, provenance } from "../../src/lib/runtime/provenance.js";
import { fileURLToPath } from "node:url";

afterEach(() => vi.unstubAllEnvs());

/** Loss and gradient of a small softmax layer: matmul, reductions, one-hot and their gradients. */
function lossAndGradient(): number[] {
  return tf.tidy(() => {
    const x = tf.tensor2d([0.1, -0.2, 0.3, 0.4, 0.5, -0.6], [2, 3]);
    const targets = tf.oneHot(tf.tensor1d([1, 3], "int32"), 4);
    const w = tf.tensor2d(Array.from({ length: 12 }, (_, i) => Math.sin(i)), [3, 4]); // prettier-ignore
    const loss = (v: tf.Tensor) =>
      tf.neg(tf.sum(tf.mul(targets, tf.logSoftmax(tf.matMul(x, v as tf.Tensor2D)))));
    const { value, grad } = tf.valueAndGrad(loss as (v: tf.Tensor) => tf.Scalar)(w);
    return [...value.dataSync(), ...grad.dataSync()];
  });
}

describe("the backend in use", () => {
  it("is one line that names it and says why", async () => {
    const choice = await useBackend();
    expect(choice.name).toBe(backendInUse());
    expect(choice.tensorflowVersion).toBe(tensorflowInUse());
    expect(choice.describe()).toBe(
      choice.name === "wasm"
        ? `backend: wasm (WebAssembly, slower): ${choice.reason}`
        : `backend: ${choice.name} (TensorFlow ${choice.tensorflowVersion}): ${choice.reason}`,
    );
    expect(choice.describe().split("\n")).toHaveLength(1);
    expect(choice.reason).not.toBe("");
  });

  it("is WebAssembly when asked for, by argument or by UNMASK_BACKEND", async () => {
    expect(await useBackend("wasm")).toMatchObject({
      name: "wasm",
      tensorflowVersion: null,
      reason: "asked for",
    });
    vi.stubEnv("UNMASK_BACKEND", "wasm");
    expect((await useBackend()).name).toBe("wasm");
  });

  it("UNMASK_BACKEND with another value is refused in one sentence", async () => {
    vi.stubEnv("UNMASK_BACKEND", "wsam");
    await expect(useBackend()).rejects.toThrow(UserError);
    await expect(useBackend()).rejects.toThrow('unknown UNMASK_BACKEND "wsam"; did you mean "wasm"?');
  });

  it("changes only rounding: loss and gradients of the best one agree with WebAssembly", async () => {
    const best = await useBackend().then(lossAndGradient);
    const wasm = await useBackend("wasm").then(lossAndGradient);
    expect(best).toHaveLength(13);
    best.forEach((value, i) => expect(wasm[i]).toBeCloseTo(value, 5)); // float32 sums in another order
  });
});

it("may be chosen twice at once, as two studies do that begin together", () => {
  const script = `
    import { useBackend } from "./dist/lib/runtime/backend.js";
    const both = await Promise.all([useBackend(), useBackend()]);
    console.log(both.map(({ name }) => name).join());`;
  const args = ["--input-type=module", "--eval", script];
  const environment = { ...process.env, UNMASK_BACKEND: "wasm" };
  const options = { cwd: packageRoot, env: environment, encoding: "utf8" } as const;
  const { stdout, stderr } = spawnSync(process.execPath, args, options);
  expect([stdout, stderr]).toEqual(["wasm,wasm\n", ""]);
});

it("a program of one's own that computes has nothing of TensorFlow's notes on its standard error", () => {
  const script = `
    import * as tf from "@tensorflow/tfjs-core";
    import { useBackend } from "./dist/lib/runtime/backend.js";
    await useBackend();
    console.log(tf.matMul([[2, 3]], [[5], [7]]).dataSync()[0]);`;
  const environment = { ...process.env, TF_CPP_MIN_LOG_LEVEL: undefined };
  const args = ["--input-type=module", "--eval", script];
  const options = { cwd: packageRoot, env: environment, encoding: "utf8" } as const;
  const { stdout, stderr } = spawnSync(process.execPath, args, options);
  expect([stdout, stderr]).toEqual(["31\n", ""]);
});

describe("provenance", () => {
  it("holds the configuration, the seed, the commit, the versions and the backend", async () => {
    await useBackend("wasm");
    const { config, seed, checkpointHash, commit, versions, backend, created } = provenance({
      config: { steps: 3 },
      seed: 7,
    });
    expect({ config, seed, checkpointHash, backend }).toEqual({
      config: { steps: 3 },
      seed: 7,
      checkpointHash: null,
      backend: "wasm",
    });
    expect(commit).toMatch(/^([0-9a-f]{40}|unknown)$/);
    expect(versions["@tensorflow/tfjs-core"]).toBe(tf.version_core);
    expect(versions).not.toHaveProperty("tensorflow");
    expect(new Date(created).toISOString()).toBe(created);
  });

  it("a file's hash is its sha256", () => {
    // sha256 of the empty file
    expect(hashFile("/dev/null")).toBe("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  });
});

it("the project's folder is found from the sources", () => {
  expect(fileURLToPath(import.meta.url).startsWith(packageRoot)).toBe(true);
  expect(packageRoot.endsWith("src")).toBe(false);
});
