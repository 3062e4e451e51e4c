/**
 * Where the weights of a checkpoint folder lie. Every tensor that config.json asks for is found in the headers, with its
 * shape and type, before a single value is read.
 */
import { existsSync, readdirSync } from "node:fs";
import { totalmem } from "node:os";
import { basename, join } from "node:path";
import { UserError } from "../core/errors.js";
import { quoted, shortened } from "../core/plain-text.js";
import type { DenoiserConfig } from "./config.js";
import { readJson } from "./json-file.js";
import { parameterEntries } from "./parameters.js";
import { SafetensorsFile } from "./safetensors.js";

/** One parameter: its Dream name and shape, the file that holds it and its name there. */
export interface LocatedWeight {
  readonly name: string;
  readonly shape: readonly number[];
  readonly file: SafetensorsFile;
  readonly stored: string;
}

/** The open safetensors files of a folder. Close them. */
export class WeightFiles {
  private constructor(
    private readonly folder: string,
    private readonly files: ReadonlyMap<string, SafetensorsFile>,
    /** where each tensor lies, by its name without what tools put in front */
    private readonly places: ReadonlyMap<string, Place>,
    /** named where a tensor is missing */
    private readonly listing: string,
  ) {}

  /** @throws UserError when a file is missing or its header does not describe it */
  static open(folder: string): WeightFiles {
    const index = existsSync(join(folder, singleName)) ? null : readIndex(folder);
    const names = index === null ? [singleName] : [...new Set(index.values())];
    const files = new Map<string, SafetensorsFile>();
    try {
      for (const name of names) files.set(name, SafetensorsFile.open(join(folder, name)));
    } catch (error) {
      for (const file of files.values()) file.close();
      throw error;
    }
    const listing = join(folder, index === null ? singleName : indexName);
    return new WeightFiles(folder, files, placesOf(files, index, listing), listing);
  }

  /**
   * All parameters of a denoiser of this shape, in their order.
   * @throws UserError at the first one that is missing, misshapen or no float, at weights that nothing would use,
   *   and when this machine's memory cannot hold them all
   */
  locate(config: DenoiserConfig): LocatedWeight[] {
    const located: LocatedWeight[] = [];
    let bytes = 0;
    // One after the other: an absurd number of layers ends at the first that is not there.
    for (const [name, shape] of parameterEntries(config)) {
      const weight = this.find(name, shape, config);
      located.push(weight);
      bytes += 4 * shape.reduce((a, b) => a * b, 1);
    }
    this.checkNothingIsLeft(new Set(located.map(({ stored }) => stored)));
    checkMemory(this.folder, bytes);
    return located;
  }

  close(): void {
    for (const file of this.files.values()) file.close();
  }

  private find(name: string, shape: readonly number[], config: DenoiserConfig): LocatedWeight {
    const stored = config.modelType === "llada" ? lladaName(name) : name;
    const place = this.places.get(stored);
    const found = place?.file.tensors.get(place.name);
    if (place === undefined || found === undefined) {
      throw new UserError(
        `checkpoint: ${place?.file.path ?? this.listing} has no tensor ${stored}, which config.json (${config.layers} layers) asks for; the two do not belong together, fetch the checkpoint again.`,
      );
    }
    const { file } = place;
    if (found.shape.join() !== shape.join()) {
      throw new UserError(
        `checkpoint: ${file.path}: tensor ${stored} has shape [${found.shape.join(", ")}], config.json asks for [${shape.join(", ")}]; the two do not belong together, fetch the checkpoint again.`,
      );
    }
    file.floatBytes(place.name);
    return { name, shape, file, stored: place.name };
  }

  /** A weight of the layers that no parameter takes up (a bias, a norm) would be missed in silence. */
  private checkNothingIsLeft(used: ReadonlySet<string>): void {
    for (const file of this.files.values()) {
      for (const stored of file.tensors.keys()) {
        const name = plainName(stored);
        if (used.has(stored) || !name.startsWith("model.") || unusedOnPurpose.test(name)) continue;
        throw new UserError(
          `checkpoint: ${file.path} holds tensor ${stored}, for which a model of this config.json has no place; correct config.json or use a checkpoint of another type.`,
        );
      }
    }
  }
}

interface Place {
  readonly file: SafetensorsFile;
  /** in the file */
  readonly name: string;
}

