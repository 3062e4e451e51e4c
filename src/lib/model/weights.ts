/**
 * The weights of a denoiser in safetensors files. Every tensor that config.json asks for is found in the
 * headers, with its shape and type, before a single value is read.
 */
import * as tf from "@tensorflow/tfjs-core";
import { UserError } from "../core/errors.js";
import type { DenoiserConfig } from "./config.js";
import type { Layout } from "./held-weight.js";
import { canHold, layOut } from "./lay-out.js";
import { headName, parameterEntries } from "./parameters.js";
import type { SafetensorsFile } from "./safetensors.js";

/** One parameter: its Dream name and shape, the file that holds it and its name there. */
export interface LocatedWeight {
  readonly name: string;
  readonly shape: readonly number[];
  readonly file: SafetensorsFile;
  readonly stored: string;
}

/** Files that hold the weights of one model together. */
export class Weights {
  /** where each tensor lies, by its name without what tools put in front */
  private readonly places: ReadonlyMap<string, Place>;

  /**
   * @param files by their names; borrowed
   * @param index the file of every tensor, null where all tensors of the files count
   * @param listing what names the tensors; errors name it
   * @throws UserError when two tensors are one and the same to a reader
   */
  constructor(
    private readonly files: ReadonlyMap<string, SafetensorsFile>,
    index: ReadonlyMap<string, string> | null,
    private readonly listing: string,
  ) {
    this.places = placesOf(files, index, listing);
  }

  /**
   * All parameters of a denoiser of this shape, in their order.
   * @throws UserError at the first one that is missing, misshapen or no float, and at weights that nothing
   *   would use
   */
  locate(config: DenoiserConfig): LocatedWeight[] {
    const located: LocatedWeight[] = [];
    // One after the other: an absurd number of layers ends at the first that is not there.
    for (const [name, shape] of parameterEntries(config)) located.push(this.find(name, shape, config));
    this.checkNothingIsLeft(new Set(located.map(({ stored }) => stored)));
    return located;
  }

  private find(name: string, shape: readonly number[], config: DenoiserConfig): LocatedWeight {
    const stored = config.modelType === "llada" ? lladaName(name) : name;
    const place = this.places.get(stored);
    const found = place?.file.tensors.get(place.name);
    if (place === undefined || found === undefined) {
      throw new UserError(
        `checkpoint: ${place?.file.path ?? this.listing} has no tensor ${stored}, which config.json ` +
          `(${config.layers} layers) asks for; the two do not belong together, fetch the checkpoint again.`,
      );
    }
    const { file } = place;
    if (found.shape.join() !== shape.join()) {
      throw new UserError(
        `checkpoint: ${file.path}: tensor ${stored} has shape [${found.shape.join(", ")}], config.json ` +
          `asks for [${shape.join(", ")}]; the two do not belong together, fetch the checkpoint again.`,
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
          `checkpoint: ${file.path} holds tensor ${stored}, for which a model of this config.json has no ` +
            "place; correct config.json or use a checkpoint of another type.",
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

/**
 * Parts of a name that a wrapper around the model or around one of its modules left there (DDP, FSDP,
 * torch.compile).
 */
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
        `checkpoint: ${listing} has tensors ${other.name} and ${name}, which are one and the same to a ` +
          "reader; remove the one that does not belong there.",
      );
    places.set(plain, { file: files.get(file) as SafetensorsFile, name });
  }
  return places;
}

/** Rotary tables are computed here; LLaDA's head stands beside tied embeddings. */
const unusedOnPurpose = /rotary_emb\.inv_freq$|^model\.transformer\.ff_out\.weight$/;

/** In which layout a parameter is held by its bfloat16 numbers; null where it is widened. */
export type Holding = (weight: LocatedWeight) => Layout | null;

/** Of a denoiser that decodes: every matrix that the file has in bfloat16. */
export function heldForDecoding(config: DenoiserConfig): Holding {
  return ({ name, shape, file, stored }) => {
    const isTable = name === "model.embed_tokens.weight" && name !== headName(config);
    const layout = isTable ? "rows" : "columns";
    return file.tensors.get(stored)?.dtype === "BF16" && canHold(shape, layout) ? layout : null;
  };
}

/** Bytes that the parameters take. */
export function bytesHeld(located: readonly LocatedWeight[], holding: Holding = widened): number {
  const bytes = (weight: LocatedWeight) =>
    weight.shape.reduce((a, b) => a * b, holding(weight) === null ? 4 : 2);
  return located.reduce((sum, weight) => sum + bytes(weight), 0);
}

const widened: Holding = () => null;

/**
 * The parameters, one after the other: peak memory is what `bytesHeld` says.
 * @throws UserError for NaN and infinity
 */
export function readWeights(
  located: readonly LocatedWeight[],
  holding: Holding = widened,
): Map<string, tf.Tensor> {
  const params = new Map<string, tf.Tensor>();
  try {
    for (const weight of located) {
      const { name, shape, file, stored } = weight;
      const layout = holding(weight);
      params.set(
        name,
        layout === null
          ? tf.tensor(file.readFloat32(stored, { finite: true }), [...shape], "float32")
          : layOut(shape, layout, (from, into) => file.readBf16(stored, from, into)),
      );
    }
    return params;
  } catch (error) {
    tf.dispose([...params.values()]);
    throw error;
  }
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
