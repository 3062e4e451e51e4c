/** What decodes, made of the bytes of a checkpoint folder or of a GGUF file. */
import { bytesInMemory } from "../core/byte-source.js";
import { UserError } from "../core/errors.js";
import { filesInMemory } from "../core/folder-files.js";
import { configOf } from "../model/config-files.js";
import { endTokensOf, isCausal } from "../model/config.js";
import { createDenoiser, type Denoiser } from "../model/denoiser.js";
import { denoiserFromBytes } from "../model/from-bytes.js";
import { ggufConfig } from "../model/gguf/gguf-config.js";
import { isLlamaLike } from "../model/llama-config.js";
import { GgufFile } from "../model/gguf/gguf-file.js";
import { locate, readGgufParameters } from "../model/gguf/gguf-weights.js";
import { checkTogether } from "../tokenizer/fits-model.js";
import { ggufTokenizerFiles } from "../tokenizer/gguf-tokenizer.js";
import { readTokenizerFiles } from "../tokenizer/tokenizer-files.js";
import { createTokenizer, type TextTokenizer } from "../tokenizer/tokenizer.js";
import type { Engine } from "./decode-recorded.js";

/** The files of a model by their names: small ones as texts, weights as bytes. */
export interface ModelFiles {
  /** what errors call them together */
  readonly name: string;
  readonly texts: Readonly<Record<string, string>>;
  readonly weights: Readonly<Record<string, Uint8Array>>;
}

/** An engine that holds its weights until `dispose`. */
export interface OwnedEngine extends Engine {
  readonly denoiser: Denoiser;
}

/** @throws UserError naming file, tensor or token and remedy */
export function engineOf(files: ModelFiles): OwnedEngine {
  const gguf = Object.keys(files.weights).find(name => /\.gguf$/i.test(name));
  return gguf === undefined ? fromFolder(files) : fromGguf(gguf, files.weights[gguf]);
}

function fromFolder({ name, texts, weights }: ModelFiles): OwnedEngine {
  if (!Object.hasOwn(texts, "config.json") || Object.keys(weights).length === 0)
    throw new UserError(
      `checkpoint: ${name} has no config.json beside .safetensors files; take all files of a checkpoint ` +
        "folder in Hugging Face layout, or one GGUF file.",
    );
  const files = filesInMemory(texts, name);
  configOf(files); // refused before the weights are read
  const tokenizer = createTokenizer(readTokenizerFiles(files), name);
  return together(name, denoiserFromBytes(files, weights), tokenizer);
}

function fromGguf(path: string, bytes: Uint8Array): OwnedEngine {
  const file = new GgufFile(bytesInMemory(bytes, path));
  const config = ggufConfig(file);
  const tokenizer = createTokenizer(ggufTokenizerFiles(file.metadata, path), path);
  const parameters = readGgufParameters(file, config, locate(file, config));
  return together(path, createDenoiser(config, parameters), tokenizer);
}

function together(name: string, denoiser: Denoiser, tokenizer: TextTokenizer): OwnedEngine {
  const { config } = denoiser;
  const autoregressive = isCausal(config);
  checkTogether(name, config, tokenizer, autoregressive);
  const { eosId, padId } = tokenizer.special;
  const endTokenIds = [...new Set([...endTokensOf(config), eosId, padId])];
  return { denoiser, tokenizer, endTokenIds, autoregressive };
}

/**
 * Token ids of a prompt as a completion model reads it.
 * @throws UserError where prompt and completion exceed the model's positions
 */
export function promptTokens(
  { denoiser, tokenizer }: OwnedEngine,
  prompt: string,
  length: number,
): Int32Array {
  const { maxPositions, modelType } = denoiser.config;
  const ids = tokenizer.encode(prompt, { ends: isLlamaLike(modelType) });
  if (ids.length === 0)
    throw new UserError("decode: the prompt is empty to this model; write words that it knows.");
  if (ids.length + length <= maxPositions) return ids;
  throw new UserError(
    `decode: ${ids.length} tokens of prompt and ${length} to decode exceed the ${maxPositions} positions ` +
      "of the model; shorten one.",
  );
}
