/**
 * Programs out of noise (arXiv 2310.17680 §3.3 [S]): T denoising steps, all positions at once, then two read-outs of the same denoised
 * embeddings: decoder and head, and the nearest embedding. What is read is xhat_0, not the sample that a step draws. There
 * is no order of unmasking, so AR-ness has no meaning here; a trace says how far the text still is from its final form.
 */
import * as tf from "@tensorflow/tfjs-core";
import { compile, type Compiled } from "../compile/compile.js";
import { cut, join, partCount } from "../compile/parts.js";
import { nextTurn } from "../core/event-loop.js";
import { UserError } from "../core/errors.js";
import type { Rng } from "../core/rng.js";
import type { Parameters } from "../model/parameters.js";
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

/** The recorded graphs of a network's generation, for borrowed parameters; three for each size of a batch. Dispose it. */
export class FusionGenerator {
  private readonly graphs: Readonly<Record<"encode" | "step" | "read", Compiled>>;

  constructor(
    private readonly config: FusionConfig,
    private readonly parameters: Parameters,
  ) {
    const functions = generationFunctions(config);
    const names = [...parameters.keys()];
    this.graphs = {
      encode: inParts("fusion encoder", names, functions.encode),
      step: inParts("fusion denoising step", names, functions.step),
      read: inParts("fusion read-outs", names, functions.read),
    };
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
    const encoding = this.run("encode", ...prompt);
    const readings: Reading[][] = prompts.map(() => []);
    let x: tf.Tensor = normals(this.config, rngs, "start");
    for (let t = steps; t >= 1; t--) {
      const [next, start] = this.denoised(x, t, eta, rngs, encoding);
      if ((steps - t) % traceEvery === 0 || t === 1)
        this.readings(t, start, encoding).forEach((reading, b) => readings[b].push(reading));
      tf.dispose([x, start]);
      x = next;
      onStep?.(steps - t + 1, steps);
      await nextTurn();
    }
    tf.dispose([x, ...prompt, ...encoding]);
    return readings.map(own => ({ readings: own }));
  }

  dispose(): void {
    for (const graph of Object.values(this.graphs)) graph.dispose();
  }

  private run(graph: "encode" | "step" | "read", ...inputs: readonly tf.Tensor[]): tf.Tensor[] {
    return this.graphs[graph](...this.parameters.values(), ...inputs);
  }

  /** x_s and xhat_0 of x_t, s = t - 1. */
  private denoised(
    x: tf.Tensor,
    t: number,
    eta: number,
    rngs: readonly Rng[],
    encoding: readonly tf.Tensor[],
  ): tf.Tensor[] {
    const { steps, hiddenSize } = this.config;
    const [from, to] = [signalShare(t / steps), signalShare((t - 1) / steps)];
    const { onStart, onNoise, fresh } = reverseStep(from, to, eta);
    const z = fresh === 0 || t === 1 ? tf.zeros(x.shape) : normals(this.config, rngs, t);
    const features = tf.tensor2d(stepFeatures(t, hiddenSize), [1, hiddenSize]);
    const factors = tf.tensor2d([from, onStart, onNoise, fresh], [1, 4]);
    const found = this.run("step", x, z, ...encoding, features, factors);
    tf.dispose([z, features, factors]);
    return found;
  }

  private readings(t: number, start: tf.Tensor, encoding: readonly tf.Tensor[]): Reading[] {
    const { length: n } = this.config;
    const found = this.run("read", start, ...encoding);
    const [decoder, rounding] = found.map(x => Int32Array.from(x.dataSync()));
    tf.dispose(found);
    const own = (all: Int32Array, b: number) => all.slice(b * n, (b + 1) * n);
    return Array.from({ length: start.shape[0] }, (_, b) => ({
      t,
      tokens: { decoder: own(decoder, b), rounding: own(rounding, b) },
    }));
  }
}

type BatchFunction = (params: Parameters, inputs: readonly tf.Tensor[]) => tf.Tensor[];

