/**
 * config.json of the Llama family: Llama and SmolLM2, Qwen3, and what dllm makes of AR models by masked
 * diffusion (a2d). An a2d model keeps its parent's names and sizes; it attends to everything and is not
 * shifted, and its mask token is known to its tokenizer only.
 */
import { UserError } from "../core/errors.js";

const types = ["llama", "qwen3", "a2d-qwen2", "a2d-qwen3", "a2d-llama"] as const;
export type LlamaLikeType = (typeof types)[number];

export function isLlamaLike(modelType: unknown): modelType is LlamaLikeType {
  return (types as readonly unknown[]).includes(modelType);
}

/** Whether the mask token, and with it the padding, is told by the tokenizer and not by config.json. */
export function asksTokenizer(modelType: unknown): boolean {
  return isLlamaLike(modelType) && modelType.startsWith("a2d-");
}

/**
 * The sentence for a mask beyond the embedding, as where it was added to a vocabulary without unused rows.
 */
export function maskOutside(where: string, maskTokenId: number, rows: number): UserError {
  return new UserError(
    `model: the mask token of ${where} has id ${maskTokenId}, but the embedding has ${rows} rows, so ` +
      "the model cannot read it; use a checkpoint whose embedding has a row for it.",
  );
}
