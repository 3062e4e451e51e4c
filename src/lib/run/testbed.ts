/** Where the testbed's shipped parts lie: the tokenizer and the checkpoints under data/. */
import { loadTokenizer, type Tokenizer } from "../tokenizer/tokenizer.js";
import { fromRoot } from "./package-root.js";

let cached: Tokenizer | undefined;

export function testbedTokenizerFolder(): string {
  return fromRoot("data", "tokenizers", "testbed");
}

/** The testbed's tokenizer, read once. */
export function testbedTokenizer(): Tokenizer {
  return (cached ??= loadTokenizer(testbedTokenizerFolder()));
}

/** Folder of a shipped checkpoint, e.g. data/checkpoints/instruct-seed1. */
export function checkpointFolder(recipe: string, seed: number): string {
  return fromRoot("data", "checkpoints", `${recipe}-seed${seed}`);
}
