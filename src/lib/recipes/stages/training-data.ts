/**
 * Token batches for every stage, from the testbed's generators. A batch depends on (seed, recipe, step) only.
 * Departures from the paper: short windows, and a stream of fresh documents where it repeats a corpus.
 */
import * as tf from "@tensorflow/tfjs-core";
import type { Rng } from "../../core/rng.js";
import { maskTokens, stratifiedRatios } from "../../diffusion/forward-process.js";
import { annealingRatio, attentionBias, paddingBias } from "../../model/attention-mask.js";
import type { Batch } from "../../train/train-step.js";
import { smallTestbed, type Canvas } from "../../tasks/testbeds.js";
import {
  testbedOfRecipe,
  type DocumentNoise,
  type DocumentSource,
  type TokenDocument,
  type Vocabulary,
} from "./documents.js";
import type { Recipe, Tail } from "./recipes.js";
import { secondPassOf } from "./second-pass.js";

/** Canvas of the small testbed, in tokens: what every MiniPy and MiniMath problem fits into. */
export const {
  prompt: promptLength,
  completion: completionLength,
  window: windowLength,
} = smallTestbed.canvas;

/**
 * Share of windows cut to a random length, and share with a clean random prefix (DiffuCoder B.1, stage I).
 */
const cutShare = 0.01;
const cleanPrefixShare = 0.01;

/** The batch of a step. Tensors are the caller's. */
export function batchAt(
  recipe: Recipe,
  vocabulary: Vocabulary,
  documents: DocumentSource,
  rng: Rng,
  step: number,
): Batch {
  const draws = rng.split("step").split(step);
  const rows = Array.from({ length: recipe.batch }, (_, b) =>
    documentRow(recipe, vocabulary, documents, rng, step * recipe.batch + b),
  );
  if (recipe.stage === "ar") return nextTokenBatch(rows, draws);
  const batch = diffusionBatch(recipe, vocabulary, rows, draws, step);
  const second = secondPassOf(recipe);
  return second === null ? batch : { ...batch, twoPasses: second.isDue(draws) };
}

/** Tokens of one of a recipe's sequences. */
export function sequenceLength(recipe: Pick<Recipe, "stage"> & DocumentNoise): number {
  const { prompt, completion, window } = testbedOfRecipe(recipe).canvas;
  return recipe.stage === "instruct" ? prompt + completion : window;
}

/**
 * A sequence before noise: ids [T], which are scored and may
 * be masked, which belong to the prompt, which are no padding.
 */
export interface Row {
  readonly ids: Int32Array;
  readonly scored: Uint8Array;
  readonly prompt: Uint8Array;
  readonly attentionMask: Uint8Array;
}

function documentRow(
  recipe: Recipe,
  vocabulary: Vocabulary,
  documents: DocumentSource,
  rng: Rng,
  index: number,
): Row {
  const { epoch, item } = epochOrder(recipe.examples, index, rng);
  const draws = rng.split("document").split(item);
  return sequenceRow(recipe, vocabulary, documents, draws, rng.split(`tail ${epoch}`).split(item));
}

/** One sequence of the kind that a recipe learns from. @param cut decides where a random tail ends */
export function sequenceRow(
  recipe: Pick<Recipe, "stage" | "tail"> & DocumentNoise,
  vocabulary: Vocabulary,
  documents: DocumentSource,
  draws: Rng,
  cut: Rng,
): Row {
  const { canvas } = testbedOfRecipe(recipe);
  return recipe.stage === "instruct"
    ? instructRow(canvas, recipe.tail, vocabulary, documents, draws, cut)
    : packedRow(canvas, vocabulary, documents, draws);
}

/**
 * Which example the index-th draw is: itself in a stream,
 * else a fresh permutation of the examples each epoch.
 */
export function epochOrder(examples: number, index: number, rng: Rng): { epoch: number; item: number } {
  if (examples === 0) return { epoch: 0, item: index };
  const epoch = Math.floor(index / examples);
  return { epoch, item: permute(index % examples, examples, rng.split(`epoch ${epoch}`)) };
}

/** The i-th element of a seeded permutation of 0..n-1: a four-round Feistel walk, so that no list is kept. */
function permute(i: number, n: number, rng: Rng): number {
  const side = Math.ceil(Math.sqrt(n));
  const keys = Array.from({ length: 4 }, () => rng.nextUint32());
  let x = i;
  do {
    let [left, right] = [Math.floor(x / side), x % side];
    for (const key of keys) {
      const mixed = Math.imul(right ^ key, 0x9e3779b1) >>> 0;
      [left, right] = [right, (left + ((mixed ^ (mixed >>> 15)) >>> 0)) % side];
    }
    x = left * side + right;
  } while (x >= n);
  return x;
}

/** A window out of documents laid end to end, starting anywhere in the first. */
function packedRow(
  { window: windowLength }: Canvas,
  vocabulary: Vocabulary,
  documents: DocumentSource,
  draws: Rng,
): Row {
  const stream: number[] = [];
  const first = join(documents(draws.split(0)), vocabulary.eosId);
  const start = draws.split("start").int(first.length);
  stream.push(...first.slice(start));
  for (let i = 1; stream.length < windowLength; i++)
    stream.push(...join(documents(draws.split(i)), vocabulary.eosId));
  const ids = Int32Array.from(stream.slice(0, windowLength));
  const cut = draws.split("cut");
  const length = cut.uniform() < cutShare ? 1 + cut.int(windowLength) : windowLength;
  const scored = new Uint8Array(windowLength).fill(1, 0, length);
  ids.fill(vocabulary.padId, length);
  const clean = draws.split("clean prefix");
  const prefix = clean.uniform() < cleanPrefixShare ? clean.int(length) : 0;
  return {
    ids,
    scored,
    prompt: new Uint8Array(windowLength).fill(1, 0, prefix),
    attentionMask: new Uint8Array(windowLength).fill(1),
  };
}

