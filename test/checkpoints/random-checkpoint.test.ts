/** Folders as the three families ship them load as they are, decode, and survive being saved. */
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as tf from "@tensorflow/tfjs-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Rng } from "../../src/lib/core/rng.js";
import { decodeAutoregressive } from "../../src/lib/decode/autoregressive.js";
import { decodeConfig } from "../../src/lib/decode/config.js";
import { decode } from "../../src/lib/decode/decode.js";
import {
  loadDenoiser,
  readConfig,
  readParameters,
  saveCheckpoint,
} from "../../src/lib/checkpoints/checkpoint.js";
import type { Denoiser } from "../../src/lib/model/denoiser.js";
import { useBackend } from "../../src/lib/runtime/backend.js";
import { lengthToEnd, textPieces } from "../../src/lib/tokenizer/decoded-text.js";
import { loadModel } from "../../src/lib/checkpoints/load-model.js";
import { writeRandomCheckpoint } from "../../src/lib/checkpoints/random-checkpoint.js";
import { randomFamilies, type RandomFamily } from "../../src/lib/checkpoints/random-checkpoint-config.js";
import { chatPrompt } from "../../src/lib/tokenizer/chat.js";

const root = mkdtempSync(join(tmpdir(), "unmask-families-"));
const folderOf = (family: RandomFamily) => join(root, family);
beforeAll(async () => {
  await useBackend();
  for (const family of randomFamilies)
    writeRandomCheckpoint(folderOf(family), { shape: "tiny", family, seed: 1, shards: 3 });
});
afterAll(() => rmSync(root, { recursive: true }));

const logitsOf = (denoiser: Denoiser) =>
  tf.tidy(() => denoiser.logits(tf.tensor2d([[5, 90, 7, 300]], [1, 4], "int32"), null).dataSync());

describe("a folder as Dream and DiffuCoder ship it", () => {
  it("has three shards, the slow tokenizer, grouped heads, an untied head, and decodes", async () => {
    expect(readdirSync(folderOf("dream"))).toEqual(
      expect.arrayContaining(["model-00003-of-00003.safetensors", "vocab.json", "merges.txt"]),
    );
    const { denoiser, tokenizer, autoregressive, endTokenIds } = loadModel(folderOf("dream"));
    expect(denoiser.config).toMatchObject({ heads: 4, kvHeads: 2, tieWordEmbeddings: false, shift: true });
    expect({ autoregressive, endTokenIds }).toEqual({ autoregressive: false, endTokenIds: [380] });
    const prompt = tokenizer.encode(chatPrompt(tokenizer, [{ role: "user", content: "héllo" }]));
    expect(tokenizer.decode(prompt)).toBe(
      "<|im_start|>system\nYou are a helpful " +
        "assistant.<|im_end|>\n<|im_start|>user\nhéllo<|im_end|>\n<|im_start|>assistant\n",
    );
    const [t] = await decode(denoiser, [prompt], decodeConfig(4), [Rng.fromSeed(0)]);
    expect([...t.order].sort()).toEqual([0, 1, 2, 3]);
    denoiser.dispose();
  });
});

describe("a folder as Qwen2.5-Coder ships it", () => {
  it(
    "is tied, has no mask and two end tokens, its template's own system message, and decodes left to " +
      "right",
    async () => {
      const { denoiser, tokenizer, autoregressive, endTokenIds } = loadModel(folderOf("qwen2"));
      expect(denoiser.config).toMatchObject({ tieWordEmbeddings: true, eosTokenId: 382, padTokenId: 380 });
      expect(denoiser.parameters.has("lm_head.weight")).toBe(false);
      expect(tokenizer.special.maskId).toBeNull();
      expect({ autoregressive, endTokenIds }).toEqual({ autoregressive: true, endTokenIds: [382, 380] });
      expect(chatPrompt(tokenizer, [{ role: "user", content: "a" }])).toBe(
        "<|im_start|>system\nYou are Qwen, created by Alibaba Cloud. You are a helpful " +
          "assistant.<|im_end|>\n<|im_start|>user\na<|im_end|>\n<|im_start|>assistant\n",
      );
      const prompt = tokenizer.encode("def f");
      const greedy = decodeConfig(3, { temperature: 0 });
      const steps: number[] = [];
      const options = { onStep: (step: number) => steps.push(step) };
      const [t] = await decodeAutoregressive(denoiser, [prompt], greedy, [Rng.fromSeed(0)], options);
      expect(steps).toEqual([1, 2, 3]);
      const first = t.completionIds[0];
      const ended = await decodeAutoregressive(denoiser, [prompt], greedy, [Rng.fromSeed(0)], {
        endTokenIds: [first],
      });
      expect([...ended[0].completionIds]).toEqual([first, 380, 380]);
      denoiser.dispose();
    },
  );
});

