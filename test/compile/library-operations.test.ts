/**
 * The table of operations is complete: whatever the library's own
 * compiled functions record stands in it, gradients included.
 */
import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, it } from "vitest";
import { compile } from "../../src/lib/compile/compile.js";
import { nativeBackend, type NativeBackend } from "../../src/lib/compile/native.js";
import { isRecording } from "../../src/lib/compile/record.js";
import { Rng } from "../../src/lib/core/rng.js";
import { decodeConfig } from "../../src/lib/decode/config.js";
import { decode } from "../../src/lib/decode/decode.js";
import { softlyMasked } from "../../src/lib/methods/soft-masking/denoiser.js";
import { decodeAutoregressive } from "../../src/lib/decode/autoregressive.js";
import type { DenoiserConfig } from "../../src/lib/model/config.js";
import { FusionGenerator } from "../../src/lib/methods/codefusion/generate.js";
import { initFusion } from "../../src/lib/methods/codefusion/parameters.js";
import { createFusionStep } from "../../src/lib/methods/codefusion/train-step.js";
import { attentionBias } from "../../src/lib/model/attention-mask.js";
import { createDenoiser } from "../../src/lib/model/denoiser.js";
import { initParameters } from "../../src/lib/model/parameters.js";
import { softParameters, softScalarDefaults } from "../../src/lib/methods/soft-masking/operator.js";
import { softTraining } from "../../src/lib/methods/soft-masking/training.js";
import { completionMask } from "../../src/lib/rl/completion-mask.js";
import { grpoLossDefaults } from "../../src/lib/rl/grpo-loss.js";
import { createGrpoStep, createLogpEstimator } from "../../src/lib/rl/grpo-step.js";
import { coupledPasses, uniformDraws } from "../../src/lib/rl/mask-passes.js";
import { useBackend } from "../../src/lib/runtime/backend.js";
import { adamWDefaults } from "../../src/lib/train/adamw.js";
import { createTrainStep, initOptimizer } from "../../src/lib/train/train-step.js";
import { tiny, tinyBatch, tinyPrompts } from "../methods/codefusion/tiny.js";
import { hasNativeBackend } from "./native-backend.js";
import { cases, differentiable, inputs, withGradients } from "./operation-cases.js";

const dream: DenoiserConfig = {
  ...{ modelType: "Dream", vocabSize: 11, hiddenSize: 16, layers: 2, heads: 2, kvHeads: 1 },
  ...{ intermediateSize: 24, rmsNormEps: 1e-6, ropeTheta: 10000, qkvBias: true, tieWordEmbeddings: true },
  ...{ shift: true, maskTokenId: 10, eosTokenId: 0, padTokenId: 1, maxPositions: 32 },
};
const llada: DenoiserConfig = {
  ...dream,
  modelType: "llada",
  kvHeads: 2,
  qkvBias: false,
  tieWordEmbeddings: false,
  shift: false,
};
const prompts = [[2, 3, 4], [2, 3, 4], [5, 6], [5, 6]].map(ids => Int32Array.from(ids)); // prettier-ignore

/** The two methods through which tfjs-node's kernels go. */
type Executing = Record<
  "executeSingleOutput" | "executeMultipleOutputs",
  (op: string, ...rest: unknown[]) => unknown
>;

/**
 * The TensorFlow operations recorded while `body` runs.
 * Recording replaces methods of the backend, not of its class.
 */
async function recordedBy(body: () => void | Promise<unknown>): Promise<ReadonlySet<string>> {
  const backend = nativeBackend() as NativeBackend;
  const methods = Object.getPrototypeOf(backend) as Executing;
  const { executeSingleOutput, executeMultipleOutputs } = methods;
  const originals = { executeSingleOutput, executeMultipleOutputs };
  const names = new Set<string>();
  for (const method of ["executeSingleOutput", "executeMultipleOutputs"] as const) {
    methods[method] = (op, ...rest) => {
      if (isRecording(backend)) names.add(op);
      return originals[method].call(backend, op, ...rest);
    };
  }
  try {
    await body();
  } finally {
    Object.assign(methods, originals);
  }
  return names;
}

/** The table as test/compile/operations.test.ts compiles it. */
function runTable(): void {
  for (const fn of [...Object.values(cases), ...Object.values(differentiable).map(withGradients)]) {
    const xs = inputs();
    const compiled = compile(fn);
    tf.dispose([compiled(...xs), xs]);
    compiled.dispose();
  }
}

