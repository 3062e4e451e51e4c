/**
 * The model's own functions with products in bfloat16: which
 * of their operations are, and how far loss and gradient move.
 */
import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, it } from "vitest";
import { bfloat16Products, staysFloat32, withBfloat16Products } from "../../src/lib/compile/bfloat16.js";
import type { Graph, GraphNode } from "../../src/lib/compile/graph.js";
import { nativeBackend, type NativeBackend } from "../../src/lib/compile/native.js";
import { record } from "../../src/lib/compile/record.js";
import { formOf, refilled, tensorsOf } from "../../src/lib/compile/trees.js";
import type { Precision } from "../../src/lib/compile/precision.js";
import { Rng } from "../../src/lib/core/rng.js";
import { initParameters } from "../../src/lib/model/parameters.js";
import { createDenoiser } from "../../src/lib/model/denoiser.js";
import { createGrpoStep, grpoFunction, grpoInputs, type GrpoBatch } from "../../src/lib/rl/grpo-step.js";
import { grpoLossDefaults } from "../../src/lib/rl/grpo-loss.js";
import { coupledPasses, uniformDraws } from "../../src/lib/rl/mask-passes.js";
import { useBackend } from "../../src/lib/runtime/backend.js";
import { modelConfig } from "../../src/lib/recipes/stages/stage-run.js";
import { recipes, type Recipe } from "../../src/lib/recipes/stages/recipes.js";
import {
  adamWDefaults,
  stepScalars,
  type OptimizerState,
  type StepScalars,
} from "../../src/lib/train/adamw.js";
import {
  createTrainStep,
  initOptimizer,
  stepInputs,
  trainStepFunction,
  type Batch,
} from "../../src/lib/train/train-step.js";
import { hasNativeBackend } from "../compile/native-backend.js";

const config = { ...modelConfig(recipes.find(({ name }) => name === "stage1") as Recipe), layers: 2 };
const [batchSize, length, promptLength] = [8, 48, 16];
const [float32, bfloat16] = [1, 14];

const parameters = () => initParameters(config, Rng.fromSeed(1));
const row = (rng: Rng, n: number) => Int32Array.from({ length: n }, () => 4 + rng.int(config.vocabSize - 4));

/** Half of the tokens masked. */
function trainingBatch(): Batch {
  const rng = Rng.fromSeed(2);
  const clean = row(rng, batchSize * length);
  const masked = Array.from(clean, () => rng.uniform() < 0.5);
  const shape: [number, number] = [batchSize, length];
  return {
    ids: tf.tensor2d(
      clean.map((id, i) => (masked[i] ? config.maskTokenId : id)),
      shape,
      "int32",
    ),
    targets: tf.tensor2d(clean, shape, "int32"),
    weights: tf.tensor2d(
      Float32Array.from(masked, m => (m ? 2 / clean.length : 0)),
      shape,
    ),
    bias: null,
  };
}

function grpoBatch(): GrpoBatch {
  const rng = Rng.fromSeed(3);
  const completionIds = Array.from({ length: batchSize }, () => row(rng, length - promptLength));
  const prompt = row(rng, promptLength);
  return {
    promptIds: completionIds.map(() => prompt),
    completionIds,
    passes: completionIds.map(ids => coupledPasses(uniformDraws(ids.length, rng), 0.5)),
    completionMasks: completionIds.map(ids => new Uint8Array(ids.length).fill(1)),
    advantages: completionIds.map((_, b) => (b % 2 === 0 ? 1 : -1)),
    oldLogps: null,
    refLogps: new Float32Array(batchSize * (length - promptLength)).fill(-5),
  };
}

