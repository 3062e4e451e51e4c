/**
 * What a page does with the instrument: a model and a tokenizer from bytes, prompts decoded on WebAssembly.
 */
import * as tf from "@tensorflow/tfjs-core";
import { setWasmPaths } from "@tensorflow/tfjs-backend-wasm";
import {
  createTokenizer,
  decode,
  decodeConfig,
  denoiserFromBytes,
  filesInMemory,
  localArness,
  readTokenizerFiles,
  Rng,
  withMask,
  type DecodeConfig,
} from "../../src/lib/instrument.js";

export interface Job {
  /** where the files are served from, and the folder of the WebAssembly */
  readonly checkpoint: string;
  readonly wasm: string;
  readonly prompts: readonly string[];
  readonly overrides: Partial<DecodeConfig>;
}

export interface Decoded {
  readonly backend: string;
  readonly text: string;
  readonly ids: readonly number[];
  readonly order: readonly number[];
  readonly localArness: number;
}

export const small = ["config.json", "generation_config.json", "tokenizer.json", "tokenizer_config.json"];

/** One prompt after the other, each with its place as seed. */
export async function decodeFromBytes({ checkpoint, wasm, prompts, overrides }: Job): Promise<Decoded[]> {
  setWasmPaths(wasm);
  await tf.setBackend("wasm");
  const texts = small.map(async name => [name, await (await fetch(checkpoint + name)).text()] as const);
  const files = filesInMemory(Object.fromEntries(await Promise.all(texts)), checkpoint);
  const weights = await (await fetch(`${checkpoint}model.safetensors`)).arrayBuffer();
  const denoiser = denoiserFromBytes(files, { "model.safetensors": new Uint8Array(weights) });
  const tokenizer = withMask(createTokenizer(readTokenizerFiles(files), checkpoint), checkpoint);
  const results: Decoded[] = [];
  for (const [seed, prompt] of prompts.entries()) {
    const config = decodeConfig(36, overrides);
    const [sample] = await decode(denoiser, [tokenizer.encode(prompt)], config, [Rng.fromSeed(seed)]);
    results.push({
      backend: tf.getBackend(),
      text: tokenizer.decode(sample.completionIds, { skipSpecial: true }),
      ids: [...sample.completionIds],
      order: [...sample.order],
      localArness: localArness(sample.order, 1),
    });
  }
  return results;
}