describe("a folder as LLaDA ships it", () => {
  it("has its names, full heads, no biases, no shift, and its own turns", () => {
    const { denoiser, tokenizer, endTokenIds } = loadModel(folderOf("llada"));
    expect(denoiser.config).toMatchObject({ heads: 4, kvHeads: 4, qkvBias: false, shift: false });
    expect(endTokenIds).toEqual([381]);
    expect(chatPrompt(tokenizer, [{ role: "user", content: " a " }])).toBe(
      "<|startoftext|><|start_header_id|>user<|end_header_id|>\n\na<|eot_id|><|start_header_id|>assistant<|end_header_id|>\n\n",
    );
    denoiser.dispose();
  });
});

describe("saving", () => {
  it.each(randomFamilies)("keeps the logits and the shape of a model loaded from a %s folder", family => {
    const config = readConfig(folderOf(family));
    const again = join(root, `${family}-again`);
    saveCheckpoint(again, config, readParameters(folderOf(family), config));
    writeFileSync(join(again, "training.json"), "{}");
    // The public Dream code has biases always and is no AR parent.
    expect(readConfig(again)).toEqual({ ...config, modelType: "Dream", qkvBias: true });
    const [before, after] = [loadDenoiser(folderOf(family)), loadDenoiser(again)];
    expect(logitsOf(after)).toEqual(logitsOf(before));
    for (const denoiser of [before, after]) denoiser.dispose();
  });
});

describe("writing", () => {
  it("gives the same bytes for the same seed, others for another, and spreads them over the shards", () => {
    const shard = (name: string, seed: number) => {
      writeRandomCheckpoint(join(root, name), { shape: "tiny", family: "dream", seed, shards: 1 });
      return readFileSync(join(root, name, "model.safetensors"));
    };
    const first = shard("a", 1);
    expect(shard("b", 1).equals(first)).toBe(true);
    expect(shard("c", 2).equals(first)).toBe(false);
    const sizes = [1, 2, 3].map(
      i => readFileSync(join(folderOf("dream"), `model-0000${i}-of-00003.safetensors`)).length,
    );
    expect(Math.max(...sizes)).toBeLessThan(first.length / 2);
  });

  it("refuses a folder that holds something", () => {
    const options = { shape: "tiny", family: "dream", seed: 1, shards: 1 } as const;
    expect(() => writeRandomCheckpoint(folderOf("dream"), options)).toThrow(
      /is not empty; name another folder/,
    );
  });
});

describe("decoded text", () => {
  it("is cut at the first of the end tokens", () => {
    expect(lengthToEnd([5, 6, 7, 6], [7, 6])).toBe(1);
    expect(lengthToEnd([5, 6], [9])).toBe(2);
  });

  it("gives a letter of several bytes with its last token, and special tokens no text", () => {
    const { tokenizer, denoiser } = loadModel(folderOf("dream"));
    const bytes = [...tokenizer.encode("é")];
    expect(bytes).toHaveLength(2);
    const ids = [...bytes, tokenizer.special.eosId, ...tokenizer.encode("x")];
    expect(textPieces(ids, tokenizer)).toEqual(["", "é", "", "x"]);
    expect(textPieces([bytes[0]], tokenizer)).toEqual(["\ufffd"]);
    denoiser.dispose();
  });
});
