/** Prompts to look at a checkpoint with, where its user has none at hand. */
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { chatPrompt } from "../tokenizer/chat.js";
import { problemsOf, testbedTokenizerFolder, tokenizerOf } from "../checkpoints/testbed.js";
import { completionLength } from "../recipes/stages/training-data.js";

export interface ExamplePrompts {
  readonly prompts: readonly string[];
  /** tokens to decode after each */
  readonly completionLength: number;
}

/** Small functions to write, of like length. */
const tasks = [
  "Write a Python function that returns the sum of the even numbers in a list.",
  "Write a Python function that checks whether a string is a palindrome.",
  "Write a Python function that counts how often each word occurs in a text.",
  "Write a Python function that merges two sorted lists into one sorted list.",
  "Write a Python function that returns the n-th Fibonacci number.",
  "Write a Python function that removes duplicates from a list and keeps its order.",
  "Write a Python function that finds the longest common prefix of a list of strings.",
  "Write a Python function that computes the greatest common divisor of two numbers.",
];

/** Tokens that such a function takes, with room for an explanation. */
const functionLength = 128;

/**
 * Held-out MiniPy problems for a checkpoint with the testbed's tokenizer; for others small Python functions
 * to write, in the chat template where there is one.
 * @param count of the problems; there are no more than eight functions
 */
export function examplePrompts(folder: string, count: number): ExamplePrompts {
  if (isTestbeds(folder))
    return { prompts: problemsOf("minipy", "test", count).map(p => p.prompt), completionLength };
  const tokenizer = tokenizerOf(resolve(folder));
  const prompts = tasks.slice(0, count).map(content => {
    return tokenizer.chatTemplate === null
      ? `# ${content}\n`
      : chatPrompt(tokenizer, [{ role: "user", content }]);
  });
  return { prompts, completionLength: functionLength };
}

function isTestbeds(folder: string): boolean {
  const read = (of: string) => readFileSync(join(of, "tokenizer.json"));
  try {
    return read(folder).equals(read(testbedTokenizerFolder()));
  } catch {
    return false; // the older layout, or no tokenizer at all: that is said when it is needed
  }
}
