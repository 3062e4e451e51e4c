/**
 * The order trainer on a tiny frozen denoiser with real decoding:
 * a planted good order is learned, and by its reward alone.
 */
import * as tf from "@tensorflow/tfjs-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Trajectory } from "../../../src/lib/core/records.js";
import { Rng } from "../../../src/lib/core/rng.js";
import { decodeConfig } from "../../../src/lib/decode/config.js";
import { decode } from "../../../src/lib/decode/decode.js";
import { learnedOrder, type OrderOfHead } from "../../../src/lib/methods/learned-order/order.js";
import type { DenoiserConfig } from "../../../src/lib/model/config.js";
import { createDenoiser, type Denoiser } from "../../../src/lib/model/denoiser.js";
import { initOrderHead, type OrderOffset } from "../../../src/lib/methods/learned-order/head.js";
import { initParameters, type Parameters } from "../../../src/lib/model/parameters.js";
import { orderStates } from "../../../src/lib/methods/learned-order/states.js";
import { createOrderStep, type OrderTask } from "../../../src/lib/methods/learned-order/step.js";
import {
  orderTrainer,
  weightedStates,
  type OrderConfig,
} from "../../../src/lib/methods/learned-order/trainer.js";
import type { RlRecord, Rewarded } from "../../../src/lib/rl/rl-loop.js";
import { rolloutBatch } from "../../../src/lib/rl/rollouts.js";
import { useBackend } from "../../../src/lib/runtime/backend.js";
import { initOptimizer } from "../../../src/lib/train/train-step.js";
import type { OptimizerState } from "../../../src/lib/train/adamw.js";

const model: DenoiserConfig = {
  ...{ modelType: "Dream", vocabSize: 11, hiddenSize: 16, layers: 1, heads: 2, kvHeads: 2 },
  ...{ intermediateSize: 24, rmsNormEps: 1e-6, ropeTheta: 10000, qkvBias: true, tieWordEmbeddings: false },
  ...{ shift: true, maskTokenId: 10, eosTokenId: 0, padTokenId: 1, maxPositions: 32 },
};
const [completionLength, steps, prompt] = [6, 3, Int32Array.of(2, 3)];
const config: OrderConfig = {
  ...{ steps: 25, groupSize: 8, baseline: "group-mean", scaleRewards: true },
  rate: { peak: 1e-2, warmupSteps: 0, floor: 1 },
  adamW: { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0, clipNorm: 1 },
};
const rng = Rng.fromSeed(5);
const settings = decodeConfig(completionLength, { temperature: 0, topP: 1, steps, algTemperature: 1 });

let denoiser: Denoiser, orders: OrderOfHead, start: Parameters, task: OrderTask;
beforeAll(async () => {
  await useBackend();
  denoiser = createDenoiser(model, initParameters(model, Rng.fromSeed(1)));
  start = initOrderHead(model, Rng.fromSeed(2));
  orders = learnedOrder({ config: model, offset: "none", parameters: start }, settings);
  task = { model, backbone: denoiser.parameters, offset: "none", steps, blockLength: null };
});
afterAll(() => {
  orders.dispose();
  denoiser.dispose();
});

const fresh = () => initOptimizer(new Map([...start].map(([name, p]) => [name, p.clone()])));
const drawnBy = (parameters: Parameters, streams: readonly Rng[]) =>
  decode(
    denoiser,
    streams.map(() => prompt),
    settings,
    streams,
    { order: orders.withParameters(parameters) },
  );
const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;

/** Share of positions committed at the step at which left to right would. */
const leftToRight = (t: Trajectory) => ({
  total: mean(Array.from(t.stepOf, (step, p) => Number(step === Math.floor(p / 2)))),
});

async function run(changes: Partial<OrderConfig> = {}, state = fresh(), from = 0) {
  const records: RlRecord<Rewarded, OptimizerState>[] = [];
  const rollouts = (step: number, { parameters }: OptimizerState) =>
    rolloutBatch(
      16,
      16,
      (first, to) =>
        drawnBy(
          parameters,
          Array.from({ length: to - first }, (_, i) => rng.split(step).split(first + i)),
        ),
      trajectories => Promise.resolve(trajectories.map(leftToRight)),
    );
  for await (const record of orderTrainer(task, state, from, { ...config, ...changes }, rollouts, rng))
    records.push(record);
  return records;
}
const rewardsOf = (records: readonly RlRecord<Rewarded, OptimizerState>[]) =>
  records.map(r => mean(r.rewarded.map(({ total }) => total)));