/** Prompt, padded on the left, then completion, end token and the tail. */
function instructRow(
  canvas: Canvas,
  tail: Tail,
  vocabulary: Vocabulary,
  documents: DocumentSource,
  draws: Rng,
  cut: Rng,
): Row {
  const { prompt: promptLength, completion: completionLength } = canvas;
  const { prompt, completion } = fittingDocument(canvas, documents, draws);
  const length = promptLength + completionLength;
  const ids = new Int32Array(length).fill(vocabulary.padId);
  ids.set(prompt, promptLength - prompt.length);
  ids.set(completion, promptLength);
  const end = promptLength + completion.length;
  ids[end] = vocabulary.eosId;
  const scored = new Uint8Array(length).fill(1, promptLength - prompt.length);
  const attentionMask = scored.slice();
  if (tail === "next-document") {
    for (let i = 1, at = end + 1; at < length; i++) {
      const next = join(documents(draws.split(i)), vocabulary.eosId);
      ids.set(next.slice(0, length - at), at);
      at += next.length;
    }
  } else if (tail === "random-cut") {
    // The canvas ends anywhere from the end token on: what lies behind is neither seen nor scored.
    const last = Math.min(length, end + 1 + cut.int(length - end));
    scored.fill(0, last);
    attentionMask.fill(0, last);
  }
  return { ids, scored, prompt: new Uint8Array(length).fill(1, 0, promptLength), attentionMask };
}

/** The first document of a stream that fits the canvas with its end token (noise can make one longer). */
export function fittingDocument(canvas: Canvas, documents: DocumentSource, draws: Rng): TokenDocument {
  for (let i = 0; ; i++) {
    const document = documents(draws.split(i));
    if (document.prompt.length <= canvas.prompt && document.completion.length < canvas.completion)
      return document;
  }
}

function join(document: TokenDocument, eosId: number): Int32Array {
  return Int32Array.from([...document.prompt, ...document.completion, eosId]);
}

/** Clean ids, causal attention, every token but the first scored alike. */
function nextTokenBatch(rows: readonly Row[], draws: Rng): Batch {
  const length = rows[0].ids.length;
  const weights = rows.map(row => Float32Array.from(row.scored, (s, i) => (i > 0 ? s : 0)));
  const total = weights.reduce((sum, w) => sum + w.reduce((a, b) => a + b, 0), 0);
  const ids = matrix(rows.map(row => row.ids));
  return {
    ids,
    targets: ids.clone(),
    weights: matrixOf(weights.map(w => w.map(x => x / total))),
    bias: attentionBias(length, 0, draws),
  };
}

/**
 * Noised ids; masked positions weighted 1/t, summed and
 * divided by the number of scored tokens (L_t per token).
 */
function diffusionBatch(
  recipe: Recipe,
  vocabulary: Vocabulary,
  rows: readonly Row[],
  draws: Rng,
  step: number,
): Batch {
  const length = rows[0].ids.length;
  const ratios = stratifiedRatios(rows.length, draws.split("t"));
  // Stage III phases masked prompts out over its first steps
  // (DiffuCoder B.1: conditional masking from epoch 1 on).
  const conditional =
    recipe.stage !== "instruct" ||
    draws.split("phase").uniform() < annealingRatio(step, recipe.conditionalPhaseInSteps);
  const noised: Int32Array[] = [];
  const weights: Float32Array[] = [];
  let total = 0;
  rows.forEach((row, b) => {
    const keepPrompt = conditional ? row.prompt : new Uint8Array(length);
    const maskable = row.scored.map((s, i) => (s === 1 && keepPrompt[i] === 0 ? 1 : 0));
    const noise = maskTokens(row.ids, maskable, ratios[b], vocabulary.maskId, draws.split("mask").split(b));
    noised.push(noise.noised);
    weights.push(Float32Array.from(noise.masked, m => m / ratios[b]));
    total += maskable.reduce((a, x) => a + x, 0);
  });
  return {
    ids: matrix(noised),
    targets: matrix(rows.map(row => row.ids)),
    weights: matrixOf(weights.map(w => w.map(x => x / total))),
    bias: diffusionBias(recipe, rows, length, draws, step),
  };
}

function diffusionBias(
  recipe: Recipe,
  rows: readonly Row[],
  length: number,
  draws: Rng,
  step: number,
): tf.Tensor4D {
  if (recipe.stage !== "instruct")
    return attentionBias(length, annealingRatio(step, recipe.annealSteps), draws.split("attention"));
  return tf.tidy(() => paddingBias(matrix(rows.map(row => Int32Array.from(row.attentionMask)))));
}

function matrix(rows: readonly Int32Array[]): tf.Tensor2D {
  const flat = new Int32Array(rows.length * rows[0].length);
  rows.forEach((row, b) => flat.set(row, b * row.length));
  return tf.tensor2d(flat, [rows.length, rows[0].length], "int32");
}

function matrixOf(rows: readonly Float32Array[]): tf.Tensor2D {
  const flat = new Float32Array(rows.length * rows[0].length);
  rows.forEach((row, b) => flat.set(row, b * row.length));
  return tf.tensor2d(flat, [rows.length, rows[0].length], "float32");
}
