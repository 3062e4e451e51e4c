/**
 * GGUF files as checkpoints: what their metadata mean, and that no damaged file gives more than a sentence.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { UserError } from "../../../src/lib/core/errors.js";
import { loadDenoiser, readConfig } from "../../../src/lib/checkpoints/checkpoint.js";
import { useBackend } from "../../../src/lib/runtime/backend.js";
import { loadTokenizer } from "../../../src/lib/checkpoints/tokenizer-file.js";
import { ggufBytes, tinyGguf, writeGguf, type Value } from "./write-gguf.js";

const folder = mkdtempSync(join(tmpdir(), "unmask-gguf-"));
const file = join(folder, "model.gguf");
beforeAll(async () => void (await useBackend()));
afterAll(() => rmSync(folder, { recursive: true }));

function config(architecture: string, changes: Readonly<Record<string, Value | undefined>> = {}, more = {}) {
  writeGguf(file, tinyGguf(architecture, changes, more));
  return readConfig(file);
}

/** What is said about the file; fails where nothing is, or more than a sentence that names it. */
function said(load: (path: string) => unknown = readConfig): string {
  try {
    load(file);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    expect(error.message).toContain(file);
    expect(error.message).not.toContain("\n");
    return error.message;
  }
  throw new Error("nothing was said");
}

describe("the shape of a model in a GGUF file", () => {
  it("a masked-diffusion model without diffusion.shift_logits is shifted, as llama.cpp has it", () => {
    expect(config("dream", {}, { bias: true }).shift).toBe(true);
    expect(config("dream", { "diffusion.shift_logits": false }, { bias: true }).shift).toBe(false);
    expect(config("llada", { "diffusion.shift_logits": false }).shift).toBe(false);
  });

  it(
    "no output.weight is a tied head, numbers are the decimals they were written as, rows count the " +
      "vocabulary",
    () => {
      const shape = config("llama", { "llama.vocab_size": 5 });
      expect(shape).toMatchObject({
        tieWordEmbeddings: true,
        rmsNormEps: 1e-5,
        ropeTheta: 10000.5,
        vocabSize: 8,
      });
      expect(shape).toMatchObject({
        modelType: "llama",
        heads: 2,
        kvHeads: 1,
        qkvBias: false,
        maskTokenId: 4,
      });
    },
  );

  it("Qwen3 has norms of queries and keys, and runs", () => {
    writeGguf(file, tinyGguf("qwen3", {}, { norms: true }));
    const denoiser = loadDenoiser(file);
    expect(denoiser.config.qkNorm).toBe(true);
    expect(denoiser.parameters.has("model.layers.0.self_attn.q_norm.weight")).toBe(true);
    denoiser.dispose();
  });

  it.each<[string, Readonly<Record<string, Value>>, RegExp]>([
    ["positions that are stretched", { "llama.rope.scaling.type": "yarn" }, /stretches positions \("yarn"\)/],
    ["a part of several", { "split.count": 3 }, /one of several parts/],
    [
      "a parent that is not causal",
      { "llama.attention.causal": false },
      /llama\.attention\.causal other than/,
    ],
    ["half a rotation", { "llama.rope.dimension_count": 2 }, /rotates only a part of each head/],
    [
      "no heads",
      { "llama.attention.head_count": 0 },
      /UINT32 0 for llama\.attention\.head_count, a whole number/,
    ],
    [
      "heads in words",
      { "llama.attention.head_count": "two" },
      /STRING "two" for llama\.attention\.head_count/,
    ],
    [
      "an end token that is none",
      { "tokenizer.ggml.eos_token_id": 99 },
      /special token id 99, outside its vocabulary/,
    ],
    [
      "more layers than there are",
      { "llama.block_count": 9000000 },
      /has no tensor blk\.1\.attn_norm\.weight/,
    ],
    [
      "another width",
      { "llama.embedding_length": 16 },
      /token_embd\.weight has shape \[8, 8\], its metadata ask for/,
    ],
  ])("refuses %s in one sentence", (_, changes, message) => {
    writeGguf(file, tinyGguf("llama", changes));
    expect(said()).toMatch(message);
  });

  it("refuses a mask beyond the embedding, and weights without a place", () => {
    writeGguf(file, tinyGguf("dream", { "tokenizer.ggml.mask_token_id": 8 }, { bias: true }));
    expect(said()).toMatch(/mask token of .* has id 8, but the embedding has 8 rows/);
    const content = tinyGguf("llama");
    writeGguf(file, { ...content, tensors: { ...content.tensors, "rope_freqs.weight": { shape: [2] } } });
    expect(said()).toMatch(
      /holds tensor "rope_freqs\.weight", for which a model of its metadata has no place/,
    );
  });

  it("refuses values that are no numbers when the weights are read", () => {
    const content = tinyGguf("llama");
    const values = new Float32Array(8).fill(NaN);
    writeGguf(file, {
      ...content,
      tensors: { ...content.tensors, "output_norm.weight": { shape: [8], values } },
    });
    expect(said(loadDenoiser)).toMatch(/tensor output_norm\.weight holds NaN at index 0/);
  });
});

