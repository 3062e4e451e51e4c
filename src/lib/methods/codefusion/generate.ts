/**
 * Programs out of noise (arXiv 2310.17680 §3.3 [S]): T denoising steps, all positions at once, then two
 * read-outs of the same denoised embeddings: decoder and head, and the nearest embedding. What is read is
 * xhat_0, not the sample that a step draws. There is no order of unmasking, so AR-ness has no meaning here; a
 * trace says how far the text still is from its final form.
 */
import * as tf from "@tensorflow/tfjs-core";
import { compile } from "../../compile/compile.js";
import { perCore } from "../../compile/parts.js";
import { mapTree, tensorsOf } from "../../compile/trees.js";
import { nextTurn } from "../../core/event-loop.js";
import { UserError } from "../../core/errors.js";
import type { Rng } from "../../core/rng.js";
import type { Parameters } from "../../model/parameters.js";
import type { FusionConfig } from "./config.js";
import { denoise, encode, headLogits, nearestTokens, readStates } from "./network.js";
import { reverseStep, signalShare, stepFeatures } from "./schedule.js";
import type { Encoding } from "./stack.js";

export const readOuts = ["decoder", "rounding"] as const;
export type ReadOut = (typeof readOuts)[number];

export interface GenerateOptions {
  /** noise of each step, 1 for the DDPM posterior, 0 for none (`reverseStep`) */
  readonly eta: number;
  /** xhat_0 is read before every so many steps, and after the last */
  readonly traceEvery: number;
}

export const generateDefaults: GenerateOptions = { eta: 1, traceEvery: 10 };

/** What stood there after predicting x_0 at step t: [n] tokens by either read-out. */
export interface Reading {
  /** T at first, 1 at the end */
  readonly t: number;
  readonly tokens: Readonly<Record<ReadOut, Int32Array>>;
}

export interface FusionSample {
  /** in the order of denoising; the last one is the program */
  readonly readings: readonly Reading[];
}

/**
 * The recorded graphs of a network's generation, for borrowed parameters; three for each size of a batch.
 * Dispose it.
 */
export class FusionGenerator {
  private readonly graphs: ReturnType<typeof generationGraphs>;

  constructor(
    private readonly config: FusionConfig,
    private readonly parameters: Parameters,
  ) {
    this.graphs = generationGraphs(config);
  }

  /**
   * @param prompts token ids, at most P each
   * @param rngs one stream a prompt: a sample does not depend on those beside it
   * @param onStep called after each step with the number of steps done
   * @throws UserError for a prompt that is too long, or another number of streams
   */
  async generate(
    prompts: readonly Int32Array[],
    rngs: readonly Rng[],
    given: Partial<GenerateOptions> = {},
    onStep?: (step: number, steps: number) => void,
  ): Promise<FusionSample[]> {
    checkPrompts(this.config, prompts, rngs);
    const { eta, traceEvery } = { ...generateDefaults, ...given };
    const { steps } = this.config;
    const prompt = promptTensors(this.config, prompts);
    const encoding = this.graphs.encode(this.parameters, prompt);
    const readings: Reading[][] = prompts.map(() => []);
    let x: tf.Tensor = normals(this.config, rngs, "start");
    for (let t = steps; t >= 1; t--) {
      const { next, start } = this.denoised(x, t, eta, rngs, encoding);
      if ((steps - t) % traceEvery === 0 || t === 1)
        this.readings(t, start, encoding).forEach((reading, b) => readings[b].push(reading));
      tf.dispose([x, start]);
      x = next;
      onStep?.(steps - t + 1, steps);
      await nextTurn();
    }
    tf.dispose(tensorsOf([x, prompt, encoding]));
    return readings.map(own => ({ readings: own }));
  }

  dispose(): void {
    for (const graph of Object.values(this.graphs)) graph.dispose();
  }

  /** x_s and xhat_0 of x_t, s = t - 1. */
  private denoised(x: tf.Tensor, t: number, eta: number, rngs: readonly Rng[], encoding: FlatEncoding) {
    const { steps, hiddenSize } = this.config;
    const [from, to] = [signalShare(t / steps), signalShare((t - 1) / steps)];
    const { onStart, onNoise, fresh } = reverseStep(from, to, eta);
    const z = fresh === 0 || t === 1 ? tf.zeros(x.shape) : normals(this.config, rngs, t);
    const features = tf.tensor2d(stepFeatures(t, hiddenSize), [1, hiddenSize]);
    const factors = tf.tensor2d([from, onStart, onNoise, fresh], [1, 4]);
    const found = this.graphs.step(this.parameters, { x, z, encoding, features, factors });
    tf.dispose([z, features, factors]);
    return found;
  }

  private readings(t: number, start: tf.Tensor, encoding: FlatEncoding): Reading[] {
    const { length: n } = this.config;
    const found = this.graphs.read(this.parameters, { start, encoding });
    const [decoder, rounding] = [found.decoder, found.rounding].map(x => Int32Array.from(x.dataSync()));
    tf.dispose(found);
    const own = (all: Int32Array, b: number) => all.slice(b * n, (b + 1) * n);
    return Array.from({ length: start.shape[0] }, (_, b) => ({
      t,
      tokens: { decoder: own(decoder, b), rounding: own(rounding, b) },
    }));
  }
}

