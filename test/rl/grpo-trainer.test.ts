/**
 * The trainer on a tiny denoiser with real decoding: what
 * it learns, what it promises, and what users run into.
 */
import * as tf from "@tensorflow/tfjs-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Trajectory } from "../../src/lib/core/records.js";
import { Rng } from "../../src/lib/core/rng.js";
import { decodeConfig } from "../../src/lib/decode/config.js";
import { decode } from "../../src/lib/decode/decode.js";
import type { DenoiserConfig } from "../../src/lib/model/config.js";
import type { CompileOptions } from "../../src/lib/compile/compile.js";
import { createDenoiser, type Denoiser } from "../../src/lib/model/denoiser.js";
import { initParameters, type Parameters } from "../../src/lib/model/parameters.js";
import { grpoLossDefaults } from "../../src/lib/rl/grpo-loss.js";
import {
  grpoTrainer,
  type GrpoConfig,
  type GrpoRecord,
  type GrpoState,
  type RolloutSource,
} from "../../src/lib/rl/grpo-trainer.js";
import { rewardAll } from "../../src/lib/rl/rewards.js";
import type { Rewarded } from "../../src/lib/rl/rl-loop.js";
import { rolloutBatch } from "../../src/lib/rl/rollouts.js";
import { useBackend } from "../../src/lib/runtime/backend.js";
import { Sandbox } from "../../src/lib/sandbox/sandbox.js";
import { initOptimizer } from "../../src/lib/train/train-step.js";

const [eos, pad, mask] = [0, 1, 10];
const model: DenoiserConfig = {
  ...{ modelType: "Dream", vocabSize: 11, hiddenSize: 16, layers: 1, heads: 2, kvHeads: 2 },
  ...{ intermediateSize: 24, rmsNormEps: 1e-6, ropeTheta: 10000, qkvBias: true, tieWordEmbeddings: false },
  ...{ shift: true, maskTokenId: mask, eosTokenId: eos, padTokenId: pad, maxPositions: 32 },
};
const config: GrpoConfig = {
  ...{ steps: 3, groupSize: 4, iterations: 2, masks: "coupled", maskPairs: 1, promptMaskShare: 0 },
  ...{ baseline: "leave-one-out", scaleRewards: false, referenceEvery: 64, referenceMix: 1 },
  loss: grpoLossDefaults,
  rate: { peak: 1e-2, warmupSteps: 0, floor: 0.1 },
  adamW: { beta1: 0.9, beta2: 0.99, epsilon: 1e-8, weightDecay: 0, clipNorm: 1 },
};
/** A model as small as this one is sooner done than recorded. */
const opByOp = { mode: "op-by-op" } as const;
const [prompt, completionLength] = [Int32Array.of(2, 3), 6];
const rng = Rng.fromSeed(5);

let denoiser: Denoiser;
let start: Parameters;
beforeAll(async () => {
  await useBackend();
  start = initParameters(model, Rng.fromSeed(1));
  denoiser = createDenoiser(model, copyOf(start), opByOp);
});
afterAll(() => denoiser.dispose());

const copyOf = (parameters: Parameters) => new Map([...parameters].map(([name, p]) => [name, p.clone()]));
const fresh = (): GrpoState => ({ policy: initOptimizer(copyOf(start)), reference: copyOf(start) });
const valuesOf = (parameters: Parameters) => [...parameters.values()].map(p => Array.from(p.dataSync()));

/** Two groups of four, decoded by the policy at T 1. */
function sampled<R>(reward: (t: Trajectory) => R, prompts = 2): RolloutSource<R> {
  return (step, { policy }) =>
    rolloutBatch(
      4 * prompts,
      4,
      (from, to) => {
        const rngs = Array.from({ length: to - from }, (_, i) => rng.split(step).split(from + i));
        const settings = decodeConfig(completionLength, { temperature: 1, topP: 1 });
        return decode(
          denoiser.withParameters(policy.parameters),
          rngs.map(() => prompt),
          settings,
          rngs,
        );
      },
      trajectories => Promise.resolve(trajectories.map(reward)),
    );
}

/** The same completions at every step, whatever the policy. */
function given<R>(completions: readonly (readonly number[])[], reward: (i: number) => R): RolloutSource<R> {
  const trajectories = completions.map(
    ids => ({ promptIds: prompt, completionIds: Int32Array.from(ids) }) as Trajectory,
  );
  return () =>
    Promise.resolve({ trajectories, rewards: Promise.resolve(trajectories.map((_, i) => reward(i))) });
}

/** Runs to the end; the last state's tensors are left to the caller. */
async function run<R extends Rewarded>(
  rollouts: RolloutSource<R>,
  changes: Partial<GrpoConfig> = {},
  state = fresh(),
  from = 0,
  options: Partial<CompileOptions> = opByOp,
): Promise<GrpoRecord<R>[]> {
  const records: GrpoRecord<R>[] = [];
  const chosen = { ...config, ...changes };
  for await (const record of grpoTrainer(model, state, from, chosen, rollouts, rng.split("masks"), options))
    records.push(record);
  return records;
}

