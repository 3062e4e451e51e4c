/** A head's order in the one loop: what it decides, what it leaves as it was, and what it refuses. */
import * as tf from "@tensorflow/tfjs-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Trajectory } from "../../../src/lib/core/records.js";
import { Rng } from "../../../src/lib/core/rng.js";
import { decodeConfig } from "../../../src/lib/decode/config.js";
import type { DecodeConfig } from "../../../src/lib/decode/types.js";
import { decode, type DecodeOptions } from "../../../src/lib/decode/decode.js";
import type { LearnedOrder } from "../../../src/lib/decode/order.js";
import {
  conditionsOf,
  learnedOrder,
  type OrderOfHead,
} from "../../../src/lib/methods/learned-order/order.js";
import { loadDenoiser } from "../../../src/lib/checkpoints/checkpoint.js";
import type { Denoiser } from "../../../src/lib/model/denoiser.js";
import { initOrderHead, type OrderHead } from "../../../src/lib/methods/learned-order/head.js";
import { useBackend } from "../../../src/lib/runtime/backend.js";
import { rowsOfConfidence, tableDenoiser } from "../../decode/table-denoiser.js";

const completionLength = 8;
let dream: Denoiser, head: OrderHead, order: OrderOfHead;
beforeAll(async () => {
  await useBackend();
  dream = loadDenoiser("test/reference/dream-tiny");
  head = { config: dream.config, offset: "none", parameters: initOrderHead(dream.config, Rng.fromSeed(4)) };
  order = learnedOrder(head, { completionLength, blockLength: null });
});
afterAll(() => {
  order.dispose();
  dream.dispose();
  tf.dispose([...head.parameters.values()]);
});

const prompts = [[5, 6, 7], [8], [9, 10], [11, 12, 13]].map(ids => Int32Array.from(ids));
const decoded = (overrides: Partial<DecodeConfig>, options: DecodeOptions, some = prompts) => {
  const config = decodeConfig(completionLength, { temperature: 0, topP: 1, steps: 4, ...overrides });
  return decode(dream, some, config, some.map(prompt => Rng.fromSeed(prompt[0])), options); // prettier-ignore
};

/** Fixed scores, whatever the states. */
const fixed = (scores: readonly number[]): LearnedOrder => ({
  scores: (_, masked) => Float32Array.from(masked.flatMap(() => scores)),
  offset: () => 0,
});

