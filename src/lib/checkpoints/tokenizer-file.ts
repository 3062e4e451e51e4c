/** Tokenizers of checkpoint folders and GGUF files. */
import { UserError } from "../core/errors.js";
import { filesOf } from "../files/folder-files.js";
import { withinTime } from "../runtime/time-limit.js";
import { ggufTokenizerFiles } from "../tokenizer/gguf-tokenizer.js";
import { readTokenizerFiles } from "../tokenizer/tokenizer-files.js";
import { createTokenizer, withMask, type TextTokenizer, type Tokenizer } from "../tokenizer/tokenizer.js";
import { ggufAt, ggufMetadata } from "./gguf-files.js";

/** The largest published tokenizer.json has 34 MB. */
const mostBytes = 40 * 2 ** 20;

export interface LoadTokenizerOptions {
  /** "optional" for AR parents; "needed", the default, refuses a tokenizer without a mask token */
  readonly mask?: "needed" | "optional";
}

/**
 * @param dir folder with tokenizer.json, or vocab.json and merges.txt, in Hugging Face layout; or a GGUF file
 * @throws UserError when files are missing or malformed, or no mask or end token can be found
 */
export function loadTokenizer(dir: string, options?: { readonly mask?: "needed" }): Tokenizer;
export function loadTokenizer(dir: string, options: LoadTokenizerOptions): TextTokenizer;
export function loadTokenizer(dir: string, { mask = "needed" }: LoadTokenizerOptions = {}): TextTokenizer {
  const gguf = ggufAt(dir);
  const refuse = (path: string, what: string) =>
    new UserError(`tokenizer: ${path} ${what}; fetch the file again.`);
  const files =
    gguf === null
      ? readTokenizerFiles(filesOf(dir, refuse, mostBytes))
      : ggufTokenizerFiles(ggufMetadata(gguf), gguf);
  const tokenizer = createTokenizer(files, dir, withinTime);
  return mask === "needed" ? withMask(tokenizer, dir) : tokenizer;
}
