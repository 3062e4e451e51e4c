/**
 * Conversations as prompt text, by the chat template that the tokenizer's folder
 * ships (Dream, DiffuCoder, Qwen2.5, LLaDA), rendered as transformers'
 * apply_chat_template does. System messages that nobody wrote come from the template.
 */
import { causeOf, UserError } from "../core/errors.js";
import { renderTemplate } from "./chat-template.js";
import type { TextTokenizer } from "./tokenizer.js";

export interface ChatMessage {
  readonly role: "system" | "user" | "assistant";
  readonly content: string;
}

/**
 * The text a chat model is given: every message, then the opening of the assistant's turn when asked for.
 * @param addGenerationPrompt end with the opening of the assistant's turn
 * @param variables further ones that the template reads; by
 *   default Qwen3's thinks nothing before it answers, as in dllm
 * @throws UserError when the tokenizer has no chat template,
 *   or one that refuses these messages or cannot be rendered
 */
export function chatPrompt(
  tokenizer: Pick<TextTokenizer, "chatTemplate" | "namedTokens" | "within">,
  messages: readonly ChatMessage[],
  addGenerationPrompt = true,
  variables: Readonly<Record<string, unknown>> = { enable_thinking: false },
): string {
  const { chatTemplate, namedTokens, within } = tokenizer;
  if (chatTemplate === null)
    throw new UserError("tokenizer: this one has no chat template; pass the prompt as plain text.");
  try {
    const values = {
      ...variables,
      ...namedTokens,
      ...{ tools: null, documents: null },
      messages: messages.map(message => ({ ...message })),
      add_generation_prompt: addGenerationPrompt,
    };
    return renderTemplate(chatTemplate, values, within);
  } catch (error) {
    throw new UserError(
      `tokenizer: the chat template cannot render this conversation (${causeOf(error)}); correct the ` +
        "template or the messages, or pass the prompt as plain text.",
    );
  }
}
