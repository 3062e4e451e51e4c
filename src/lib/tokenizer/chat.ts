/**
 * Conversations as prompt text in the ChatML layout of Qwen2.5, Dream and DiffuCoder. Written out, not run from the
 * Jinja template of tokenizer_config.json; a template of another layout is refused instead of misread.
 */
import { UserError } from "../core/errors.js";
import type { Tokenizer } from "./tokenizer.js";

export interface ChatMessage {
  readonly role: "system" | "user" | "assistant";
  readonly content: string;
}

/** What Dream's and DiffuCoder's templates say when the conversation names no system message. */
const defaultSystem = "You are a helpful assistant.";

/**
 * The text a chat model is given: every message, then the opening of the assistant's turn when asked for.
 * @param addGenerationPrompt end with the opening of the assistant's turn
 * @throws UserError when the tokenizer has no chat template, or one that is not ChatML
 */
export function chatPrompt(
  tokenizer: Tokenizer,
  messages: readonly ChatMessage[],
  addGenerationPrompt = true,
): string {
  const { chatTemplate } = tokenizer;
  if (chatTemplate === null || !chatTemplate.includes("<|im_start|>")) {
    const found = chatTemplate === null ? "has no chat template" : "has a chat template that is not ChatML";
    throw new UserError(`tokenizer: this one ${found}; pass the prompt as plain text.`);
  }
  const opened: readonly ChatMessage[] =
    messages[0]?.role === "system" ? messages : [{ role: "system", content: defaultSystem }, ...messages];
  const turns = opened.map(({ role, content }) => `<|im_start|>${role}\n${content}<|im_end|>\n`);
  return turns.join("") + (addGenerationPrompt ? "<|im_start|>assistant\n" : "");
}
