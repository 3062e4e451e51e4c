/** The checks of files that say in a field `kind` what they hold. */
import type { Check } from "./case-file.js";
import { checkMalformed } from "./check-gguf-malformed.js";
import { checkAdapter } from "./check-adapter.js";
import { checkGreedy } from "./check-greedy.js";
import { checkGgufModel } from "./check-gguf-model.js";
import { checkQuantisation } from "./check-quantisation.js";
import { checkA2dTokenizer, checkParentTokenizer } from "./check-tokenizer.js";

export interface Kind {
  /** what the file is about, for summaries */
  readonly topic: string;
  readonly check: Check;
}

export const kinds: ReadonlyMap<string, Kind> = new Map([
  ["gguf-quantisation", { topic: "quantised blocks", check: checkQuantisation }],
  ["gguf-malformed", { topic: "malformed GGUF files", check: checkMalformed }],
  ["gguf-model", { topic: "GGUF files as models", check: checkGgufModel }],
  ["ar-greedy", { topic: "greedy decoding of a parent", check: checkGreedy }],
  ["ar-tokenizer", { topic: "tokenizer, chat template", check: checkParentTokenizer }],
  ["a2d-tokenizer", { topic: "tokenizer, chat template", check: checkA2dTokenizer }],
  ["lora-adapter", { topic: "adapters in PEFT's layout", check: checkAdapter }],
]);
