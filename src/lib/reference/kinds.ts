/** The checks of files that say in a field `kind` what they hold. */
import type { Check } from "./case-file.js";
import { checkMalformed } from "./check-gguf-malformed.js";
import { checkA2dDecoding } from "./check-a2d-decoding.js";
import { checkA2dLoss } from "./check-a2d-loss.js";
import { checkA2dSampled } from "./check-a2d-sampled.js";
import { checkAdapter } from "./check-adapter.js";
import { checkDllmCounts } from "./check-dllm-counts.js";
import { checkGreedy } from "./check-greedy.js";
import { checkGgufModel } from "./check-gguf-model.js";
import { checkQuantisation } from "./check-quantisation.js";
import { checkRealLogits, checkRealTokenizer } from "./check-smollm2.js";
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
  ["a2d-decoding", { topic: "dllm's decoding histories", check: checkA2dDecoding }],
  ["a2d-sampled-decoding", { topic: "dllm's decoding histories", check: checkA2dSampled }],
  ["dllm-transfer-counts", { topic: "tokens a step", check: checkDllmCounts }],
  ["a2d-loss", { topic: "dllm's training losses and their gradients", check: checkA2dLoss }],
  ["smollm2-gguf-logits", { topic: "a real GGUF file", check: checkRealLogits }],
  ["smollm2-gguf-tokenizer", { topic: "tokenizer, chat template", check: checkRealTokenizer }],
]);