/** Parts of a name that a wrapper around the model or around one of its modules left there (DDP, FSDP, torch.compile). */
const wrappers = new Set(["module", "_orig_mod", "_fsdp_wrapped_module", "_checkpoint_wrapped_module"]);

/** A name without what wrappers left in it. */
export function plainName(stored: string): string {
  return stored
    .split(".")
    .filter(part => !wrappers.has(part))
    .join(".");
}

/** @throws UserError when two tensors differ by a wrapper only: which one is meant cannot be told */
function placesOf(
  files: ReadonlyMap<string, SafetensorsFile>,
  index: ReadonlyMap<string, string> | null,
  listing: string,
): ReadonlyMap<string, Place> {
  const places = new Map<string, Place>();
  const listed =
    index ??
    [...files].flatMap(([file, { tensors }]) => [...tensors.keys()].map(name => [name, file] as const));
  for (const [name, file] of listed) {
    const plain = plainName(name);
    const other = places.get(plain);
    if (other !== undefined)
      throw new UserError(
        `checkpoint: ${listing} has tensors ${other.name} and ${name}, which are one and the same to a reader; remove the one that does not belong there.`,
      );
    places.set(plain, { file: files.get(file) as SafetensorsFile, name });
  }
  return places;
}

const singleName = "model.safetensors";
const indexName = "model.safetensors.index.json";

/** Rotary tables are computed here; LLaDA's head stands beside tied embeddings. */
const unusedOnPurpose = /rotary_emb\.inv_freq$|^model\.transformer\.ff_out\.weight$/;

function readIndex(folder: string): ReadonlyMap<string, string> {
  const path = join(folder, indexName);
  if (!existsSync(path)) throw noWeights(folder);
  const map = readJson(path)["weight_map"];
  if (typeof map !== "object" || map === null || Array.isArray(map))
    throw new UserError(`checkpoint: ${path} has no weight_map; fetch it again.`);
  const index = new Map<string, string>();
  const present = new Set(readdirSync(folder));
  for (const [tensor, shard] of Object.entries(map as Record<string, unknown>)) {
    if (typeof shard !== "string" || basename(shard) !== shard)
      throw new UserError(
        `checkpoint: ${path} names ${quoted(shard)} for tensor ${shortened(tensor, 120)}, which is no file name; fetch it again.`,
      );
    if (!present.has(shard))
      throw new UserError(
        `checkpoint: ${join(folder, shard)} is missing, the shard that ${indexName} names for tensor ${shortened(tensor, 120)}; fetch it.`,
      );
    index.set(tensor, shard);
  }
  return index;
}

function noWeights(folder: string): UserError {
  const pickled = readdirSync(folder).find(name => name.endsWith(".bin"));
  const what =
    pickled === undefined
      ? "fetch the weights"
      : `convert ${pickled} to safetensors, pickled weights are not read`;
  return new UserError(`checkpoint: ${folder} has neither ${singleName} nor ${indexName}; ${what}.`);
}

/** @throws UserError when this machine's memory cannot hold so many bytes */
export function checkMemory(folder: string, bytes: number): void {
  const limit = process.constrainedMemory() ?? 0;
  const memory = limit > 0 ? Math.min(limit, totalmem()) : totalmem();
  if (bytes <= memory) return;
  const gigabytes = (n: number) => (n / 1e9).toFixed(1);
  throw new UserError(
    `checkpoint: the weights of ${folder} take ${gigabytes(bytes)} GB as float32 and this machine has ${gigabytes(memory)} GB of memory; use a larger machine or a smaller checkpoint.`,
  );
}

/** The name of a parameter in LLaDA's checkpoints. */
export function lladaName(name: string): string {
  const layer = /^model\.layers\.(\d+)\.(.*)$/.exec(name);
  if (layer === null) {
    const top: Record<string, string> = {
      "model.embed_tokens.weight": "wte",
      "model.norm.weight": "ln_f",
      "lm_head.weight": "ff_out",
    };
    return `model.transformer.${top[name]}.weight`;
  }
  const inner = layer[2]
    .replace("input_layernorm", "attn_norm")
    .replace("post_attention_layernorm", "ff_norm")
    .replace("self_attn.o_proj", "attn_out")
    .replace("self_attn.", "")
    .replace("mlp.gate_proj", "ff_proj")
    .replace("mlp.up_proj", "up_proj")
    .replace("mlp.down_proj", "ff_out");
  return `model.transformer.blocks.${layer[1]}.${inner}`;
}
