/** A denoiser ready to decode: parameters and configuration behind the one question that decoding asks. */
import * as tf from "@tensorflow/tfjs-core";
import { compile, type Compiled, type CompileOptions } from "../compile/compile.js";
import { perCore } from "../compile/parts.js";
import { paddingBias } from "./attention-mask.js";
import { cachedPasses, disposeGraphs, type CachedPasses, type Graphs } from "./cached-passes.js";
import type { DenoiserConfig } from "./config.js";
import { parameterCount, type Parameters } from "./parameters.js";
import { alignedLogits, head, hiddenRows, predictingPosition } from "./transformer.js";

export interface Denoiser extends CachedPasses {
  readonly config: DenoiserConfig;
  readonly parameters: Parameters;
  readonly vocabSize: number;
  readonly maskTokenId: number;
  readonly eosTokenId: number;
  readonly padTokenId: number;
  /**
   * Logits aligned to positions [B, T, V]: row i predicts token i, whether the model is shifted or not.
   * @param ids [B, T] int32
   * @param attentionMask [B, T], 1 for tokens, 0 for left padding; null when nothing is padded
   */
  logits(ids: tf.Tensor2D, attentionMask: tf.Tensor2D | null): tf.Tensor3D;
  /** The same for the last `completionLength` positions only: [B, C, V]. */
  completionLogits(
    ids: tf.Tensor2D,
    attentionMask: tf.Tensor2D | null,
    completionLength: number,
  ): tf.Tensor3D;
  /**
   * The same for some positions only, for less: nothing else is computed after the last layer's keys. [B, R,
   * V].
   * @param positions R positions for every sequence, or one list of R that serves all
   */
  logitsAt(
    ids: tf.Tensor2D,
    attentionMask: tf.Tensor2D | null,
    positions: readonly (readonly number[])[],
  ): tf.Tensor3D;
  /**
   * Hidden states after the last layer and the final norm [B, R, D], aligned as the logits are: row i is the
   * state that the logits of token i are made from.
   */
  hiddenAt(
    ids: tf.Tensor2D,
    attentionMask: tf.Tensor2D | null,
    positions: readonly (readonly number[])[],
  ): tf.Tensor3D;
  /**
   * Logits aligned to positions [B, R, V] of a pass under a mask and positions of its own, computed op by op.
   */
  logitsUnder(pass: PassUnder): tf.Tensor3D;
  /** Logits [N, V] of such states [N, D]. */
  logitsOf(hidden: tf.Tensor2D): tf.Tensor2D;
  /**
   * The same denoiser with other weights of the same names and shapes, which stay the caller's; it shares the
   * recorded graphs.
   */
  withParameters(parameters: Parameters): Omit<Denoiser, "dispose">;
  /** Frees the parameters, and the recorded graphs unless they are the caller's. */
  dispose(): void;
}

/** A pass that no recorded graph serves. Borrowed tensors. */
export interface PassUnder {
  /** [B, T] int32 */
  readonly ids: tf.Tensor2D;
  /** [B, 1, T, T] additive */
  readonly bias: tf.Tensor4D;
  /** [B, T] int32 */
  readonly positionIds: tf.Tensor2D;
  /** R columns of every sequence */
  readonly positions: readonly (readonly number[])[];
}

/**
 * Of one kind of question. A decoding asks in up to twelve shapes, and prompts come in several lengths. Graphs
 * of large models take tens of megabytes each: one is kept, of the shape asked for last.
 */
function graphsKept(config: DenoiserConfig): number {
  return parameterCount(config) > 1e8 ? 1 : 64;
}

/** What is asked about a batch, or about a part of it. */
interface Asked {
  readonly ids: tf.Tensor2D;
  readonly bias: tf.Tensor4D | null;
  /** [B, R] or [1, R], where the question names positions */
  readonly positions: tf.Tensor2D | null;
}

/** What is read off the hidden states. */
type Question = (parameters: Parameters, asked: Asked) => tf.Tensor;

/**
 * Takes ownership of `parameters`.
 * @param options how its functions are compiled
 * @param shared graphs of denoisers of this configuration and these options, which stay the caller's
 */
export function createDenoiser(
  config: DenoiserConfig,
  parameters: Parameters,
  options: Partial<CompileOptions> = {},
  shared?: Graphs,
): Denoiser {
  const graphs: Graphs = shared ?? new Map<string, Compiled>();
  return {
    ...denoiserOf(config, parameters, options, graphs),
    dispose() {
      if (shared === undefined) disposeGraphs(graphs);
      tf.dispose([...parameters.values()]);
    },
  };
}