function recordedSteps(): Graph[] {
  const backend = nativeBackend() as NativeBackend;
  const batch = trainingBatch();
  const state = initOptimizer(parameters());
  const scalars = stepScalars(adamWDefaults, 1e-3, 0);
  const recorded = <I>(
    fn: (state: OptimizerState, inputs: I, scalars: StepScalars) => unknown,
    inputs: I,
  ) => {
    const given = [state, inputs, scalars] as const;
    const flat = (...copies: tf.Tensor[]) => tensorsOf(fn(...refilled(formOf(given), copies)));
    return record("step", backend, flat, tensorsOf(given), { xla: false, precision: "bfloat16" });
  };
  return [
    recorded(trainStepFunction(config, adamWDefaults), stepInputs(config, batch, 2)),
    recorded(grpoFunction(config, adamWDefaults, grpoLossDefaults), grpoInputs(config, grpoBatch(), "graph")),
  ];
}

const typeOf = (node: GraphNode, attr: string): number | undefined => {
  const value = node.attrs[attr];
  return value !== undefined && "type" in value ? value.type : undefined;
};
const isProduct = (node: GraphNode) => node.op === "BatchMatMulV2" || node.op === "MatMul";

beforeAll(async () => {
  await useBackend();
});

describe.skipIf(!hasNativeBackend)("a step with products in bfloat16", () => {
  it("has no product in float32 but those of the heads and of norms, too small to gain", () => {
    for (const graph of recordedSteps()) {
      const rounded = withBfloat16Products(graph);
      const left = rounded.nodes.filter(node => isProduct(node) && typeOf(node, "T") === float32);
      expect(left).toHaveLength(graph.nodes.filter(staysFloat32).length);
      const headWidth = config.hiddenSize / config.heads;
      for (const { inputShapes = [] } of left)
        expect(inputShapes.some(shape => shape.includes(headWidth) || shape.includes(1))).toBe(true);
      const products = rounded.nodes.filter(node => isProduct(node) && typeOf(node, "T") === bfloat16);
      expect(products).toHaveLength(bfloat16Products(graph).length);
      // forward, gradient of the input, gradient of the weight;
      // in two parts, of seven matrices a layer and the head
      expect(products).toHaveLength(2 * 3 * (7 * config.layers + 1));
    }
  });

  it("rounds no tensor twice: weights once a call for both parts, forward and backward", () => {
    for (const graph of recordedSteps()) {
      const { nodes, placeholders } = withBfloat16Products(graph);
      const read = nodes
        .filter(node => node.op === "Cast" && typeOf(node, "DstT") === bfloat16)
        .map(({ inputs: [{ node, output }] }) => `${nodes.indexOf(node)}:${output}`);
      expect(new Set(read).size).toBe(read.length);
      const weights = placeholders.filter(node =>
        nodes.some(n => n.op === "Cast" && typeOf(n, "DstT") === bfloat16 && n.inputs[0].node === node),
      );
      expect(weights).toHaveLength(7 * config.layers + 1);
    }
  });

  it("does in bfloat16 nothing but products and what moves their numbers about", () => {
    const moving = new Set([
      "BatchMatMulV2",
      "MatMul",
      "Transpose",
      "Reshape",
      "Split",
      "SplitV",
      "ConcatV2",
      "Slice",
      "GatherV2",
    ]);
    for (const graph of recordedSteps()) {
      const { nodes } = withBfloat16Products(graph);
      const rounded = nodes.filter(node => ["T", "Tparams"].some(attr => typeOf(node, attr) === bfloat16));
      expect(rounded.filter(({ op }) => !moving.has(op))).toEqual([]);
      for (const op of ["Softmax", "Exp", "Log", "Sum", "Rsqrt", "Sqrt", "L2Loss"])
        for (const node of nodes.filter(n => n.op === op)) expect(typeOf(node, "T"), op).toBe(float32);
    }
  });
});

/**
 * Unit roundoff of bfloat16 twice: operands are rounded to nearest, results of the reference kernel cut off.
 */
const rounding = 2 ** -8;

/**
 * Roundings follow each other along a path through the net, each with a sign of its own: n of them make
 * sqrt(n) times one. A layer has four products one behind another (values, output, gate or up, down), the
 * gradient as many again, each with three roundings; the head comes at the end. Twice that is allowed.
 */