async function decodeWith(config: DenoiserConfig): Promise<void> {
  const denoiser = createDenoiser(config, initParameters(config, Rng.fromSeed(1)));
  const rngs = prompts.map((_, b) => Rng.fromSeed(b));
  await decode(denoiser, prompts, decodeConfig(4, { guidance: 1 }), rngs);
  await decode(denoiser, prompts, decodeConfig(4, { blockLength: 2, kvCache: "dual" }), rngs);
  await decodeAutoregressive(denoiser, prompts, decodeConfig(4), rngs);
  const ids = tf.tensor2d([[2, 3, 4]], [1, 3], "int32");
  tf.dispose([denoiser.logits(ids, null), denoiser.hiddenAt(ids, null, [[1]]), ids]);
  denoiser.dispose();
}

function trainWith(config: DenoiserConfig): void {
  const params = initParameters(config, Rng.fromSeed(1));
  const step = createTrainStep(config, adamWDefaults);
  const ids = tf.tensor2d([2, 3, 4, 5, 6, 7], [2, 3], "int32");
  const input = {
    ids,
    targets: ids,
    weights: tf.ones<tf.Rank.R2>([2, 3]),
    bias: attentionBias(3, 1, Rng.fromSeed(0)),
  };
  step(initOptimizer(params), input, 1e-3, 0);
}

/** Both kinds of steps of soft-masking, and decoding with soft masks. */
async function softenWith(config: DenoiserConfig): Promise<void> {
  const params = new Map([...initParameters(config, Rng.fromSeed(1)), ...softParameters(softScalarDefaults)]);
  const settings = { k: 2, share: 1, ratePeak: 0.1, start: softScalarDefaults };
  const step = createTrainStep(config, adamWDefaults, {}, softTraining(settings, 0.01).pass);
  const ids = tf.tensor2d([2, 10, 4, 10, 6, 7], [2, 3], "int32");
  const input = { ids, targets: ids, weights: tf.ones<tf.Rank.R2>([2, 3]), bias: null };
  const { state } = step(initOptimizer(params), { ...input, twoPasses: true }, 1e-3, 0);
  step(state, { ...input, twoPasses: false }, 1e-3, 1);
  const denoiser = createDenoiser(config, initParameters(config, Rng.fromSeed(1)));
  const softened = softlyMasked(denoiser, { k: 2, ...softScalarDefaults });
  await decode(
    softened,
    prompts,
    decodeConfig(4),
    prompts.map((_, b) => Rng.fromSeed(b)),
  );
}

function reinforceWith(config: DenoiserConfig): void {
  const params = initParameters(config, Rng.fromSeed(1));
  const rng = Rng.fromSeed(6);
  const completionIds = prompts.map(() => Int32Array.from([2, 3, 4, 0]));
  const scored = {
    promptIds: prompts,
    completionIds,
    passes: prompts.map((_, b) => coupledPasses(uniformDraws(4, rng.split(b)), 0.4)),
    completionMasks: completionIds.map(ids => completionMask(ids, config.eosTokenId)),
    advantages: [1, -1, 0.5, -0.5],
    oldLogps: new Float32Array(16).fill(-2),
    refLogps: new Float32Array(16).fill(-2),
  };
  createLogpEstimator(config)(params, scored);
  createGrpoStep(config, adamWDefaults, grpoLossDefaults)(initOptimizer(params), scored, 1e-3, 0);
}

/** By either kind of prediction and of error. */
async function fuse(): Promise<void> {
  for (const [predicts, errors] of [
    ["start", "mean squares"],
    ["noise", "norms"],
  ] as const) {
    const config = { ...tiny, predicts };
    const params = initFusion(config, Rng.fromSeed(1));
    const generator = new FusionGenerator(config, params);
    await generator.generate(
      tinyPrompts,
      tinyPrompts.map((_, b) => Rng.fromSeed(b)),
    );
    generator.dispose();
    const step = createFusionStep(config, errors, adamWDefaults);
    step(initOptimizer(params), tinyBatch(Rng.fromSeed(2), 2), 1e-3, 0);
    step.dispose();
  }
}

beforeAll(async () => {
  await useBackend();
});

describe.skipIf(!hasNativeBackend)("every operation recorded by", () => {
  let table: ReadonlySet<string>;
  beforeAll(async () => {
    table = await recordedBy(runTable);
  });

  const works: readonly (readonly [string, (config: DenoiserConfig) => void | Promise<void>])[] = [
    ["decoding", decodeWith],
    ["a train step", trainWith],
    ["soft-masking", softenWith],
    ["a GRPO update", reinforceWith],
  ];
  it.each(
    works.flatMap(([work, run]) =>
      [dream, llada].map(config => [work, config.modelType, run, config] as const),
    ),
  )("%s of %s is in the table", async (_work, _type, run, config) => {
    const used = await recordedBy(() => run(config));
    expect(used.size).toBeGreaterThan(10);
    expect([...used].filter(op => !table.has(op))).toEqual([]);
  });

  it("training and generation of CodeFusion is in the table", async () => {
    const used = await recordedBy(fuse);
    expect(used.size).toBeGreaterThan(10);
    expect([...used].filter(op => !table.has(op))).toEqual([]);
  });
});
