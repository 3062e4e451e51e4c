/**
 * What an adapter is trained on: sequences of a corpus, and batches of them under noise. A batch depends on
 * seed, recipe and step only.
 */
import * as tf from "@tensorflow/tfjs-core";
import { UserError } from "../../core/errors.js";
import type { Rng } from "../../core/rng.js";
import { maskSome, maskTokens, stratifiedRatios } from "../../diffusion/forward-process.js";
import { annealingRatio, attentionBias } from "../../model/attention-mask.js";
import type { TextTokenizer } from "../../tokenizer/tokenizer.js";
import type { Batch } from "../../train/train-step.js";
import { epochOrder } from "../stages/training-data.js";
import { corpusFiles, type CorpusSplit } from "./corpus.js";
import { functionsOf } from "./functions.js";
import type { AdapterRecipe } from "./recipe.js";

/** Tokens [window], and which of them may be masked: 1 for those. */
export interface Sequence {
  readonly ids: Int32Array;
  readonly maskable: Uint8Array;
}

type Source = Pick<AdapterRecipe, "corpus" | "window" | "sequences">;

/**
 * The sequences of a split, in the corpus's order.
 * @throws UserError for a corpus that has none
 */
export function sequencesOf(recipe: Source, split: CorpusSplit, tokenizer: TextTokenizer): Sequence[] {
  return recipe.sequences === "functions"
    ? functionSequences(recipe, split, tokenizer)
    : windows(recipe, split, tokenizer);
}

/**
 * Windows of a split's files laid end to end, an end token behind each. The first token of a window is never
 * masked: under the shift nothing predicts it.
 */
function windows({ corpus, window }: Source, split: CorpusSplit, tokenizer: TextTokenizer): Sequence[] {
  const texts = corpusFiles(corpus, split).map(({ text }) => tokenizer.encode(text));
  const stream = new Int32Array(texts.reduce((sum, { length }) => sum + length + 1, 0));
  let end = 0;
  for (const ids of texts) {
    stream.set(ids, end);
    stream[end + ids.length] = tokenizer.special.eosId;
    end += ids.length + 1;
  }
  const count = Math.floor(stream.length / window);
  if (count === 0)
    throw new UserError(
      `train: the corpus ${corpus} has ${stream.length} tokens for ${split}, less than one window of ` +
        `${window}; name a larger one.`,
    );
  const maskable = new Uint8Array(window).fill(1, 1);
  return Array.from({ length: count }, (_, i) => ({
    ids: stream.subarray(i * window, (i + 1) * window),
    maskable,
  }));
}

/**
 * Functions with a docstring that fit a window: the prompt, signature and docstring, is never masked; behind
 * the body the window is filled with end tokens, which are masked and scored as the body is.
 */
function functionSequences(
  { corpus, window }: Source,
  split: CorpusSplit,
  tokenizer: TextTokenizer,
): Sequence[] {
  const found = corpusFiles(corpus, split)
    .flatMap(functionsOf)
    .filter(({ docstring }) => docstring)
    .flatMap(({ opening, body }): Sequence[] => {
      const [prompt, completion] = [tokenizer.encode(opening), tokenizer.encode(`${body}\n`)];
      if (prompt.length + completion.length >= window) return [];
      const ids = new Int32Array(window).fill(tokenizer.special.eosId);
      ids.set(prompt);
      ids.set(completion, prompt.length);
      return [{ ids, maskable: new Uint8Array(window).fill(1, Math.max(1, prompt.length)) }];
    });
  if (found.length > 0) return found;
  throw new UserError(
    `train: the corpus ${corpus} has for ${split} no Python function with a docstring that fits ${window} ` +
      "tokens; name a larger one, or a larger window.",
  );
}

/** A sequence under a mask. */
interface NoisedSequence {
  readonly clean: Int32Array;
  readonly noised: Int32Array;
  /** [window] weights of the cross-entropies, 0 where nothing is masked */
  readonly weights: Float32Array;
}

/**
 * The batch of a step: sequences in a fresh order each epoch, one mask ratio a sequence, masked tokens
 * weighted 1/t and divided by all that may be masked.
 */
export function adapterBatch(
  recipe: AdapterRecipe,
  sequences: readonly Sequence[],
  maskId: number,
  rng: Rng,
  step: number,
): Batch {
  const { batch, window, annealSteps } = recipe;
  const draws = rng.split("step").split(step);
  const ratios = balanced(stratifiedRatios(batch, draws.split("t")));
  const drawn = ratios.map((_, b) => sequences[epochOrder(sequences.length, step * batch + b, rng).item]);
  const total = drawn.reduce((sum, { maskable }) => sum + maskable.reduce((a, m) => a + m, 0), 0);
  const rows = ratios.map((t, b): NoisedSequence => {
    const { ids: clean, maskable } = drawn[b];
    const { noised, masked } = maskTokens(clean, maskable, t, maskId, draws.split("mask").split(b));
    return { clean, noised, weights: Float32Array.from(masked, m => m / (t * total)) };
  });
  const ratio = annealingRatio(step, annealSteps);
  return batchOf(rows, ratio === 1 ? null : attentionBias(window, ratio, draws.split("attention")));
}

/**
 * Low and high ratios side by side, so that the parts of a batch, of which each is computed by one core, have
 * about as many masked tokens: the logits of a part are as many as in the part with the most.
 */
function balanced(ratios: Float32Array): number[] {
  const ascending = [...ratios].sort((a, b) => a - b);
  const pairs = ascending.length / 2;
  return ascending.map((_, i) => (i % 2 === 0 ? ascending[i / 2] : ascending[2 * pairs - (i + 1) / 2]));
}

/** A held-out sequence with so many of its tokens masked, drawn by `rng`; the weights are 1. */
export function maskedSequence(
  { ids: clean, maskable }: Sequence,
  t: number,
  maskId: number,
  rng: Rng,
): NoisedSequence {
  const positions = [...clean.keys()].filter(i => maskable[i] === 1);
  const count = Math.max(1, Math.round(t * positions.length));
  const { noised, masked } = maskSome(clean, positions, count, maskId, rng);
  const weights = new Float32Array(clean.length);
  for (const p of masked) weights[p] = 1;
  return { clean, noised, weights };
}

/** Tensors are the caller's. */
export function batchOf(rows: readonly NoisedSequence[], bias: tf.Tensor4D | null = null): Batch {
  const shape: [number, number] = [rows.length, rows[0].clean.length];
  const joined = (values: (row: NoisedSequence) => ArrayLike<number>) =>
    rows.flatMap(row => Array.from(values(row)));
  return {
    ids: tf.tensor2d(
      joined(row => row.noised),
      shape,
      "int32",
    ),
    targets: tf.tensor2d(
      joined(row => row.clean),
      shape,
      "int32",
    ),
    weights: tf.tensor2d(
      joined(row => row.weights),
      shape,
      "float32",
    ),
    bias,
  };
}
