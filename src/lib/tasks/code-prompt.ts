/**
 * How a code model is asked and where its answer ends, as EvalPlus does it (provider/utility.py and
 * codegen.py of version 0.3.1). DiffuCoder's paper names neither; its public README says that code is
 * evaluated with the scripts of Qwen2.5-Coder, which are EvalPlus, and shows HumanEval as a direct completion
 * and MBPP as a chat-based response.
 */
import type { CodeProblem, FileTask } from "./task.js";

/**
 * - `completion`: the model goes on where the prompt stops
 * - `chat`: the problem is the user's turn, and the assistant's turn is opened up to the code fence
 * - `chat-plain`: the same user's turn, the assistant's left to the model
 */
export const promptStyles = ["completion", "chat", "chat-plain"] as const;
export type PromptStyle = (typeof promptStyles)[number];

/** The prompt of a direct completion. */
export function completionPrompt({ prompt }: CodeProblem): string {
  return `${prompt.trim()}\n`;
}

/** The user's turn. */
export function userMessage({ prompt }: CodeProblem): string {
  const request =
    "Please provide a self-contained Python script that solves the following problem in a markdown " +
    "code block:";
  return `${request}\n\`\`\`\n${prompt.trim()}\n\`\`\`\n`;
}

/** What the assistant's turn is opened with, after the chat template's own opening. */
export function responsePrefix(style: PromptStyle): string {
  if (style !== "chat") return "";
  return (
    "Below is a Python script with a self-contained function that solves the problem and passes " +
    "corresponding tests:\n```python\n"
  );
}

const always = ["<|endoftext|>", "<|endofmask|>", "</s>", "\nif __name__", "\ndef main(", "\nprint("];

/**
 * Texts at which an answer of this style ends; an answer
 * in a chat of its own shape ends at its end token only.
 */
export function stopTexts(style: PromptStyle, { stops }: Pick<FileTask, "stops">): readonly string[] {
  switch (style) {
    case "completion":
      return [...always, ...stops];
    case "chat":
      return [...always, "\n```\n"];
    case "chat-plain":
      return [];
  }
}

/** A decoded completion up to the first of the stop texts, tabs as four spaces. */
export function cutAtStop(text: string, stops: readonly string[]): string {
  const ends = stops.map(stop => text.indexOf(stop)).filter(at => at >= 0);
  return text.slice(0, Math.min(text.length, ...ends)).replaceAll("\t", "    ");
}

/** The text that an answer is extracted from. */
export function decodedAnswer(
  task: Pick<FileTask, "stops">,
  problem: CodeProblem,
  style: PromptStyle,
  completion: string,
): string {
  const cut = cutAtStop(completion, stopTexts(style, task));
  return style === "completion" ? completionPrompt(problem) + cut : cut;
}
