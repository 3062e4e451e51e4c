/**
 * Checkpoint folders with random weights, laid out as the public ones: bf16 shards with an index, tokenizer,
 * chat template. They show that a shape loads and how fast it decodes; what they say is noise. The weights
 * are stretches from random places of a pool of 2^20 normal draws: values repeat, which changes neither time
 * nor memory, and a model of 494 million weights is written in seconds, one tensor in memory at a time.
 */
import { existsSync, mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "../core/errors.js";
import { Rng } from "../core/rng.js";
import { narrowBf16 } from "../model/float-formats.js";
import { writeJson } from "./json-file.js";
import { parameterEntries } from "../model/parameters.js";
import { type TensorToStore } from "../model/safetensors.js";
import { writeSafetensors } from "./safetensors-file.js";
import { lladaName } from "../model/weights.js";
import { familyFiles, type RandomFamily, type RandomShape } from "./random-checkpoint-config.js";
import { writeRandomTokenizer } from "./random-tokenizer.js";

export interface RandomCheckpointOptions {
  readonly shape: RandomShape;
  readonly family: RandomFamily;
  readonly seed: number;
  /** files that the weights are spread over; 1 writes no index */
  readonly shards: number;
  /** whether the embedding is the head too; by default as the family ships */
  readonly tied?: boolean;
}

const poolSize = 1 << 20;
const stretch = 1 << 16;

/**
 * @returns the number of weights written
 * @throws UserError when the folder holds something already
 */
export function writeRandomCheckpoint(folder: string, options: RandomCheckpointOptions): number {
  if (existsSync(folder) && readdirSync(folder).length > 0)
    throw new UserError(`random-checkpoint: ${folder} is not empty; name another folder with --out.`);
  mkdirSync(folder, { recursive: true });
  const files = familyFiles(options.family, options.shape, options.tied);
  const { spelledTokens, specials, tokenizerConfig: config, slowTokenizer: slow } = files;
  writeRandomTokenizer(folder, { spelledTokens, specials, config, slow });
  writeJson(join(folder, "generation_config.json"), files.generationJson);
  const rng = Rng.fromSeed(options.seed);
  const draw = weightDraws(rng.split("pool"), files.config.layers);
  const tensors = new Map<string, TensorToStore>();
  for (const [name, shape] of parameterEntries(files.config)) {
    const values = () => draw(name, sizeOf(shape), rng.split(name));
    const stored = files.config.modelType === "llada" ? lladaName(name) : name;
    tensors.set(stored, { dtype: "BF16", shape, values });
  }
  writeShards(folder, tensors, options.shards);
  writeJson(join(folder, "config.json"), files.configJson); // last: a folder without it is no checkpoint
  return [...tensors.values()].reduce((sum, { shape }) => sum + sizeOf(shape), 0);
}

function sizeOf(shape: readonly number[]): number {
  return shape.reduce((a, b) => a * b, 1);
}

/**
 * bf16 patterns as Qwen2 initialises: norms one, matrices
 * with deviation 0.02, less where they write to the residual.
 */
function weightDraws(rng: Rng, layers: number): (name: string, size: number, rng: Rng) => Uint16Array {
  const normals = Float32Array.from({ length: poolSize }, () => rng.normal());
  const pool = (sd: number) => narrowBf16(normals.map(x => sd * x));
  const [plain, residual] = [pool(0.02), pool(0.02 / Math.sqrt(2 * layers))];
  const one = narrowBf16(Float32Array.of(1))[0];
  return (name, size, draws) => {
    if (name.endsWith("norm.weight")) return new Uint16Array(size).fill(one);
    return tile(/(o_proj|down_proj)\.weight$/.test(name) ? residual : plain, size, draws);
  };
}

function tile(pool: Uint16Array, size: number, rng: Rng): Uint16Array {
  const out = new Uint16Array(size);
  for (let at = 0; at < size; at += stretch) {
    const length = Math.min(stretch, size - at);
    const from = Math.floor(rng.uniform() * (pool.length - length));
    out.set(pool.subarray(from, from + length), at);
  }
  return out;
}

/** Tensors in order, a new file whenever the next share of the bytes is reached. */
function writeShards(folder: string, tensors: ReadonlyMap<string, TensorToStore>, shards: number): void {
  if (shards === 1) return writeSafetensors(join(folder, "model.safetensors"), tensors);
  const total = [...tensors.values()].reduce((sum, { shape }) => sum + 2 * sizeOf(shape), 0);
  const parts = Array.from({ length: shards }, () => new Map<string, TensorToStore>());
  let bytes = 0;
  for (const [name, tensor] of tensors) {
    parts[Math.min(shards - 1, Math.floor((bytes / total) * shards))].set(name, tensor);
    bytes += 2 * sizeOf(tensor.shape);
  }
  const numbered = (i: number) => String(i).padStart(5, "0");
  const weightMap: Record<string, string> = {};
  parts.forEach((part, i) => {
    const file = `model-${numbered(i + 1)}-of-${numbered(shards)}.safetensors`;
    writeSafetensors(join(folder, file), part);
    for (const name of part.keys()) weightMap[name] = file;
  });
  const index = { metadata: { total_size: total }, weight_map: weightMap };
  writeJson(join(folder, "model.safetensors.index.json"), index);
}