const shareOfThrees = ({ completionIds }: Trajectory) => ({
  total: completionIds.filter(id => id === 3).length / completionLength,
});

describe("the trainer", () => {
  it.each([
    ["coupled", {}],
    ["full-mask", { masks: "full" }],
    ["d1", { masks: "full", promptMaskShare: 0.15 }],
    ["de-coupled", { masks: "independent" }],
    [
      "two pairs, group mean, no KL",
      { maskPairs: 2, baseline: "group-mean", loss: { ...config.loss, beta: 0 } },
    ],
  ] as const)("raises a reward, %s", async (_, changes) => {
    const records = await run(sampled(shareOfThrees), { ...changes, steps: 15 });
    const rewards = records.map(
      r => r.rewarded.reduce((sum, { total }) => sum + total, 0) / r.rewarded.length,
    );
    const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;
    expect(mean(rewards.slice(0, 3))).toBeLessThan(0.25); // chance is 1/11
    expect(mean(rewards.slice(-3))).toBeGreaterThan(0.4);
  });

  it("takes old, new and reference estimates under the same masks, fresh for each update", async () => {
    // A policy that does not move has ratio 1 and KL 0 only so.
    const records = await run(sampled(shareOfThrees), { rate: { ...config.rate, peak: 0 }, iterations: 3 });
    for (const { statistics, loss } of records) {
      expect(statistics).toMatchObject({ clipLow: 0, clipHigh: 0 });
      expect(statistics.klMax).toBeLessThan(1e-10);
      expect(Number.isFinite(loss)).toBe(true);
    }
  });

  it("goes on from a record as if it had never stopped, bit for bit", async () => {
    const source = sampled(shareOfThrees);
    const whole = await run(source, { steps: 4 });
    let kept: GrpoState | undefined;
    for await (const { state, step } of grpoTrainer(
      model,
      fresh(),
      0,
      { ...config, steps: 4 },
      source,
      rng.split("masks"),
      opByOp,
    )) {
      if (step !== 1) continue;
      const { policy, reference } = state;
      const [parameters, m, v] = [policy.parameters, policy.m, policy.v].map(copyOf);
      kept = { policy: { parameters, m, v }, reference: copyOf(reference) };
      break;
    }
    const rest = await run(source, { steps: 4 }, kept, 2);
    expect(rest.map(r => [r.step, r.loss, r.statistics])).toEqual(
      whole.slice(2).map(r => [r.step, r.loss, r.statistics]),
    );
    expect(valuesOf(rest[1].state.policy.parameters)).toEqual(valuesOf(whole[3].state.policy.parameters));
  });

  it("syncs the reference after every n updates, mixed as asked", async () => {
    const source = sampled(shareOfThrees);
    const seen: number[][][] = [];
    const settings = { ...config, steps: 2, referenceEvery: 2, referenceMix: 0.25 };
    for await (const { state } of grpoTrainer(
      model,
      fresh(),
      0,
      settings,
      source,
      rng.split("masks"),
      opByOp,
    )) {
      seen.push(valuesOf(state.policy.parameters), valuesOf(state.reference));
    }
    const [policy1, reference1, policy2, reference2] = seen.map(values => values.flat());
    const first = valuesOf(start).flat();
    first.forEach((x, i) => expect(reference1[i]).toBeCloseTo(0.25 * policy1[i] + 0.75 * x, 5));
    reference1.forEach((x, i) => expect(reference2[i]).toBeCloseTo(0.25 * policy2[i] + 0.75 * x, 5));
    const [only] = await run(source, { steps: 1 });
    expect(valuesOf(only.state.reference)).toEqual(valuesOf(start)); // not yet
  });

  it("leaks no tensor", async () => {
    const source = sampled(shareOfThrees);
    await run(source, { steps: 1 }); // records the decoder's graphs
    const before = tf.memory().numTensors;
    const records = await run(source, { steps: 3, referenceEvery: 2 });
    const { policy, reference } = records[2].state;
    for (const set of [policy.parameters, policy.m, policy.v, reference]) tf.dispose([...set.values()]);
    expect(tf.memory().numTensors).toBe(before);
  });

  it("does the same in recorded graphs", async () => {
    const source = sampled(shareOfThrees);
    const [plain, recorded] = [
      await run(source, { steps: 2 }),
      await run(source, { steps: 2 }, fresh(), 0, {}),
    ];
    recorded.forEach(({ loss, statistics }, i) => {
      expect(loss).toBeCloseTo(plain[i].loss, 4);
      expect(statistics.kl).toBeCloseTo(plain[i].statistics.kl, 4);
    });
  });
});

