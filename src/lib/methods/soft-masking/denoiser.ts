/**
 * Decoding with soft masks (arXiv 2510.17206 [C]): what a step said about a position that stays masked is
 * mixed into the input of the next. The first step sees plain masks. A denoiser for `decode` like any other,
 * but with a memory. Training mixes in what a pass over the same canvas said, decoding what one over a more
 * masked canvas did.
 */
import * as tf from "@tensorflow/tfjs-core";
import { compile, type CompileOptions } from "../../compile/compile.js";
import { perCore } from "../../compile/parts.js";
import { paddingBias } from "../../model/attention-mask.js";
import type { Denoiser } from "../../model/denoiser.js";
import { feedbackOf, softEmbeddings, type Feedback, type SoftMasking } from "./operator.js";
import type { Parameters as Weights } from "../../model/parameters.js";
import { head, hiddenRows, predictingPosition, type Embed } from "../../model/transformer.js";
import type { DecodingDenoiser, RememberedLogits } from "../../decode/types.js";

/** What the last step said about every position of one sample's canvas, [T] and [T * k]. */
interface Memory {
  readonly predicted: Float32Array;
  readonly entropies: Float32Array;
  readonly tokens: Int32Array;
  readonly shares: Float32Array;
}

/**
 * A denoiser with soft masks. `denoiser` is borrowed; the graphs recorded here are the caller's to dispose.
 */
export function softlyMasked(
  denoiser: Denoiser,
  soft: SoftMasking,
  options: Partial<CompileOptions> = {},
): DecodingDenoiser & { dispose(): void } {
  const graph = softGraph(denoiser, soft, options);
  const { vocabSize, maskTokenId, padTokenId } = denoiser;

  const remember = (): RememberedLogits => {
    const memories = new Map<number, Memory>();
    return (ids, attentionMask, positions, samples) => {
      const [b, t] = ids.shape;
      const of = samples.map(sample => memories.get(sample) ?? emptyMemory(t, soft.k));
      const { logits, ...rest } = tf.tidy(() => {
        const at = positions.map(list => list.map(p => predictingPosition(denoiser.config, p)));
        const bias = attentionMask === null ? null : paddingBias(attentionMask);
        const memory = memoryTensors(of, b, t, soft.k);
        return graph(denoiser.parameters, {
          ids,
          memory,
          positions: tf.tensor2d(at, undefined, "int32"),
          bias,
        });
      });
      const predictions = [rest.tokens, rest.shares, rest.entropies].map(tensor => tensor.dataSync());
      tf.dispose(rest);
      samples.forEach((sample, i) => memories.set(sample, memoryOf(predictions, i, positions[i], t, soft.k)));
      return logits;
    };
  };
  return {
    ...{ vocabSize, maskTokenId, padTokenId, remember },
    logitsAt: (ids, attentionMask, positions) => denoiser.logitsAt(ids, attentionMask, positions),
    dispose: () => graph.dispose(),
  };
}

/** The memories of a batch as one. */
interface Remembered {
  /** [B, T] */
  readonly predicted: tf.Tensor2D;
  readonly entropies: tf.Tensor2D;
  /** [B, T, k] */
  readonly tokens: tf.Tensor3D;
  readonly shares: tf.Tensor3D;
}

interface Asked {
  /** [B, T] */
  readonly ids: tf.Tensor2D;
  readonly memory: Remembered;
  /** [B, R] */
  readonly positions: tf.Tensor2D;
  readonly bias: tf.Tensor4D | null;
}

/**
 * Logits [B, R, V] at positions under soft inputs, and what they say for the next step, [B, R, k] and [B, R].
 */
function softGraph(
  { config, maskTokenId }: Denoiser,
  { k, strength, steepness, offset }: SoftMasking,
  options: Partial<CompileOptions>,
) {
  const answer = (weights: Weights, { ids, memory, positions, bias }: Asked) => {
    const [b, r] = positions.shape;
    const scalars = [strength, steepness, offset].map(value => tf.scalar(value));
    const feedback: Feedback = {
      entropies: tf.reshape<tf.Rank.R1>(memory.entropies, [ids.size]),
      tokens: tf.reshape<tf.Rank.R2>(memory.tokens, [ids.size, k]),
      shares: tf.reshape<tf.Rank.R2>(memory.shares, [ids.size, k]),
    };
    const embed: Embed = (table, flat) => {
      const masked = tf.cast(tf.equal<tf.Tensor1D>(flat, maskTokenId), "float32");
      const mixed = tf.mul<tf.Tensor1D>(tf.reshape(memory.predicted, [ids.size]), masked);
      return softEmbeddings(table, flat, mixed, feedback, scalars);
    };
    const hidden = hiddenRows(weights, config, ids, bias, { positions }, { embed });
    const logits = head(weights, config, hidden) as tf.Tensor2D;
    const next = feedbackOf(logits, maskTokenId, k);
    return {
      logits: tf.reshape<tf.Rank.R3>(logits, [b, r, config.vocabSize]),
      tokens: tf.reshape(next.tokens, [b, r, k]),
      shares: tf.reshape(next.shares, [b, r, k]),
      entropies: tf.reshape(next.entropies, [b, r]),
    };
  };
  return compile((weights: Weights, asked: Asked) => perCore(asked, part => answer(weights, part)), {
    name: "soft-masked denoiser",
    ...options,
  });
}

function emptyMemory(t: number, k: number): Memory {
  return {
    ...{ predicted: new Float32Array(t), entropies: new Float32Array(t) },
    ...{ tokens: new Int32Array(t * k), shares: new Float32Array(t * k) },
  };
}

function memoryTensors(memories: readonly Memory[], b: number, t: number, k: number): Remembered {
  const joined = <A extends Float32Array | Int32Array>(whole: A, part: (memory: Memory) => A): A => {
    memories.forEach((memory, i) => whole.set(part(memory), (i * whole.length) / b));
    return whole;
  };
  const floats = (length: number, part: (memory: Memory) => Float32Array) =>
    joined(new Float32Array(length), part);
  return {
    predicted: tf.tensor2d(
      floats(b * t, memory => memory.predicted),
      [b, t],
    ),
    entropies: tf.tensor2d(
      floats(b * t, memory => memory.entropies),
      [b, t],
    ),
    tokens: tf.tensor3d(
      joined(new Int32Array(b * t * k), memory => memory.tokens),
      [b, t, k],
      "int32",
    ),
    shares: tf.tensor3d(
      floats(b * t * k, memory => memory.shares),
      [b, t, k],
    ),
  };
}

/**
 * What was said about the positions asked for of the i-th sequence.
 * @param said tokens and shares [B, R, k], entropies [B, R]
 */
function memoryOf(
  [tokens, shares, entropies]: readonly ArrayLike<number>[],
  i: number,
  positions: readonly number[],
  t: number,
  k: number,
): Memory {
  const memory = emptyMemory(t, k);
  positions.forEach((position, j) => {
    const row = i * positions.length + j;
    memory.predicted[position] = 1;
    memory.entropies[position] = entropies[row];
    for (let rank = 0; rank < k; rank++) {
      memory.tokens[position * k + rank] = tokens[row * k + rank];
      memory.shares[position * k + rank] = shares[row * k + rank];
    }
  });
  return memory;
}