const path = (products: number) => 2 * Math.sqrt(3 * products) * rounding;
const forward = path(4 * config.layers + 1);
const backward = path(2 * (4 * config.layers + 1));

describe.skipIf(!hasNativeBackend)("what a model computes with products in bfloat16", () => {
  const distance = (a: tf.Tensor, b: tf.Tensor): number =>
    tf.tidy(() => tf.div(tf.norm(tf.sub(a, b)), tf.norm(a)).dataSync()[0]);

  it("has logits within the roundings of float32", () => {
    const ids = trainingBatch().ids;
    const [exact, rounded] = (["float32", "bfloat16"] as const).map(precision =>
      createDenoiser(config, parameters(), { precision }).logits(ids, null),
    );
    expect(distance(exact, rounded)).toBeLessThan(forward);
    expect(distance(exact, rounded)).toBeGreaterThan(1e-4);
  });

  it("has them too with norms of queries and keys, whose entries are weighed one by one", () => {
    const normed = { ...config, qkNorm: true };
    const rng = Rng.fromSeed(5);
    const uneven = (n: number) => tf.tensor1d(Float32Array.from({ length: n }, () => 0.5 + rng.uniform()));
    const weights = new Map(
      [...initParameters(normed, Rng.fromSeed(1))].map(([name, tensor]) =>
        /[qk]_norm\.weight$/.test(name) ? [name, uneven(tensor.size)] : [name, tensor],
      ),
    );
    expect([...weights.keys()].filter(name => name.endsWith("q_norm.weight"))).toHaveLength(config.layers);
    const ids = trainingBatch().ids;
    const [exact, rounded] = (["float32", "bfloat16"] as const).map(precision =>
      createDenoiser(normed, weights, { precision }).logits(ids, null),
    );
    expect(distance(exact, rounded)).toBeLessThan(forward);
    expect(distance(exact, rounded)).toBeGreaterThan(1e-4);
  });

  /** Without decay and at rate 1e-3 from zero moments, m / (1 - beta1) is the clipped gradient. */
  const stepIn = (precision: Precision) => {
    const step = createTrainStep(config, { ...adamWDefaults, clipNorm: 1e9 }, { precision });
    return () => step(initOptimizer(parameters()), trainingBatch(), 1e-3, 0);
  };

  it(
    "has a loss and a gradient of every parameter within the roundings of float32, and the same ones " +
      "again",
    () => {
      const [plain, rounding] = [stepIn("float32"), stepIn("bfloat16")];
      const [exact, rounded, again] = [plain(), rounding(), rounding()];
      expect(Math.abs(rounded.loss / exact.loss - 1)).toBeLessThan(forward);
      expect(rounded.loss).not.toBe(exact.loss);
      expect(Math.abs(rounded.gradNorm / exact.gradNorm - 1)).toBeLessThan(backward);
      for (const [name, m] of exact.state.m) {
        const other = rounded.state.m.get(name) as tf.Tensor;
        // a key's bias changes no softmax: its gradient is rounding alone
        if (!name.endsWith("k_proj.bias")) expect(distance(m, other), name).toBeLessThan(backward);
        expect(other.dataSync(), name).toEqual(again.state.m.get(name)?.dataSync());
      }
    },
  );

  it("has a GRPO loss, and estimates in its update, within the roundings of float32", () => {
    const [exact, rounded] = (["float32", "bfloat16"] as const).map(precision =>
      createGrpoStep(config, adamWDefaults, grpoLossDefaults, { precision })(
        initOptimizer(parameters()),
        grpoBatch(),
        1e-3,
        0,
      ),
    );
    // log-probabilities move by what logits move, which are of order 1 in a model that has learned nothing
    const differences = exact.logps.map((value, i) => Math.abs(value - rounded.logps[i]));
    expect(Math.max(...differences)).toBeLessThan(4 * forward);
    expect(Math.abs(rounded.gradNorm / exact.gradNorm - 1)).toBeLessThan(backward);
    expect(Math.max(...differences)).toBeGreaterThan(0);
  });
});