/** An encoding with the batch first: [B, P * D] states and their bias. */
interface FlatEncoding {
  readonly states: tf.Tensor;
  readonly bias: tf.Tensor4D;
}

interface StepInputs {
  /** [B, n, E] x_t and fresh noise */
  readonly x: tf.Tensor;
  readonly z: tf.Tensor;
  readonly encoding: FlatEncoding;
  /** [1, D] of the step, and the four factors [1, 4] of `reverseStep`, for all alike */
  readonly features: tf.Tensor2D;
  readonly factors: tf.Tensor2D;
}

/** What is recorded, each with one part of the batch a core. */
function generationGraphs(config: FusionConfig) {
  const { promptLength: p, length: n, embeddingSize: e, hiddenSize: d } = config;
  const encodingOf = ({ states, bias }: FlatEncoding): Encoding => ({
    states: tf.reshape(states, [-1, d]),
    bias,
  });
  const encoded = (params: Parameters, { ids, attentionMask }: PromptTensors): FlatEncoding => {
    const { states, bias } = encode(params, config, ids, attentionMask);
    return { states: tf.reshape(states, [-1, p * d]), bias };
  };
  const stepped = (params: Parameters, { x, z, encoding, features, factors }: StepInputs) => {
    const [flat, fresh] = [x, z].map(y => tf.reshape<tf.Rank.R2>(y, [-1, e]));
    const [share, onStart, onNoise, onFresh] = tf.unstack(tf.reshape(factors, [4]));
    const all = tf.broadcastTo<tf.Rank.R2>(features, [x.shape[0], d]);
    const { start, noise } = denoise(params, config, flat, all, share, encodingOf(encoding));
    const mean = tf.add(tf.mul(onStart, start), tf.mul(onNoise, noise));
    const next = tf.add(mean, tf.mul(onFresh, fresh));
    return { next: tf.reshape(next, [-1, n, e]), start: tf.reshape(start, [-1, n, e]) };
  };
  const read = (
    params: Parameters,
    { start, encoding }: Pick<StepInputs, "encoding"> & { start: tf.Tensor },
  ) => {
    const flat: tf.Tensor2D = tf.reshape(start, [-1, e]);
    const logits = headLogits(params, readStates(params, config, flat, encodingOf(encoding)));
    const tokens = { decoder: tf.argMax(logits, -1), rounding: nearestTokens(params, flat) };
    return mapTree(tokens, y => tf.reshape(y, [-1, n]));
  };
  const inParts = <I, O>(name: string, fn: (params: Parameters, inputs: I) => O) =>
    compile((params: Parameters, inputs: I): O => perCore(inputs, part => fn(params, part)), {
      ...{ name, maxGraphs: 4 },
    });
  return {
    encode: inParts("fusion encoder", encoded),
    step: inParts("fusion denoising step", stepped),
    read: inParts("fusion read-outs", read),
  };
}

/** Tokens of a program before its first padding token (arXiv 2310.17680 [S]). */
export function programTokens(tokens: Int32Array, padTokenId: number): Int32Array {
  const end = tokens.indexOf(padTokenId);
  return end < 0 ? tokens : tokens.slice(0, end);
}

/** Prompts as the encoder takes them: [B, P] ids padded on the left, [B, P] which are tokens. */
export interface PromptTensors {
  readonly ids: tf.Tensor2D;
  readonly attentionMask: tf.Tensor2D;
}

export function promptTensors(
  { promptLength, padTokenId }: FusionConfig,
  prompts: readonly Int32Array[],
): PromptTensors {
  const ids = new Int32Array(prompts.length * promptLength).fill(padTokenId);
  const attentionMask = new Float32Array(ids.length);
  prompts.forEach((prompt, b) => {
    ids.set(prompt, (b + 1) * promptLength - prompt.length);
    attentionMask.fill(1, (b + 1) * promptLength - prompt.length, (b + 1) * promptLength);
  });
  const shape: [number, number] = [prompts.length, promptLength];
  return { ids: tf.tensor2d(ids, shape, "int32"), attentionMask: tf.tensor2d(attentionMask, shape) };
}

/** [B, n, E] standard normal numbers, a stream a sample. */
function normals(
  { length: n, embeddingSize: e }: FusionConfig,
  rngs: readonly Rng[],
  name: string | number,
): tf.Tensor3D {
  const values = new Float32Array(rngs.length * n * e);
  rngs.forEach((rng, b) => {
    const draws = rng.split(name);
    for (let i = b * n * e; i < (b + 1) * n * e; i++) values[i] = draws.normal();
  });
  return tf.tensor3d(values, [rngs.length, n, e]);
}

function checkPrompts(
  { promptLength }: FusionConfig,
  prompts: readonly Int32Array[],
  rngs: readonly Rng[],
): void {
  if (prompts.length === 0 || prompts.length !== rngs.length)
    throw new UserError(
      `fusion: ${prompts.length} prompts and ${rngs.length} random streams; give at least one prompt, ` +
        "and a stream for each.",
    );
  const longest = Math.max(...prompts.map(prompt => prompt.length));
  if (longest > promptLength)
    throw new UserError(
      `fusion: a prompt has ${longest} tokens and the encoder takes ${promptLength}; shorten it.`,
    );
}
