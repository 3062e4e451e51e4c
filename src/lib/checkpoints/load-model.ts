/** A checkpoint folder ready to use: denoiser and tokenizer that belong together, and what loading took. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import type { CompileOptions } from "../compile/compile.js";
import { ggufAt } from "./gguf-files.js";
import { loadDenoiser, readConfig } from "./checkpoint.js";
import { endTokensOf, isCausal, type DenoiserConfig } from "../model/config.js";
import type { Denoiser } from "../model/denoiser.js";
import { parameterCount } from "../model/parameters.js";
import { baseOf, isAdapterFolder } from "./adapter-files.js";
import { loadTokenizer } from "./tokenizer-file.js";
import { checkTogether } from "../tokenizer/fits-model.js";
import type { TextTokenizer } from "../tokenizer/tokenizer.js";

export interface LoadedModel {
  readonly denoiser: Denoiser;
  readonly tokenizer: TextTokenizer;
  /** every id that ends a completion, by config.json, generation_config.json and the tokenizer */
  readonly endTokenIds: readonly number[];
  /** see `isCausal` */
  readonly autoregressive: boolean;
  /** number of weights */
  readonly weights: number;
  /** that they take: four a weight, two where it is held as bfloat16 */
  readonly bytes: number;
  readonly seconds: number;
}

/**
 * Load what a folder ships. The small files come first: they are refused before the weights are read.
 * @param options how the denoiser's functions are compiled
 * @throws UserError naming file, tensor or token and remedy
 */
export function loadModel(folder: string, options: Partial<CompileOptions> = {}): LoadedModel {
  const started = performance.now();
  const config = readConfig(folder);
  const autoregressive = isCausal(config);
  const tokenizer = tokenizerFor(folder, config);
  checkTogether(folder, config, tokenizer, autoregressive);
  collectGarbage();
  const denoiser = loadDenoiser(folder, options);
  const { eosId, padId } = tokenizer.special;
  return {
    denoiser,
    tokenizer,
    endTokenIds: [...new Set([...endTokensOf(config), eosId, padId])],
    autoregressive,
    weights: parameterCount(config),
    bytes: [...denoiser.parameters.values()].reduce((sum, { size }) => sum + 4 * size, 0),
    seconds: (performance.now() - started) / 1000,
  };
}

/** An adapter that makes a masked-diffusion model of an AR parent says which of its tokens is the mask. */
function tokenizerFor(folder: string, config: DenoiserConfig): TextTokenizer {
  const saysMask = isAdapterFolder(folder) && existsSync(join(folder, "config.json"));
  const optional = saysMask || isCausal(config);
  const tokenizer = loadTokenizer(tokenizerFolder(folder), { mask: optional ? "optional" : "needed" });
  return saysMask
    ? { ...tokenizer, special: { ...tokenizer.special, maskId: config.maskTokenId } }
    : tokenizer;
}

/** An adapter is saved without the tokenizer of its base, unless that was changed. */
function tokenizerFolder(folder: string): string {
  const own = ["tokenizer.json", "vocab.json"].some(name => existsSync(join(folder, name)));
  return own || ggufAt(folder) !== null || !isAdapterFolder(folder) ? folder : baseOf(folder);
}

/**
 * What reading a large vocabulary left behind would else lie beside the weights: 40 MB for 150,000 tokens.
 */
function collectGarbage(): void {
  setFlagsFromString("--expose-gc");
  (runInNewContext("gc") as () => void)();
}