/** Records a function of parameters and of inputs with the batch first (or 1, for all alike), cut into one part a core. */
function inParts(name: string, names: readonly string[], fn: BatchFunction): Compiled {
  const cutAndJoined = (...inputs: tf.Tensor[]): tf.Tensor[] => {
    const params = new Map(names.map((key, i) => [key, inputs[i]]));
    const batch = inputs.slice(names.length);
    const parts = partCount(batch[0].shape[0], "graph");
    const pieces = batch.map(x => cut(x, parts));
    const found = Array.from({ length: parts }, (_, i) =>
      fn(
        params,
        pieces.map(piece => piece[i]),
      ),
    );
    return found[0].map((_, k) => join(found.map(outputs => outputs[k])));
  };
  return compile(cutAndJoined, { name, maxGraphs: 4 });
}

/** What is recorded; an encoding passes as [B, P * D] states and their bias. */
function generationFunctions(config: FusionConfig): Record<"encode" | "step" | "read", BatchFunction> {
  const { promptLength: p, length: n, embeddingSize: e, hiddenSize: d } = config;
  const encodingOf = (states: tf.Tensor, bias: tf.Tensor): Encoding => ({
    states: tf.reshape(states, [-1, d]),
    bias: bias as tf.Tensor4D,
  });
  return {
    encode: (params, [ids, real]) => {
      const { states, bias } = encode(params, config, ids as tf.Tensor2D, real as tf.Tensor2D);
      return [tf.reshape(states, [-1, p * d]), bias];
    },
    step: (params, [x, z, states, bias, features, factors]) => {
      const [flat, fresh] = [x, z].map(y => tf.reshape<tf.Rank.R2>(y, [-1, e]));
      const [share, onStart, onNoise, onFresh] = tf.unstack(tf.reshape(factors, [4]));
      const all = tf.broadcastTo<tf.Rank.R2>(features, [x.shape[0], d]);
      const { start, noise } = denoise(params, config, flat, all, share, encodingOf(states, bias));
      const mean = tf.add(tf.mul(onStart, start), tf.mul(onNoise, noise));
      return [tf.add(mean, tf.mul(onFresh, fresh)), start].map(y => tf.reshape(y, [-1, n, e]));
    },
    read: (params, [start, states, bias]) => {
      const flat: tf.Tensor2D = tf.reshape(start, [-1, e]);
      const logits = headLogits(params, readStates(params, config, flat, encodingOf(states, bias)));
      return [tf.argMax(logits, -1), nearestTokens(params, flat)].map(y => tf.reshape(y, [-1, n]));
    },
  };
}

/** Tokens of a program before its first padding token (arXiv 2310.17680 [S]). */
export function programTokens(tokens: Int32Array, padTokenId: number): Int32Array {
  const end = tokens.indexOf(padTokenId);
  return end < 0 ? tokens : tokens.slice(0, end);
}

/** Prompts as the encoder takes them: [B, P] ids padded on the left, [B, P] which are tokens. */
export function promptTensors(
  { promptLength, padTokenId }: FusionConfig,
  prompts: readonly Int32Array[],
): [tf.Tensor2D, tf.Tensor2D] {
  const ids = new Int32Array(prompts.length * promptLength).fill(padTokenId);
  const real = new Float32Array(ids.length);
  prompts.forEach((prompt, b) => {
    ids.set(prompt, (b + 1) * promptLength - prompt.length);
    real.fill(1, (b + 1) * promptLength - prompt.length, (b + 1) * promptLength);
  });
  const shape: [number, number] = [prompts.length, promptLength];
  return [tf.tensor2d(ids, shape, "int32"), tf.tensor2d(real, shape)];
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
      `fusion: ${prompts.length} prompts and ${rngs.length} random streams; give at least one prompt, and a stream for each.`,
    );
  const longest = Math.max(...prompts.map(prompt => prompt.length));
  if (longest > promptLength)
    throw new UserError(
      `fusion: a prompt has ${longest} tokens and the encoder takes ${promptLength}; shorten it.`,
    );
}