describe("the order trainer", () => {
  it("learns an order that is rewarded, and nothing from rewards credited to others", async () => {
    const own = rewardsOf(await run());
    expect(mean(own.slice(0, 3))).toBeLessThan(0.5); // chance is 1/3
    expect(mean(own.slice(-3))).toBeGreaterThan(0.75);
    const shuffled = rewardsOf(await run({ credit: "shuffled" }));
    expect(shuffled[0]).toBe(own[0]); // the same rollouts at first
    expect(mean(shuffled.slice(-3))).toBeLessThan(0.55);
  });

  it("goes on from a record as if it had never stopped, bit for bit", async () => {
    const whole = await run({ steps: 4 });
    const half = await run({ steps: 2 });
    const rest = await run({ steps: 4 }, half[1].state, 2);
    const values = (records: typeof whole) =>
      [...records[records.length - 1].state.parameters.values()].map(p => [...p.dataSync()]);
    expect(values(rest)).toEqual(values(whole));
  });

  it("moves nothing where the rewards of every group are equal", () => {
    const update = createOrderStep(task, config.adamW);
    const { state, loss, gradNorm } = update(fresh(), [], 1e-2, 0);
    expect([loss, gradNorm]).toEqual([0, 0]);
    for (const [name, p] of state.parameters)
      expect([...p.dataSync()]).toEqual([...(start.get(name) as tf.Tensor).dataSync()]);
    update.dispose();
  });
});

describe("the loss", () => {
  /**
   * The trainer's loss of rollouts that all have advantage
   * 1, and what the scores that decoding logged say it is.
   */
  const losses = async (offset: OrderOffset, count: number) => {
    const order = learnedOrder({ config: model, offset, parameters: start }, settings);
    const streams = Array.from({ length: count }, (_, i) => rng.split(i));
    const trajectories = await decode(
      denoiser,
      streams.map(() => prompt),
      settings,
      streams,
      { order, trace: true },
    );
    order.dispose();
    const states = trajectories.map(t => orderStates(t, { steps, blockLength: null, maskTokenId: 10 }));
    const weighted = weightedStates(states, trajectories.map(() => 1), steps); // prettier-ignore
    const update = createOrderStep({ ...task, offset }, config.adamW);
    const before = tf.memory().numTensors;
    const { state, loss } = update(fresh(), weighted, 0, 0);
    tf.dispose([state.parameters, state.m, state.v].flatMap(set => [...set.values()]));
    expect(tf.memory().numTensors).toBe(before);
    update.dispose();
    return { loss, logged: -mean(trajectories.map(loggedLogp)) / steps };
  };
  /** log pi of a trajectory from its trace: the scores of every masked position before every step. */
  const loggedLogp = (t: Trajectory): number => {
    const drawn = Array.from(t.drawn ?? []);
    let logp = 0;
    for (const [rank, p] of drawn.slice(0, 4).entries()) {
      const scores = drawn
        .slice(rank)
        .map(q => t.trace?.confidence[t.stepOf[p] * completionLength + q] as number);
      logp += scores[0] - Math.log(scores.reduce((sum, s) => sum + Math.exp(s), 0));
    }
    return logp;
  };

  it.each(["none", "log-confidence"] as const)(
    "is the mean over rollouts of -log pi / steps, by the very scores that decoding drew from; offset %s",
    async offset => {
      const { loss, logged } = await losses(offset, 20);
      expect(loss).toBeCloseTo(logged, 4); // float32 sums of 40 states
    },
  );

  it("adds up states over several graph calls", async () => {
    const { loss, logged } = await losses("none", 80); // 160 states: two calls
    expect(loss).toBeCloseTo(logged, 4);
    expect(loss).toBeCloseTo(Math.log(6 * 5 * 4 * 3) / steps, 1); // near that of orders drawn evenly
  });
});
