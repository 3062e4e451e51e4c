/** From a prompt as text to a completion as text, with everything that happened in between. */
import type { LoadedModel } from "../checkpoints/load-model.js";
import { lengthToEnd, textPieces } from "../tokenizer/decoded-text.js";
import { UserError } from "../core/errors.js";
import type { Trajectory } from "../core/records.js";
import { Rng } from "../core/rng.js";
import { decodeAutoregressive } from "../decode/autoregressive.js";
import { decodeConfig } from "../decode/config.js";
import { decode, type DecodeOptions } from "../decode/decode.js";
import type { DecodeConfig } from "../decode/types.js";
import { isLlamaLike } from "../model/llama-config.js";
import { completionLength } from "../recipes/stages/training-data.js";
import { chatPrompt } from "../tokenizer/chat.js";
import { unknownWords } from "../tokenizer/known-words.js";

/** What is used of a model. */
type TextModel = Pick<LoadedModel, "tokenizer" | "endTokenIds" | "autoregressive"> & {
  readonly denoiser: Omit<LoadedModel["denoiser"], "dispose">;
};

/**
 * What is asked of a decoding: the decoder's configuration,
 * what replaces a part of it, and how the text is read.
 */
export interface TextOptions extends Omit<Partial<DecodeConfig>, "policy">, Omit<DecodeOptions, "policy"> {
  /** tokens to decode; by default the window of the testbed, 36 */
  readonly length?: number;
  /** of the sampling */
  readonly seed?: number;
  /** the prompt is a message: it is put into the model's chat template */
  readonly chat?: boolean;
  /**
   * left to right with causal attention, as an AR parent's
   * weights expect; by default where config.json says so
   */
  readonly autoregressive?: boolean;
  /** one of the library's by name and parameters, or a function of one's own */
  readonly policy?: DecodeConfig["policy"] | DecodeOptions["policy"];
}

/** A trajectory that knows its texts. */
export interface Decoded extends Trajectory {
  readonly prompt: string;
  /** up to the first end token */
  readonly text: string;
  /** [C] the text that each position adds */
  readonly tokens: readonly string[];
  /** tokens before the first end token */
  readonly length: number;
}

/**
 * `await decodeText(model, "loop: take even items, squared, return sum\n", { tieRule: "random" })`. A list of
 * prompts is decoded as one batch, and a sample does not depend on the others in it. The state of every
 * masked position before every step is kept unless `trace` is false.
 * @throws UserError for options that cannot be, and a prompt that leaves no room for `length` tokens
 */
export async function decodeText(model: TextModel, prompt: string, options?: TextOptions): Promise<Decoded>;
export async function decodeText(
  model: TextModel,
  prompts: readonly string[],
  options?: TextOptions,
): Promise<Decoded[]>;
export async function decodeText(
  model: TextModel,
  prompts: string | readonly string[],
  options: TextOptions = {},
): Promise<Decoded | Decoded[]> {
  if (typeof prompts === "string") return (await decodeText(model, [prompts], options))[0];
  const { seed = 1, chat = false, ...asked } = options;
  const ids = prompts.map(prompt => promptIds(model, prompt, chat, asked.length ?? completionLength));
  const rngs = prompts.map((_, i) => (i === 0 ? Rng.fromSeed(seed) : Rng.fromSeed(seed).split(i)));
  const trajectories = await decodeIds(model, ids, rngs, asked);
  return trajectories.map((trajectory, i) => withTexts(model, prompts[i], trajectory));
}

async function decodeIds(
  { denoiser, endTokenIds, autoregressive: isParent }: TextModel,
  ids: readonly Int32Array[],
  rngs: readonly Rng[],
  options: Omit<TextOptions, "seed" | "chat">,
): Promise<Trajectory[]> {
  const { length = completionLength, autoregressive = isParent, policy, ...rest } = options;
  const { given, trace = true, score, order, sampler, onStep, signal, ...overrides } = rest;
  const named = typeof policy === "object" && "name" in policy ? policy : undefined;
  const own = named === undefined ? (policy as DecodeOptions["policy"]) : undefined;
  const config = decodeConfig(length, named === undefined ? overrides : { ...overrides, policy: named });
  if (autoregressive)
    return decodeAutoregressive(denoiser, ids, config, rngs, { onStep, signal, endTokenIds });
  const replaced = { given, trace, policy: own, score, order, sampler };
  return decode(denoiser, ids, config, rngs, { ...replaced, onStep, signal, endTokenIds });
}

/**
 * Token ids of a prompt. A chat template writes the first token itself, where the model is used to one.
 * @throws UserError where prompt and completion exceed the
 *   model's positions, and for words that its tokenizer lacks
 */
function promptIds(
  { denoiser, tokenizer }: TextModel,
  prompt: string,
  chat: boolean,
  length: number,
): Int32Array {
  const unknown = unknownWords(tokenizer, prompt).map(word => JSON.stringify(word));
  if (unknown.length > 0)
    throw new UserError(
      `decode: the model's tokenizer has no token for ${unknown.join(", ")}; write in its words, as the ` +
        'problems of its tasks do: "loop: take even items, squared, return sum\\n" is one of minipy.',
    );
  const ids = chat
    ? tokenizer.encode(chatPrompt(tokenizer, [{ role: "user", content: prompt }]))
    : tokenizer.encode(prompt, { ends: isLlamaLike(denoiser.config.modelType) });
  const { maxPositions } = denoiser.config;
  if (ids.length + length > maxPositions)
    throw new UserError(
      `decode: ${ids.length} tokens of prompt and ${length} to decode exceed the ${maxPositions} ` +
        "positions of the model; shorten one.",
    );
  return ids;
}

function withTexts({ tokenizer, endTokenIds }: TextModel, prompt: string, trajectory: Trajectory): Decoded {
  const tokens = textPieces(Array.from(trajectory.completionIds), tokenizer);
  const length = lengthToEnd(trajectory.completionIds, endTokenIds);
  return { ...trajectory, prompt, tokens, length, text: tokens.slice(0, length).join("") };
}
