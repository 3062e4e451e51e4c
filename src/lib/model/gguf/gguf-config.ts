/**
 * The shape of a denoiser from the metadata of a GGUF file. Architectures: dream and llada, and the parents
 * llama, qwen2 and qwen3. Keys as llama.cpp's conversions write them.
 */
import { UserError } from "../../core/errors.js";
import type { Metadata } from "../../gguf/header.js";
import { checkConfig, type DenoiserConfig, type ModelType } from "../config.js";
import { maskOutside } from "../llama-config.js";
import type { GgufFile } from "./gguf-file.js";

const modelTypes: Readonly<Record<string, ModelType>> = {
  ...{ dream: "Dream", llada: "llada" },
  ...{ llama: "llama", qwen2: "qwen2", qwen3: "qwen3" },
};

/**
 * @throws UserError for an architecture or a variant that is
 *   not supported, and for values that are missing or wrong
 */
export function ggufConfig({
  path,
  metadata,
  tensors,
}: Pick<GgufFile, "path" | "metadata" | "tensors">): DenoiserConfig {
  const refuse = (what: string) => new UserError(`gguf: ${path} ${what}.`);
  const architecture = metadata.get("general.architecture")?.value;
  const known = typeof architecture === "string" && Object.hasOwn(modelTypes, architecture);
  if (!known) {
    const named = `is of architecture ${JSON.stringify(architecture)}`;
    throw refuse(
      `${architecture === undefined ? "names no general.architecture" : named}, so no model can be built ` +
        `of it; use a file of ${Object.keys(modelTypes).join(", ")}`,
    );
  }
  const modelType = modelTypes[architecture];
  const isDiffusion = modelType === "Dream" || modelType === "llada";
  const read = reader(path, metadata);
  const own = (key: string) => `${architecture}.${key}`;
  if ((read.count("split.count", 1) ?? 1) > 1)
    throw refuse("is one of several parts; merge them into one file");
  if (read.flag(own("attention.causal"), !isDiffusion) === isDiffusion)
    throw refuse(`has ${own("attention.causal")} other than its architecture's; convert it again`);
  const scaling = metadata.get(own("rope.scaling.type"))?.value ?? "none";
  if (scaling !== "none")
    throw refuse(
      `stretches positions (${JSON.stringify(scaling)}), which is not supported; use another file`,
    );
  const heads = read.count(own("attention.head_count"));
  const hiddenSize = read.count(own("embedding_length"));
  const headSize = read.count(own("attention.key_length"), hiddenSize / heads);
  if (read.count(own("attention.value_length"), headSize) !== headSize)
    throw refuse("has values of another width than keys, which is not supported; use another file");
  if (read.count(own("rope.dimension_count"), headSize) !== headSize)
    throw refuse("rotates only a part of each head, which is not supported; use another file");
  const rows = tensors.get("token_embd.weight")?.shape[0];
  if (rows === undefined) throw refuse("has no tensor token_embd.weight; fetch or convert the file again");
  const eosTokenId = read.id("eos_token_id");
  const padTokenId = read.id("padding_token_id", eosTokenId);
  const maskTokenId = read.id("mask_token_id", isDiffusion ? undefined : eosTokenId);
  const ends = [...new Set([eosTokenId, ...read.optionalIds("eot_token_id"), padTokenId])];
  const outside = ends.find(id => id >= rows);
  if (outside !== undefined)
    throw refuse(
      `names the special token id ${outside}, outside its vocabulary of ${rows}; convert it again`,
    );
  if (maskTokenId >= rows) throw maskOutside(path, maskTokenId, rows);
  const config: DenoiserConfig = {
    modelType,
    vocabSize: rows,
    hiddenSize,
    layers: read.count(own("block_count")),
    heads,
    kvHeads: read.count(own("attention.head_count_kv"), heads),
    ...(headSize !== hiddenSize / heads && { headSize }),
    ...(modelType === "qwen3" && { qkNorm: true }),
    intermediateSize: read.count(own("feed_forward_length")),
    rmsNormEps: read.positive(own("attention.layer_norm_rms_epsilon")),
    ropeTheta: read.positive(own("rope.freq_base"), 10000),
    qkvBias: tensors.has("blk.0.attn_q.bias"),
    tieWordEmbeddings: !tensors.has("output.weight"),
    // Conversions of Dream leave the key out; llama.cpp takes that for shifted. A parent always is.
    shift: isDiffusion ? read.flag("diffusion.shift_logits", true) : true,
    maskTokenId,
    eosTokenId,
    padTokenId,
    maxPositions: read.count(own("context_length"), 2048),
    endTokenIds: ends,
  };
  return checkConfig(config, path);
}

/**
 * Single values of the metadata, each with its rule. Shortest
 * decimals of float32 values: 1e-5, not 0.0000099999997.
 */
function reader(path: string, metadata: Metadata) {
  const refuse = (key: string, needed: string) => {
    const given = metadata.get(key);
    const got = given === undefined ? "no" : `${given.type} ${JSON.stringify(given.value)?.slice(0, 40)} for`;
    return new UserError(
      `gguf: ${path} has ${got} ${key}, ${needed} is needed there; convert the file again.`,
    );
  };
  const number = (
    key: string,
    fallback: number | undefined,
    needed: string,
    fits: (n: number) => boolean,
  ) => {
    const given = metadata.get(key);
    if (given === undefined && fallback !== undefined) return fallback;
    const { value } = given ?? {};
    if (typeof value === "number" && fits(value)) return given?.type === "FLOAT32" ? shortest(value) : value;
    throw refuse(key, needed);
  };
  const id = (name: string, fallback?: number) =>
    number(`tokenizer.ggml.${name}`, fallback, "a token id", n => Number.isSafeInteger(n) && n >= 0);
  return {
    id,
    optionalIds: (name: string) => (metadata.has(`tokenizer.ggml.${name}`) ? [id(name)] : []),
    count: (key: string, fallback?: number) =>
      number(
        key,
        fallback,
        "a whole number from 1 to 10,000,000",
        n => Number.isInteger(n) && n >= 1 && n <= 1e7,
      ),
    positive: (key: string, fallback?: number) =>
      number(key, fallback, "a positive number", n => n > 0 && Number.isFinite(n)),
    flag(key: string, fallback: boolean): boolean {
      const value = metadata.get(key)?.value ?? fallback;
      if (typeof value === "boolean") return value;
      throw refuse(key, "true or false");
    },
  };
}

/** The decimal that a float32 was written as: a configuration in JSON gives the same number. */
function shortest(value: number): number {
  for (let digits = 1; digits <= 9; digits++) {
    const decimal = Number(value.toPrecision(digits));
    if (Math.fround(decimal) === value) return decimal;
  }
  return value;
}