describe("a group whose rewards are all equal", () => {
  it("has advantages 0, a finite loss, and moves nothing without a KL term", async () => {
    const [record] = await run(
      sampled(() => ({ total: 2.5 })),
      { steps: 1, loss: { ...config.loss, beta: 0 } },
    );
    expect(record.advantages).toEqual(new Array(8).fill(0));
    expect(record.loss).toBeCloseTo(0, 12);
    expect(record.gradNorm).toBe(0);
    expect(valuesOf(record.state.policy.parameters)).toEqual(valuesOf(start));
  });

  it("stays finite when advantages are divided by the group's deviation", async () => {
    const [record] = await run(
      sampled(() => ({ total: 0 })),
      { steps: 1, scaleRewards: true },
    );
    expect(record.advantages).toEqual(new Array(8).fill(0));
    expect(Number.isFinite(record.loss)).toBe(true);
  });
});

describe("completions of odd shapes", () => {
  it.each([
    [
      "empty: the end token comes first",
      [
        [0, 5, 5, 5, 5, 5],
        [0, 0, 0, 0, 0, 0],
        [0, 1, 1, 1, 1, 1],
        [0, 2, 3, 4, 5, 6],
      ],
    ],
    [
      "without an end token",
      [
        [2, 3, 4, 5, 6, 7],
        [3, 3, 3, 3, 3, 3],
        [9, 8, 7, 6, 5, 4],
        [4, 4, 4, 4, 4, 4],
      ],
    ],
    [
      "only padding",
      [
        [1, 1, 1, 1, 1, 1],
        [1, 1, 1, 1, 1, 1],
        [1, 1, 1, 1, 1, 1],
        [1, 1, 1, 1, 1, 1],
      ],
    ],
  ])("train: %s", async (_, completions) => {
    const records = await run(given(completions, i => ({ total: i })));
    for (const { loss, gradNorm, statistics } of records) {
      expect(Number.isFinite(loss)).toBe(true);
      expect(gradNorm).toBeGreaterThan(0);
      expect(Number.isFinite(statistics.kl)).toBe(true);
    }
    expect(valuesOf(records[2].state.policy.parameters).flat().every(Number.isFinite)).toBe(true);
  });
});

describe("what stops it, in one sentence", () => {
  it("a loss that is not finite, before its step is recorded", async () => {
    const seen: number[] = [];
    const diverging = { ...config, rate: { peak: 1e30, warmupSteps: 0, floor: 1 } };
    const going = async () => {
      const source = sampled(shareOfThrees);
      for await (const { step } of grpoTrainer(model, fresh(), 0, diverging, source, rng, opByOp))
        seen.push(step);
    };
    await expect(going()).rejects.toThrow(
      /^rl: the loss became .* at step 0; start another run with a lower rate\.peak \(the last checkpoint is kept\)\.$/,
    );
    expect(seen).toEqual([]);
  });

  it("a reward function that throws", async () => {
    const source: RolloutSource<Rewarded> = async (step, state) => {
      const { trajectories } = await sampled(shareOfThrees)(step, state);
      const rewards = Promise.reject(new Error("tests.json is missing."));
      rewards.catch(() => undefined);
      return { trajectories, rewards };
    };
    await expect(run(source)).rejects.toThrow(
      /^rl: the rewards of step 0 failed \(tests\.json is missing\); mend their cause, and the run goes on from its last checkpoint\.$/,
    );
  });

  it("an abort, with the signal's own reason", async () => {
    const source: RolloutSource<Rewarded> = async (step, state) => {
      const { trajectories } = await sampled(shareOfThrees)(step, state);
      const rewards = Promise.reject(AbortSignal.abort().reason as Error);
      rewards.catch(() => undefined);
      return { trajectories, rewards };
    };
    await expect(run(source)).rejects.toMatchObject({ name: "AbortError" });
  });

  it("a sandbox that is gone", async () => {
    const sandbox = await Sandbox.open();
    await sandbox.close();
    const source: RolloutSource<Rewarded> = async (step, state) => {
      const { trajectories } = await sampled(shareOfThrees)(step, state);
      const completions = trajectories.map(() => ({
        completion: "```python\nx = 1\n```\n",
        tests: ["assert x"],
      }));
      const rewards = rewardAll(completions, sandbox);
      rewards.catch(() => undefined);
      return { trajectories, rewards };
    };
    await expect(run(source)).rejects.toThrow(/^rl: the rewards of step 0 failed \(sandbox: it was closed/);
  });

  it.each([
    ["no number", sampled(() => ({ total: NaN })), /completion 0 has NaN; correct the reward function/],
    ["infinite", sampled(() => ({ total: Infinity })), /completion 0 has Infinity/],
  ])("a reward that is %s", async (_, source, sentence) => {
    await expect(run(source)).rejects.toThrow(sentence);
  });

  it("too few rewards", async () => {
    const source: RolloutSource<Rewarded> = async (step, state) => {
      const { trajectories } = await sampled(shareOfThrees)(step, state);
      return { trajectories, rewards: Promise.resolve([{ total: 1 }]) };
    };
    await expect(run(source)).rejects.toThrow(/step 0 needs 8 finite rewards, but 1 came/);
  });
});
