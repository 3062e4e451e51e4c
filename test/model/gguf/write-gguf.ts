/** Writes small GGUF files for tests: F32 tensors, metadata of a few types. */
import { writeFileSync } from "node:fs";

export type Value = number | string | boolean | readonly string[] | readonly number[];

export interface GgufContent {
  /** whole numbers as UINT32, others as FLOAT32 */
  readonly metadata: Readonly<Record<string, Value>>;
  /** rows first */
  readonly tensors: Readonly<
    Record<string, { readonly shape: readonly number[]; readonly values?: Float32Array }>
  >;
}

export function ggufBytes({ metadata, tensors }: GgufContent): Buffer {
  const parts: Buffer[] = [];
  const u32 = (n: number) => {
    const b = Buffer.alloc(4);
    b.writeUInt32LE(n);
    return b;
  };
  const u64 = (n: number) => {
    const b = Buffer.alloc(8);
    b.writeBigUInt64LE(BigInt(n));
    return b;
  };
  const text = (s: string) => Buffer.concat([u64(Buffer.byteLength(s)), Buffer.from(s)]);
  const value = (v: Value): Buffer => {
    if (typeof v === "string") return Buffer.concat([u32(8), text(v)]);
    if (typeof v === "boolean") return Buffer.concat([u32(7), Buffer.from([v ? 1 : 0])]);
    if (typeof v === "number" && Number.isInteger(v)) return Buffer.concat([u32(4), u32(v)]);
    if (typeof v === "number") {
      const b = Buffer.alloc(4);
      b.writeFloatLE(v);
      return Buffer.concat([u32(6), b]);
    }
    const isText = typeof v[0] === "string";
    const items = v.map(item => (typeof item === "string" ? text(item) : u32(item)));
    return Buffer.concat([u32(9), u32(isText ? 8 : 5), u64(v.length), ...items]);
  };
  const entries = Object.entries(tensors);
  parts.push(Buffer.from("GGUF"), u32(3), u64(entries.length), u64(Object.keys(metadata).length));
  for (const [key, v] of Object.entries(metadata)) parts.push(text(key), value(v));
  let offset = 0;
  for (const [name, { shape }] of entries) {
    parts.push(text(name), u32(shape.length), ...[...shape].reverse().map(u64), u32(0), u64(offset));
    offset += Math.ceil((4 * shape.reduce((a, b) => a * b, 1)) / 32) * 32;
  }
  const header = Buffer.concat(parts);
  const data = entries.map(([, { shape, values }]) => {
    const size = shape.reduce((a, b) => a * b, 1);
    const own = values ?? Float32Array.from({ length: size }, (_, i) => ((i * 7) % 13) / 13 - 0.5);
    const padded = Buffer.alloc(Math.ceil((4 * size) / 32) * 32);
    Buffer.from(own.buffer, own.byteOffset, 4 * size).copy(padded);
    return padded;
  });
  return Buffer.concat([header, Buffer.alloc((32 - (header.length % 32)) % 32), ...data]);
}

export function writeGguf(path: string, content: GgufContent): void {
  writeFileSync(path, ggufBytes(content));
}

/** A model of two heads of four, one layer, eight tokens. */
export function tinyGguf(
  architecture: string,
  changes: Readonly<Record<string, Value | undefined>> = {},
  { bias = false, norms = false } = {},
): GgufContent {
  const own = (key: string) => `${architecture}.${key}`;
  const metadata: Record<string, Value | undefined> = {
    "general.architecture": architecture,
    [own("block_count")]: 1,
    [own("context_length")]: 64,
    [own("embedding_length")]: 8,
    [own("feed_forward_length")]: 16,
    [own("attention.head_count")]: 2,
    [own("attention.head_count_kv")]: 1,
    [own("attention.layer_norm_rms_epsilon")]: 1e-5,
    [own("rope.freq_base")]: 10000.5,
    "tokenizer.ggml.model": "gpt2",
    "tokenizer.ggml.pre": "smollm",
    "tokenizer.ggml.tokens": ["a", "b", "ab", "Ġ", "<end>", "<mask>", "<tool>", "[PAD7]"],
    "tokenizer.ggml.token_type": [1, 1, 1, 1, 3, 3, 4, 5],
    "tokenizer.ggml.merges": ["a b"],
    "tokenizer.ggml.eos_token_id": 4,
    ...(["dream", "llada"].includes(architecture) && {
      "tokenizer.ggml.mask_token_id": 5,
      [own("attention.causal")]: false,
    }),
    ...changes,
  };
  const shapes: Record<string, readonly number[]> = {
    "token_embd.weight": [8, 8],
    "output_norm.weight": [8],
    "blk.0.attn_norm.weight": [8],
    "blk.0.ffn_norm.weight": [8],
    "blk.0.attn_q.weight": [8, 8],
    "blk.0.attn_k.weight": [4, 8],
    "blk.0.attn_v.weight": [4, 8],
    ...(bias && { "blk.0.attn_q.bias": [8], "blk.0.attn_k.bias": [4], "blk.0.attn_v.bias": [4] }),
    ...(norms && { "blk.0.attn_q_norm.weight": [4], "blk.0.attn_k_norm.weight": [4] }),
    "blk.0.attn_output.weight": [8, 8],
    "blk.0.ffn_gate.weight": [16, 8],
    "blk.0.ffn_up.weight": [16, 8],
    "blk.0.ffn_down.weight": [8, 16],
  };
  return {
    metadata: Object.fromEntries(Object.entries(metadata).filter(([, v]) => v !== undefined)) as Record<
      string,
      Value
    >,
    tensors: Object.fromEntries(Object.entries(shapes).map(([name, shape]) => [name, { shape }])),
  };
}