describe("a learned order", () => {
  it("commits the highest scores, as many as the quota says, left to right within a step", async () => {
    const [t] = await decoded({}, { order: fixed([0, 7, 1, 6, 2, 5, 3, 4]) });
    expect([...t.order]).toEqual([1, 3, 5, 7, 4, 6, 0, 2]);
    expect([...t.stepOf]).toEqual([3, 0, 3, 0, 2, 1, 2, 1]);
    expect(t.confidence[1]).toBe(7);
    expect(t.calls).toBe(4); // states, scores and logits come of one pass
  });

  it(
    "draws positions where algTemperature is set, and keeps the order of the draws beside that of " +
      "the tokens",
    async () => {
      const [t] = await decoded({ algTemperature: 1 }, { order: fixed([0, 0, 0, 0, 0, 0, 0, 0]) });
      const drawn = Array.from(t.drawn ?? []);
      expect([...drawn].sort()).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
      expect(drawn.map(p => t.stepOf[p])).toEqual([0, 0, 1, 1, 2, 2, 3, 3]);
      const many = Array.from({ length: 8 }, (_, i) => Int32Array.of(5 + i));
      const others = await decoded({ algTemperature: 1 }, { order: fixed([0, 0, 0, 0, 0, 0, 0, 0]) }, many);
      // some pair was drawn right to left
      expect(others.some(x => x.drawn?.join() !== x.order.join())).toBe(true);
    },
  );

  it("leaves the tokens to the model: in the same order they are those of plain decoding", async () => {
    const plain = await decoded({ remasking: "probability" }, {});
    const replayed = await Promise.all(
      plain.map(async (t, i) => {
        const scores = Array.from(t.stepOf, step => -step);
        return (await decoded({}, { order: fixed(scores) }, [prompts[i]]))[0];
      }),
    );
    replayed.forEach((t, i) => expect([...t.completionIds]).toEqual([...plain[i].completionIds]));
    replayed.forEach((t, i) => expect([...t.stepOf]).toEqual([...plain[i].stepOf]));
  });

  it("is a function of the sample: a batch of four equals four batches of one", async () => {
    const together = await decoded({ algTemperature: 1 }, { order });
    const alone = await Promise.all(prompts.map(p => decoded({ algTemperature: 1 }, { order }, [p])));
    const plain = ({ order: o, drawn, completionIds }: Trajectory) => [
      [...o],
      [...(drawn ?? [])],
      [...completionIds],
    ];
    expect(together.map(plain)).toEqual(alone.map(([t]) => plain(t)));
  });

  it("with the log-confidence offset and a head that says nothing is the order by probability", async () => {
    const silent = new Map([...head.parameters].map(([name, p]) => [name, tf.zerosLike(p)]));
    const byConfidence = learnedOrder(
      { ...head, offset: "log-confidence", parameters: silent },
      { completionLength, blockLength: null },
    );
    const found = await decoded({}, { order: byConfidence });
    const plain = await decoded({ remasking: "probability-untempered" }, {});
    expect(found.map(t => [...t.order])).toEqual(plain.map(t => [...t.order]));
    byConfidence.dispose();
    tf.dispose([...silent.values()]);
  });

  it("leaks no tensor", async () => {
    await decoded({}, { order });
    const before = tf.memory().numTensors;
    await decoded({}, { order });
    expect(tf.memory().numTensors).toBe(before);
  });

  it("is refused with guidance, and by a denoiser without states", async () => {
    await expect(decoded({ guidance: 1 }, { order })).rejects.toThrow(
      /guidance=1 makes two; leave guidance out/,
    );
    const table = tableDenoiser(rowsOfConfidence([0.5, 0.6]), 8);
    const config = decodeConfig(2, { temperature: 0 });
    await expect(decode(table, [Int32Array.of(1)], config, [Rng.fromSeed(1)], { order })).rejects.toThrow(
      /reads hidden states, which this denoiser does not show/,
    );
  });
});

describe("what a head is told of a state", () => {
  it("is which positions are masked, and which stand in the current block", () => {
    const blocks = { completionLength: 6, blockLength: 3 };
    const { masked, inBlock } = conditionsOf([[1, 2, 4], [0]], { step: 2, steps: 4 }, blocks);
    expect([...masked]).toEqual([0, 1, 1, 0, 1, 0, 1, 0, 0, 0, 0, 0]);
    expect([...inBlock]).toEqual([0, 0, 0, 1, 1, 1, 0, 0, 0, 1, 1, 1]);
    const whole = conditionsOf([[0]], { step: 3, steps: 4 }, { ...blocks, blockLength: null });
    expect([...whole.inBlock]).toEqual([1, 1, 1, 1, 1, 1]);
  });
});

describe("hidden states", () => {
  it("are those that the logits are made of, at any positions", () => {
    const ids = tf.tensor2d([5, 6, 7, 8, 9, 10, 11, 12], [2, 4], "int32");
    const hidden = dream.hiddenAt(ids, null, [[1, 3], [0, 2]]); // prettier-ignore
    const logits = dream.logitsOf(tf.reshape(hidden, [4, dream.config.hiddenSize])).dataSync();
    const expected = dream.logitsAt(ids, null, [[1, 3], [0, 2]]).dataSync(); // prettier-ignore
    expect(logits.length).toBe(expected.length);
    // products of other shapes round differently
    logits.forEach((x, i) => expect(Math.abs(x - expected[i])).toBeLessThan(1e-5));
  });
});
