/**
 * What is said about checkpoint folders that are broken: one sentence with file, tensor and remedy, at once.
 */
import {
  appendFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  truncateSync,
  unlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { UserError } from "../../src/lib/core/errors.js";
import {
  loadDenoiser,
  canHoldWeights,
  readConfig,
  readParameters,
} from "../../src/lib/checkpoints/checkpoint.js";
import { parameterShapes } from "../../src/lib/model/parameters.js";
import { useBackend } from "../../src/lib/runtime/backend.js";
import { loadModel } from "../../src/lib/checkpoints/load-model.js";
import { writeRandomCheckpoint } from "../../src/lib/checkpoints/random-checkpoint.js";
import { randomFamilies, type RandomFamily } from "../../src/lib/checkpoints/random-checkpoint-config.js";

const whole = mkdtempSync(join(tmpdir(), "unmask-whole-"));
let folder: string;
beforeAll(async () => {
  await useBackend();
  for (const family of randomFamilies)
    writeRandomCheckpoint(join(whole, family), { shape: "tiny", family, seed: 1, shards: 2 });
});
afterAll(() => rmSync(whole, { recursive: true }));
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "unmask-broken-"))));
afterEach(() => rmSync(folder, { recursive: true }));

const shard = (n: number) => join(folder, `model-0000${n}-of-00002.safetensors`);

function use(family: RandomFamily = "dream"): void {
  cpSync(join(whole, family), folder, { recursive: true });
}

/** Changes a JSON file of the folder; undefined removes a key. */
function edit(name: string, changes: Readonly<Record<string, unknown>>): void {
  const path = join(folder, name);
  const json = JSON.parse(readFileSync(path, "utf8")) as Record<string, unknown>;
  writeFileSync(path, JSON.stringify({ ...json, ...changes }));
}

/** Changes text in the header of the first shard; both texts must be equally long. */
function editHeader(from: string, to: string): void {
  const bytes = readFileSync(shard(1));
  bytes.write(to, bytes.indexOf(from), "latin1");
  writeFileSync(shard(1), bytes);
}

/** The one sentence; fails when it takes a second, holds memory, or is no UserError. */
function said(load: (folder: string) => unknown = loadDenoiser): string {
  const [started, rss] = [performance.now(), process.memoryUsage().rss];
  try {
    load(folder);
  } catch (error) {
    expect(error).toBeInstanceOf(UserError);
    expect(performance.now() - started).toBeLessThan(1000);
    expect(process.memoryUsage().rss - rss).toBeLessThan(100e6);
    const { message } = error as Error;
    expect(message).toMatch(/[^.]\.$/);
    expect(message).not.toContain("\n");
    return message;
  }
  throw new Error("nothing was refused");
}

