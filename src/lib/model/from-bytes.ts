/**
 * A denoiser from what a page fetched: the small files of a checkpoint folder as texts, its weights as bytes.
 */
import type { CompileOptions } from "../compile/compile.js";
import { bytesInMemory } from "../core/byte-source.js";
import type { FolderFiles } from "../core/folder-files.js";
import { configOf } from "./config-files.js";
import { createDenoiser, type Denoiser } from "./denoiser.js";
import { SafetensorsFile } from "./safetensors.js";
import { readWeights, Weights } from "./weights.js";

/**
 * @param files config.json, and what it needs beside it
 * @param weights the safetensors files by their names, one or all shards
 * @param options how the denoiser's functions are compiled
 * @throws UserError naming file, tensor and remedy
 */
export function denoiserFromBytes(
  files: FolderFiles,
  weights: Readonly<Record<string, Uint8Array>>,
  options: Partial<CompileOptions> = {},
): Denoiser {
  const config = configOf(files);
  const opened = Object.entries(weights).map(([name, bytes]): [string, SafetensorsFile] => [
    name,
    new SafetensorsFile(bytesInMemory(bytes, files.pathOf(name))),
  ]);
  const all = new Weights(new Map(opened), null, files.folder);
  return createDenoiser(config, readWeights(all.locate(config)), options);
}