/** @param graphs recorded so far: the weights are inputs of them */
function denoiserOf(
  config: DenoiserConfig,
  parameters: Parameters,
  options: Partial<CompileOptions>,
  graphs: Graphs,
): Omit<Denoiser, "dispose"> {
  /** One recorded graph per kind of question and shape. */
  function run(kind: string, asked: Asked, question: Question): tf.Tensor {
    const key = asked.bias === null ? kind : `${kind}+bias`;
    let graph = graphs.get(key) as Compiled<Question> | undefined;
    if (graph === undefined) {
      const whole: Question = (p, batch) => perCore(batch, part => question(p, part));
      graph = compile(whole, {
        name: `denoiser ${key}`,
        maxGraphs: graphsKept(config),
        ...options,
      });
      graphs.set(key, graph);
    }
    return graph(parameters, asked);
  }

  const padding = (attentionMask: tf.Tensor2D | null) =>
    attentionMask === null ? null : paddingBias(attentionMask);
  /** Hidden states at positions [B, R], the same for every sequence or not. */
  const statesAt: Question = (p, { ids, bias, positions }) => {
    const [b, r] = [ids.shape[0], (positions as tf.Tensor2D).shape[1]];
    const own = tf.broadcastTo<tf.Rank.R2>(positions as tf.Tensor2D, [b, r]);
    return tf.reshape(hiddenRows(p, config, ids, bias, { positions: own }), [b, r, config.hiddenSize]);
  };
  const atPositions: Question = (p, asked) => head(p, config, statesAt(p, asked));
  const predicting = (positions: readonly number[]) =>
    Int32Array.from(positions, position => predictingPosition(config, position));
  const predictingAt = (positions: readonly (readonly number[])[]) =>
    tf.tensor2d(predicting(positions.flat()), [positions.length, positions[0].length], "int32");

  const askedAt = (
    ids: tf.Tensor2D,
    attentionMask: tf.Tensor2D | null,
    positions: readonly (readonly number[])[],
  ): Asked => ({ ids, bias: padding(attentionMask), positions: predictingAt(positions) });

  const denoiser: Omit<Denoiser, "dispose"> = {
    ...cachedPasses(config, parameters, options, graphs, graphsKept(config)),
    config,
    parameters,
    vocabSize: config.vocabSize,
    maskTokenId: config.maskTokenId,
    eosTokenId: config.eosTokenId,
    padTokenId: config.padTokenId,
    logits: (ids, attentionMask) =>
      tf.tidy(() => {
        const all: Question = (p, { ids, bias }) => alignedLogits(p, config, ids, bias);
        return run("all", { ids, bias: padding(attentionMask), positions: null }, all) as tf.Tensor3D;
      }),
    completionLogits: (ids, attentionMask, c) => {
      const [, t] = ids.shape;
      return denoiser.logitsAt(ids, attentionMask, [Array.from({ length: c }, (_, i) => t - c + i)]);
    },
    logitsAt: (ids, attentionMask, positions) =>
      tf.tidy(() => run("rows", askedAt(ids, attentionMask, positions), atPositions) as tf.Tensor3D),
    hiddenAt: (ids, attentionMask, positions) =>
      tf.tidy(() => run("states", askedAt(ids, attentionMask, positions), statesAt) as tf.Tensor3D),
    logitsUnder: ({ ids, bias, positionIds, positions }) =>
      tf.tidy(() => {
        const read = { positions: predictingAt(positions) };
        const hidden = hiddenRows(parameters, config, ids, bias, read, { positionIds });
        const logits = head(parameters, config, hidden);
        return tf.reshape(logits, [positions.length, positions[0].length, config.vocabSize]);
      }),
    logitsOf: hidden => tf.tidy(() => head(parameters, config, hidden) as tf.Tensor2D),
    withParameters: other => denoiserOf(config, inOrderOf(parameters, other), options, graphs),
  };
  return denoiser;
}

/** The same names in the same order, so that they pass as the same inputs of a graph. */
function inOrderOf(parameters: Parameters, other: Parameters): Parameters {
  return new Map([...parameters.keys()].map(name => [name, other.get(name) as tf.Tensor]));
}