describe("files", () => {
  it("a missing shard is named with a tensor that lies in it", () => {
    use();
    unlinkSync(shard(2));
    expect(said()).toMatch(
      /model-00002-of-00002\.safetensors is missing, the shard .* tensor model\.\S+; fetch it\.$/,
    );
  });

  it("no weights at all, pickled ones and Git LFS pointers", () => {
    use();
    unlinkSync(join(folder, "model.safetensors.index.json"));
    expect(said()).toMatch(
      /has neither model\.safetensors nor model\.safetensors\.index\.json; fetch the weights/,
    );
    writeFileSync(join(folder, "pytorch_model.bin"), "x");
    expect(said()).toMatch(/convert pytorch_model\.bin to safetensors/);
    writeFileSync(join(folder, "model.safetensors"), "version https://git-lfs.github.com/spec/v1\n");
    expect(said()).toMatch(/model\.safetensors is a Git LFS pointer, not the weights; run git lfs pull/);
  });

  it("an index that names no shard for a tensor, or a file elsewhere", () => {
    use();
    const index = "model.safetensors.index.json";
    const { weight_map } = JSON.parse(readFileSync(join(folder, index), "utf8")) as { weight_map: object };
    edit(index, { weight_map: { ...weight_map, "model.norm.weight": undefined } });
    expect(said()).toMatch(
      /index\.json has no tensor model\.norm\.weight, which config\.json.*fetch the checkpoint again/,
    );
    edit(index, { weight_map: { ...weight_map, "model.norm.weight": "../x.safetensors" } });
    expect(said()).toMatch(
      /names "\.\.\/x\.safetensors" for tensor model\.norm\.weight, which is no file name/,
    );
  });

  it("a shard cut off in its data, its header or its length", () => {
    use();
    const size = readFileSync(shard(1)).length;
    truncateSync(shard(1), size - 2);
    expect(said()).toMatch(
      /model-00001-of-00002\.safetensors is cut off in tensor model\.\S+: \d+ bytes.*fetch or write/,
    );
    for (const keep of [300, 7, 0]) {
      truncateSync(shard(1), keep);
      expect(said(), `${keep} bytes`).toMatch(/model-00001-of-00002\.safetensors .*cut off.*fetch or write/);
    }
  });

  it("a header that lies about its length, about a tensor's or about the data's", () => {
    use();
    const bytes = readFileSync(shard(1));
    bytes.writeBigUInt64LE(2n ** 60n);
    writeFileSync(shard(1), bytes);
    expect(said()).toMatch(/model-00001\S+ announces a header of 115292150460684\d+ bytes/);
    bytes.writeBigUInt64LE(200_000_000n);
    writeFileSync(shard(1), bytes);
    truncateSync(shard(1), 300_000_000); // sparse
    expect(said()).toMatch(/announces a header of 200000000 bytes, beyond the format's limit/);
    use();
    editHeader("[416,64]", "[999,64]");
    expect(said()).toMatch(
      /tensor model\.embed_tokens\.weight of shape \[999, 64\] and dtype BF16 needs 127872 bytes/,
    );
    use();
    appendFileSync(shard(1), "more");
    expect(said()).toMatch(
      /model-00001\S+ has a header that lies: it describes \d+ bytes of data, the file holds/,
    );
  });
});

describe("what is no file", () => {
  it("a folder in place of the weights, a shard, an index or config.json", () => {
    use();
    mkdirSync(join(folder, "model.safetensors"));
    expect(said()).toMatch(/model\.safetensors is a folder, where a file is needed; check the path/);
    rmSync(join(folder, "model.safetensors"), { recursive: true });
    rmSync(shard(2));
    mkdirSync(shard(2));
    expect(said()).toMatch(/model-00002\S+ is a folder/);
    rmSync(join(folder, "model.safetensors.index.json"));
    mkdirSync(join(folder, "model.safetensors.index.json"));
    expect(said()).toMatch(/index\.json is a folder/);
    rmSync(join(folder, "config.json"));
    mkdirSync(join(folder, "config.json"));
    expect(said()).toMatch(/config\.json is a folder/);
  });
});

describe("tensors", () => {
  it("of another shape than config.json asks for", () => {
    use();
    edit("config.json", { intermediate_size: 162 });
    expect(said()).toMatch(
      /model-00001\S+: tensor model\.layers\.0\.mlp\.gate_proj\.weight has shape \[160, 64\], config\.json asks for \[162, 64\]; .*fetch/,
    );
  });

  it("twice by one name, under a name that is no UTF-8, with text that is no metadata", () => {
    use();
    editHeader("model.layers.0.self_attn.q_proj.weight", "model.layers.0.self_attn.k_proj.weight");
    expect(said()).toMatch(
      /model-00001\S+ has a header that names "model\.layers\.0\.self_attn\.k_proj\.weight" twice/,
    );
    use();
    const bytes = readFileSync(shard(1));
    bytes[bytes.indexOf("embed_tokens")] = 0xff;
    writeFileSync(shard(1), bytes);
    expect(said()).toMatch(/model-00001\S+ has a header that is no UTF-8, so it is damaged; fetch/);
    use();
    editHeader('{"format":"pt"}', '{"format": [1]}');
    expect(said()).toMatch(/has __metadata__ \{"format":\[1\]\}, where texts by their names are needed/);
  });

  it("of a shape whose product overflows, or with more axes than any tensor has", () => {
    for (const [shape, sentence] of [
      [[2 ** 40, 2 ** 40], /of shape \[1099511627776, 1099511627776\] and dtype BF16 needs/],
      [[2 ** 52, 0, 2 ** 52], /no tensor model\.embed_tokens\.weight|tensor x has/],
      [Array.from({ length: 1e5 }, () => 1), /tensor x has 100000 axes/],
    ] as const) {
      use();
      rmSync(join(folder, "model.safetensors.index.json"));
      const header = JSON.stringify({ x: { dtype: "BF16", shape, data_offsets: [0, 0] } });
      const prefix = Buffer.alloc(8);
      prefix.writeBigUInt64LE(BigInt(header.length));
      writeFileSync(join(folder, "model.safetensors"), Buffer.concat([prefix, Buffer.from(header)]));
      expect(said()).toMatch(sentence);
    }
  });

  it("of a type that is no float, or unknown", () => {
    use();
    editHeader('"BF16"', '"I16" ');
    expect(said()).toMatch(
      /model-00001\S+: tensor model\.embed_tokens\.weight holds I16; convert it to BF16, F16 or F32/,
    );
    use();
    editHeader('"BF16"', '"Q4_K"');
    expect(said()).toMatch(
      /tensor model\.embed_tokens\.weight has dtype Q4_K, which is not supported; convert it/,
    );
  });

  it("with NaN or infinity, in any shard", () => {
    use();
    const bytes = readFileSync(shard(2));
    bytes.writeUInt16LE(0x7f80, bytes.length - 2);
    writeFileSync(shard(2), bytes);
    expect(said()).toMatch(
      /model-00002\S+: tensor lm_head\.weight holds Infinity at index 26623; the weights are damaged, fetch/,
    );
  });

  it("that nothing would use", () => {
    use();
    edit("config.json", { attention_bias: false });
    expect(said()).toMatch(
      /holds tensor model\.layers\.0\.self_attn\.\w_proj\.bias, for which .* no place; correct config\.json/,
    );
  });
});

describe("config.json", () => {
  it("of an unknown architecture, or no JSON", () => {
    use();
    edit("config.json", { model_type: "mamba" });
    expect(said()).toMatch(
      /config\.json has model_type "mamba", which is not supported; use a checkpoint of type Dream/,
    );
    writeFileSync(join(folder, "config.json"), "{");
    expect(said()).toMatch(/config\.json cannot be read as JSON/);
  });

  it.each([
    [
      { num_hidden_layers: 1e7 },
      /no tensor model\.layers\.2\.input_layernorm\.weight.*10000000 layers.*fetch/,
    ],
    [
      { vocab_size: 1e7 },
      /tensor model\.embed_tokens\.weight has shape \[416, 64\], config\.json asks for \[10000000, 64\]/,
    ],
    [{ hidden_size: 8_000_000 }, /asks for \[416, 8000000\]/],
    [
      { intermediate_size: 1e9 },
      /config\.json: intermediate_size=1000000000 is no whole number from 1 to 10000000; correct it/,
    ],
    [{ num_attention_heads: 1e300 }, /num_attention_heads=1e\+300 is no whole number/],
    [{ num_hidden_layers: -1 }, /num_hidden_layers=-1 is no positive whole number/],
    [{ hidden_size: "64" }, /hidden_size="64" is no positive whole number; correct it/],
    [{ num_attention_heads: 7 }, /width 64 and 7 heads; the width must be an even multiple/],
    [{ eos_token_id: 5000 }, /special token id 5000, outside its vocabulary of 416; correct config\.json/],
  ])("with absurd sizes %j", (changes, sentence) => {
    use();
    edit("config.json", changes);
    expect(said()).toMatch(sentence);
  });

  it("with a byte-order mark in front of it and of the others", () => {
    use();
    const before = readConfig(folder);
    for (const name of ["config.json", "generation_config.json", "model.safetensors.index.json"])
      writeFileSync(join(folder, name), `\ufeff${readFileSync(join(folder, name), "utf8")}`);
    expect(readConfig(folder)).toEqual(before);
    loadDenoiser(folder).dispose();
  });

  it.each([
    ["dream", { rope_theta: undefined }, 10000],
    ["qwen2", { rope_theta: undefined }, 10000],
    ["llada", { rope_theta: undefined }, 10000],
    ["dream", { rope_scaling: { rope_type: "default" } }, 1e6],
    ["qwen2", { rope_scaling: { type: "default" } }, 1e6],
    ["llada", { rope_scaling: { type: "default" } }, 500000],
    ["qwen2", { rope_theta: undefined, rope_scaling: { rope_type: "default", rope_theta: 7000 } }, 7000],
    ["qwen2", { rope_theta: undefined, rope_parameters: { rope_type: "default", rope_theta: 8000 } }, 8000],
    ["dream", { rope_theta: undefined, rope_parameters: { rope_theta: 9000 } }, 9000],
    ["dream", { rope_scaling: {} }, 1e6],
  ] as const)(
    "of %s with %j turns positions by the base of the public class, %d",
    (family, changes, theta) => {
      use(family);
      edit("config.json", changes);
      expect(readConfig(folder).ropeTheta).toBe(theta);
    },
  );

  it.each([
    [
      "qwen2",
      { rope_scaling: { rope_type: "linear", factor: 2 } },
      /sets rope_scaling to \{"rope_type":"linear","factor":2\}/,
    ],
    ["dream", { rope_scaling: { factor: 2 } }, /sets rope_scaling to \{"factor":2\}/],
    ["llada", { rope_scaling: { type: "dynamic" } }, /sets rope_scaling to/],
    ["qwen2", { rope_parameters: { rope_type: "yarn" } }, /sets rope_parameters to/],
    ["qwen2", { rope_scaling: 7 }, /rope_scaling=7; an object or null/],
    [
      "qwen2",
      { rope_scaling: { rope_type: "default", rope_theta: 7000 } },
      /rope_theta=\[1000000,7000\]; one value/,
    ],
    ["qwen2", { rope_theta: -1 }, /rope_theta=-1 is no positive number/],
    [
      "qwen2",
      { rope_theta: undefined, rope_parameters: { rope_theta: "1e6" } },
      /rope_theta="1e6" is no positive number/,
    ],
    ["qwen2", { num_key_value_heads: undefined }, /4 heads and 32 key\/value heads; the first must be/],
    ["qwen2", { tie_word_embeddings: "true" }, /tie_word_embeddings="true" is neither true nor false/],
    ["qwen2", { sliding_window: undefined, use_sliding_window: true }, /sets use_sliding_window to true/],
    [
      "llada",
      { rope: undefined },
      /leaves out rope, which the public class then takes as false; only true is supported/,
    ],
    ["llada", { block_type: undefined }, /leaves out block_type.*"sequential"/],
    ["llada", { activation_type: undefined }, /leaves out activation_type/],
    ["llada", { layer_norm_type: undefined }, /leaves out layer_norm_type/],
    ["dream", { pad_token_id: undefined }, /special token id 151643, outside its vocabulary/],
  ] as const)("of %s with %j is refused", (family, changes, sentence) => {
    use(family);
    edit("config.json", changes);
    edit("generation_config.json", { pad_token_id: undefined });
    expect(said(readConfig)).toMatch(sentence);
  });

  it("of LLaDA means by keys left out what its class does", () => {
    use("llada");
    edit("config.json", {
      weight_tying: undefined,
      max_sequence_length: undefined,
      mlp_hidden_size: undefined,
      embedding_size: null,
    });
    expect(readConfig(folder)).toMatchObject({
      tieWordEmbeddings: true,
      maxPositions: 1024,
      intermediateSize: 4 * 64,
    });
  });

  it("with options that are not implemented, Qwen2's", () => {
    use("qwen2");
    edit("config.json", { rope_scaling: { type: "yarn" } });
    expect(said()).toMatch(
      /sets rope_scaling to \{"type":"yarn"\}, of which only null or \{"rope_type":"default"\} is supported/,
    );
    edit("config.json", { rope_scaling: null, use_sliding_window: true });
    expect(said()).toMatch(/sets use_sliding_window to true/);
  });

  it.each([
    ["alibi", true],
    ["rope", false],
    ["activation_type", "swiglu"],
    ["block_group_size", 2],
    ["layer_norm_type", "default"],
    ["scale_logits", true],
    ["input_emb_norm", true],
    ["attention_layer_norm", true],
    ["include_bias", true],
  ])("with options that are not implemented, LLaDA's %s", (key, value) => {
    use("llada");
    edit("config.json", { [key]: value });
    expect(said()).toMatch(
      new RegExp(`config\\.json sets ${key} to ${JSON.stringify(value)}, of which only .* is supported`),
    );
  });
});

describe("a folder whose parts do not fit", () => {
  it("a tokenizer without a mask token", () => {
    use();
    const path = join(folder, "added_tokens.json");
    writeFileSync(path, readFileSync(path, "utf8").replace("<|mask|>", "<|other|>"));
    edit("tokenizer_config.json", { mask_token: undefined, added_tokens_decoder: undefined });
    expect(said(loadModel)).toMatch(
      /unmask-broken-\S+ has no mask token.*; set "mask_token" in its tokenizer_config\.json/,
    );
  });

  it("a mask of two different numbers, a tokenizer larger than the vocabulary", () => {
    use();
    edit("config.json", { mask_token_id: 3 });
    expect(said(loadModel)).toMatch(
      /mask_token_id is 3 in config\.json, but the tokenizer's mask token has id 403; correct/,
    );
    use("llada");
    edit("config.json", { embedding_size: 384 });
    expect(said(loadModel)).toMatch(
      /has 386 tokens, config\.json a vocabulary of 384; the two do not belong together/,
    );
  });

  it("more weights than this machine's memory holds are refused from the headers", () => {
    use();
    edit("config.json", { vocab_size: 1e7, intermediate_size: 1e7, num_hidden_layers: 1, hidden_size: 4096 });
    const shapes = [...parameterShapes(readConfig(folder))];
    const bytes = shapes.map(([, shape]) => 2 * shape.reduce((a, b) => a * b, 1));
    let end = 0;
    const entries = shapes.map(([name, shape], i) => {
      const begin = end;
      end += bytes[i];
      return [name, { dtype: "BF16", shape, data_offsets: [begin, end] }];
    });
    const header = JSON.stringify(Object.fromEntries(entries));
    const prefix = Buffer.alloc(8);
    prefix.writeBigUInt64LE(BigInt(header.length));
    const path = join(folder, "model.safetensors");
    writeFileSync(path, Buffer.concat([prefix, Buffer.from(header)]));
    truncateSync(path, 8 + header.length + end); // sparse: takes no disk
    const bytes32 =
      /the weights of \S+ take 819\.\d GB in memory and this machine has .*; use a larger machine/;
    expect(said(path => readParameters(path, readConfig(path)))).toMatch(bytes32);
    if (canHoldWeights()) expect(said()).toMatch(/ take 409\.\d GB in memory and this machine has /);
  });
});

describe("generation_config.json", () => {
  it("supplies special ids that config.json lacks", () => {
    use();
    const before = readConfig(folder);
    edit("config.json", { mask_token_id: undefined, pad_token_id: undefined });
    expect(readConfig(folder)).toEqual(before);
    edit("generation_config.json", { mask_token_id: undefined });
    expect(said(readConfig)).toMatch(
      /neither \S+config\.json nor generation_config\.json beside it names mask_token_id; add/,
    );
  });
});
