/** The parameters of a denoiser from a GGUF file, dequantised to float32. */
import * as tf from "@tensorflow/tfjs-core";
import { UserError } from "../../core/errors.js";
import { headDim, type DenoiserConfig } from "../config.js";
import { parameterEntries } from "../parameters.js";
import type { GgufFile } from "./gguf-file.js";

/**
 * Read every parameter of `located`.
 * @throws UserError for values that are NaN or infinite
 */
export function readGgufParameters(
  file: GgufFile,
  config: DenoiserConfig,
  located: readonly LocatedTensor[],
): Map<string, tf.Tensor> {
  const params = new Map<string, tf.Tensor>();
  try {
    for (const { name, shape, stored } of located) {
      const values = file.readFloat32(stored);
      const heads = reorderedHeads(name, config);
      if (heads > 0) inHuggingFaceOrder(values, heads, headDim(config));
      params.set(name, tf.tensor(values, [...shape], "float32"));
    }
    return params;
  } catch (error) {
    tf.dispose([...params.values()]);
    throw error;
  }
}

/** One parameter, and its name in the file. */
export interface LocatedTensor {
  readonly name: string;
  readonly shape: readonly number[];
  readonly stored: string;
}

/**
 * Where every parameter of a denoiser of this shape lies.
 * @throws UserError at the first one that is missing, misshapen
 *   or of a type that is not read, and at weights without a place
 */
export function locate(file: GgufFile, config: DenoiserConfig): LocatedTensor[] {
  const located: LocatedTensor[] = [];
  for (const [name, shape] of parameterEntries(config)) {
    const stored = ggufName(name);
    const { tensor } = file.readable(stored);
    if (tensor.shape.join() !== shape.join())
      throw new UserError(
        `gguf: ${file.path}: tensor ${stored} has shape [${tensor.shape.join(", ")}], its metadata ask ` +
          `for [${shape.join(", ")}]; fetch or convert the file again.`,
      );
    located.push({ name, shape, stored });
  }
  const used = new Set(located.map(({ stored }) => stored));
  const left = [...file.tensors.keys()].find(name => !used.has(name));
  if (left !== undefined)
    throw new UserError(
      `gguf: ${file.path} holds tensor ${JSON.stringify(left)}, for which a model of its metadata has ` +
        "no place; use a file of another model.",
    );
  return located;
}

const parts: Readonly<Record<string, string>> = {
  input_layernorm: "attn_norm",
  post_attention_layernorm: "ffn_norm",
  "self_attn.q_proj": "attn_q",
  "self_attn.k_proj": "attn_k",
  "self_attn.v_proj": "attn_v",
  "self_attn.q_norm": "attn_q_norm",
  "self_attn.k_norm": "attn_k_norm",
  "self_attn.o_proj": "attn_output",
  "mlp.gate_proj": "ffn_gate",
  "mlp.up_proj": "ffn_up",
  "mlp.down_proj": "ffn_down",
};

/** The name of a parameter in a GGUF file. */
export function ggufName(name: string): string {
  const layer = /^model\.layers\.(\d+)\.(.*)\.(weight|bias)$/.exec(name);
  if (layer !== null) return `blk.${layer[1]}.${parts[layer[2]]}.${layer[3]}`;
  const top: Readonly<Record<string, string>> = {
    "model.embed_tokens.weight": "token_embd.weight",
    "model.norm.weight": "output_norm.weight",
    "lm_head.weight": "output.weight",
  };
  return top[name];
}

/** How many heads a parameter's rows belong to where llama.cpp reorders them, 0 where not. */
function reorderedHeads(name: string, { modelType, heads, kvHeads }: DenoiserConfig): number {
  if (modelType !== "llama" && modelType !== "llada") return 0;
  if (name.includes("self_attn.q_proj")) return heads;
  return name.includes("self_attn.k_proj") ? kvHeads : 0;
}

/**
 * llama.cpp rotates neighbours where the public code rotates entry j with j + width / 2, so its files hold
 * row j of a head at 2 j and row j + width / 2 at 2 j + 1. This puts them back, in place.
 * @param values [heads * width, columns]
 */
export function inHuggingFaceOrder(values: Float32Array, heads: number, width: number): void {
  const head = values.length / heads;
  const columns = head / width;
  const copy = new Float32Array(head);
  for (let start = 0; start < values.length; start += head) {
    copy.set(values.subarray(start, start + head));
    for (let row = 0; row < width; row++) {
      const to = (row >> 1) + (row & 1) * (width / 2);
      values.set(copy.subarray(row * columns, (row + 1) * columns), start + to * columns);
    }
  }
}
