/** Plain autoregressive decoding on a random checkpoint. */
import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, it } from "vitest";
import { globalArness, localArness } from "../../src/lib/analysis/ar-ness.js";
import { Rng } from "../../src/lib/core/rng.js";
import { decodeAutoregressive } from "../../src/lib/decode/autoregressive.js";
import { decodeConfig } from "../../src/lib/decode/config.js";
import { loadDenoiser } from "../../src/lib/checkpoints/checkpoint.js";
import type { Denoiser } from "../../src/lib/model/denoiser.js";
import { useBackend } from "../../src/lib/runtime/backend.js";

const completionLength = 6;
const prompts = [
  [10, 20, 30],
  [11, 21, 31, 41, 51],
  [12, 22],
].map(ids => Int32Array.from(ids));
const rngs = prompts.map((_, b) => Rng.fromSeed(4).split(b));
const greedy = decodeConfig(completionLength, { temperature: 0, topP: 1 });
let dream: Denoiser;

beforeAll(async () => {
  await useBackend();
  dream = loadDenoiser("test/reference/dream-tiny");
  return () => dream.dispose();
});

describe("autoregressive decoding", () => {
  it("scores 1, local and global, for every k", async () => {
    for (const t of await decodeAutoregressive(dream, prompts, greedy, rngs)) {
      for (let k = 1; k <= completionLength; k++) {
        expect(localArness([...t.order], k)).toBe(1);
        expect(globalArness([...t.order], k)).toBe(1);
      }
      expect([...t.stepOf]).toEqual([0, 1, 2, 3, 4, 5]);
      expect(t).toMatchObject({ steps: completionLength, tieSteps: 0, choiceSteps: 0 });
    }
  });

  it("takes the most probable token given those before it, one at a time", async () => {
    const [whole] = await decodeAutoregressive(dream, [prompts[0]], greedy, [rngs[0]]);
    const ids = [...prompts[0]];
    for (let i = 0; i < completionLength; i++) {
      const row = tf.tidy(() => {
        const x = tf.tensor2d(Int32Array.from(ids), [1, ids.length], "int32");
        return dream.prefillLogits(x, null, ids.length).logits.dataSync();
      });
      row[dream.maskTokenId] = -Infinity;
      ids.push(row.indexOf(Math.max(...row)));
    }
    expect([...whole.completionIds]).toEqual(ids.slice(prompts[0].length));
  });

  it("reads every token once: what is kept gives the logits of a whole pass", () => {
    const length = 6;
    const rows = [
      [0, 0, 10, 20, 30, 40],
      [5, 6, 7, 8, 9, 11],
    ];
    const ids = (from: number, to: number) =>
      tf.tensor2d(
        rows.map(row => row.slice(from, to)),
        undefined,
        "int32",
      );
    const attentionMask = tf.tensor2d(
      rows.map(row => row.map(id => Math.min(1, id))),
      undefined,
      "int32",
    );
    let { kvCache } = dream.prefillLogits(ids(0, length), attentionMask, 4);
    for (const position of [5, 6]) {
      const step = { ids: ids(position - 1, position), position, attentionMask, length, kvCache };
      const next = dream.nextTokenLogits({ ...step, sequences: [0, 1] });
      const whole = dream.prefillLogits(ids(0, length), attentionMask, position);
      const [a, b] = [next, whole].map(({ logits }) => logits.dataSync());
      expect(Math.max(...a.map((x, i) => Math.abs(x - b[i])))).toBeLessThan(1e-5);
      ({ kvCache } = next);
    }
  });

  it("decides in a batch as alone, left padding and all", async () => {
    const config = { ...greedy, temperature: 1 };
    const together = await decodeAutoregressive(dream, prompts, config, rngs);
    for (const [b, prompt] of prompts.entries()) {
      const [alone] = await decodeAutoregressive(dream, [prompt], config, [rngs[b]]);
      expect([...alone.completionIds], `prompt ${b}`).toEqual([...together[b].completionIds]);
    }
  });

  it("asks once about samples that have said the same so far, and about ended ones not at all", async () => {
    const group = [1, 2, 3, 4].map(() => prompts[0]);
    const streams = group.map((_, b) => Rng.fromSeed(4).split(b));
    const asked: number[] = [];
    const counting = {
      ...dream,
      prefillLogits: (...question: Parameters<Denoiser["prefillLogits"]>) => {
        asked.push(question[0].shape[0]);
        return dream.prefillLogits(...question);
      },
      nextTokenLogits: (pass: Parameters<Denoiser["nextTokenLogits"]>[0]) => {
        asked.push(pass.ids.shape[0]);
        return dream.nextTokenLogits(pass);
      },
    };
    const hot = { ...greedy, temperature: 1 };
    const together = await decodeAutoregressive(counting, group, hot, streams);
    expect([asked[0], asked.at(-1)]).toEqual([1, 4]);
    for (const [b, rng] of streams.entries()) {
      const [alone] = await decodeAutoregressive(dream, [prompts[0]], hot, [rng]);
      expect([...together[b].completionIds]).toEqual([...alone.completionIds]);
      expect(together[b].calls).toBe(alone.calls);
    }
    asked.length = 0;
    const endTokenIds = [0, 1].map(b => together[b].completionIds[0]);
    const ended = await decodeAutoregressive(counting, group, hot, streams, { endTokenIds });
    expect(ended.map(t => t.calls)).toEqual([1, 1, completionLength, completionLength]);
    expect(asked.slice(-3)).toEqual([2, 2, 2]);
  });

  it("pads after the end token, at confidence 1 and entropy 0, while other samples go on", async () => {
    const free = await decodeAutoregressive(dream, prompts, greedy, rngs);
    const end = free[0].completionIds[1];
    expect(free[1].completionIds).not.toContain(end);
    const stopping = { ...dream, eosTokenId: end };
    const ts = await decodeAutoregressive(stopping, prompts, greedy, rngs);
    const stop = free[0].completionIds.indexOf(end);
    const pads = new Array<number>(completionLength - stop - 1).fill(dream.padTokenId);
    expect([...ts[0].completionIds]).toEqual([...free[0].completionIds.slice(0, stop + 1), ...pads]);
    expect([...ts[0].confidence.slice(stop + 1)]).toEqual(pads.map(() => 1));
    expect([...ts[0].entropy.slice(stop + 1)]).toEqual(pads.map(() => 0));
    expect([...ts[1].completionIds]).toEqual([...free[1].completionIds]);
    expect([...ts[0].order]).toEqual([0, 1, 2, 3, 4, 5]);
  });

  it("leaves no tensor behind, finished or aborted", async () => {
    await decodeAutoregressive(dream, prompts, greedy, rngs); // records the graph
    const before = tf.memory().numTensors;
    await decodeAutoregressive(dream, prompts, greedy, rngs);
    expect(tf.memory().numTensors).toBe(before);
    const signal = AbortSignal.abort(new Error("enough"));
    await expect(decodeAutoregressive(dream, prompts, greedy, rngs, { signal })).rejects.toThrow("enough");
    expect(tf.memory().numTensors).toBe(before);
  });

  it("refuses an empty prompt, which has no next token", async () => {
    const run = decodeAutoregressive(dream, [Int32Array.of()], greedy, [rngs[0]]);
    await expect(run).rejects.toThrow(/an empty prompt has no next token; give at least one token/);
  });
});