describe("the tokenizer in a GGUF file", () => {
  it("has control tokens as special, added ones as not, and no unused rows", () => {
    writeGguf(file, tinyGguf("llama", { "tokenizer.chat_template": "{{ 'x' }}" }));
    const tokenizer = loadTokenizer(file, { mask: "optional" });
    expect(Array.from(tokenizer.encode("ab <end><tool>"))).toEqual([2, 3, 4, 6]);
    expect(tokenizer.decode([2, 4, 6, 7], { skipSpecial: true })).toBe("ab<tool>");
    expect(tokenizer.chatTemplate).toBe("{{ 'x' }}");
    expect(tokenizer.special).toMatchObject({ eosId: 4, padId: 4, maskId: 5 });
  });

  it.each<[string, Readonly<Record<string, Value | undefined>>, RegExp]>([
    ["no tokenizer", { "tokenizer.ggml.model": undefined }, /holds no tokenizer/],
    ["pieces of another kind", { "tokenizer.ggml.model": "llama" }, /of kind "llama", only byte-level BPE/],
    ["an unknown way of splitting", { "tokenizer.ggml.pre": "tekken" }, /by the rule "tekken"/],
    ["no merges", { "tokenizer.ggml.merges": undefined }, /no lists of tokens and merges/],
  ])("refuses %s in one sentence", (_, changes, message) => {
    writeGguf(file, tinyGguf("llama", changes));
    expect(said(path => loadTokenizer(path, { mask: "optional" }))).toMatch(message);
  });
});

describe("a damaged GGUF file", () => {
  const whole = ggufBytes(tinyGguf("llama"));
  /** Bytes before the tensors' data: the header and the list of tensors. */
  const headerBytes = whole.indexOf("blk.0.ffn_down.weight") + 60;

  it("cut off anywhere is refused in one sentence", () => {
    for (let length = 0; length < whole.length; length += length < headerBytes ? 7 : 501) {
      writeFileSync(file, whole.subarray(0, length));
      expect(said(), `cut at ${length}`).not.toBe("");
    }
  });

  it(
    "with any byte of its header changed is read or refused, never more, and nothing is allocated " +
      "for false counts",
    () => {
      const before = process.memoryUsage().rss;
      for (let at = 0; at < headerBytes; at += 3) {
        const bytes = Buffer.from(whole);
        bytes[at] ^= 0xff;
        writeFileSync(file, bytes);
        for (const load of [readConfig, (path: string) => loadTokenizer(path, { mask: "optional" })]) {
          try {
            load(file);
          } catch (error) {
            if (!(error instanceof UserError))
              throw new Error(`byte ${at}: ${String(error)}`, { cause: error });
          }
        }
      }
      expect(process.memoryUsage().rss - before).toBeLessThan(300e6);
    },
  );
});
