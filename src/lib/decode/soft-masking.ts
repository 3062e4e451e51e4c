/**
 * Decoding with soft masks (arXiv 2510.17206 [C]): what a step said about a position that stays masked is mixed into the
 * input of the next. The first step sees plain masks. A denoiser for `decode` like any other, but with a memory. Training
 * mixes in what a pass over the same canvas said, decoding what one over a more masked canvas did.
 */
import * as tf from "@tensorflow/tfjs-core";
import { compile, type CompileOptions } from "../compile/compile.js";
import { paddingBias } from "../model/attention-mask.js";
import type { Denoiser } from "../model/denoiser.js";
import { feedbackOf, softEmbeddings, type Feedback, type SoftMasking } from "../model/soft-masking.js";
import { head, hiddenRows, predictingPosition } from "../model/transformer.js";
import type { DecodingDenoiser, RememberedLogits } from "./masked-logits.js";

/** What the last step said about every position of one sample's canvas, [T] and [T * k]. */
interface Memory {
  readonly heard: Float32Array;
  readonly entropies: Float32Array;
  readonly tokens: Int32Array;
  readonly shares: Float32Array;
}

/** A denoiser with soft masks. `denoiser` is borrowed; the graphs recorded here are the caller's to dispose. */
export function softlyMasked(
  denoiser: Denoiser,
  soft: SoftMasking,
  options: Partial<CompileOptions> = {},
): DecodingDenoiser & { dispose(): void } {
  const graph = softGraph(denoiser, soft, options);
  const { vocabSize, maskTokenId, padTokenId } = denoiser;
  const weights = [...denoiser.parameters.values()];

  const remember = (): RememberedLogits => {
    const memories = new Map<number, Memory>();
    return (ids, real, positions, samples) => {
      const [b, t] = ids.shape;
      const of = samples.map(sample => memories.get(sample) ?? emptyMemory(t, soft.k));
      const [logits, tokens, shares, entropies] = tf.tidy(() => {
        const asked = tf.tensor2d(
          positions.map(list => list.map(p => predictingPosition(denoiser.config, p))),
          undefined,
          "int32",
        );
        const inputs = [...memoryTensors(of, b, t, soft.k), asked];
        return graph(...weights, ids, ...inputs, ...(real === null ? [] : [paddingBias(real)]));
      });
      const said = [tokens, shares, entropies].map(tensor => tensor.dataSync());
      tf.dispose([tokens, shares, entropies]);
      samples.forEach((sample, i) => memories.set(sample, memoryOf(said, i, positions[i], t, soft.k)));
      return logits as tf.Tensor3D;
    };
  };
  return {
    ...{ vocabSize, maskTokenId, padTokenId, remember },
    logitsAt: (ids, real, positions) => denoiser.logitsAt(ids, real, positions),
    dispose: () => graph.dispose(),
  };
}

/** Logits at positions [B, R] under soft inputs, and what they say for the next step. */
function softGraph(
  { config, parameters, maskTokenId }: Denoiser,
  { k, strength, steepness, offset }: SoftMasking,
  options: Partial<CompileOptions>,
) {
  const names = [...parameters.keys()];
  return compile(
    (...inputs: tf.Tensor[]) => {
      const named = new Map(names.map((name, i) => [name, inputs[i]]));
      const [ids, heard, entropies, tokens, shares, positions, bias] = inputs.slice(names.length);
      const [b, r] = positions.shape as [number, number];
      const scalars = [strength, steepness, offset].map(value => tf.scalar(value));
      const hidden = hiddenRows(
        named,
        config,
        ids as tf.Tensor2D,
        (bias ?? null) as tf.Tensor4D | null,
        { positions: positions as tf.Tensor2D },
        (table, flat) => {
          const mixed = tf.mul<tf.Tensor1D>(heard, tf.cast(tf.equal(flat, maskTokenId), "float32"));
          const feedback = { tokens, shares, entropies } as Feedback;
          return softEmbeddings(table, flat, mixed, feedback, scalars);
        },
      );
      const logits = head(named, config, hidden) as tf.Tensor2D;
      const next = feedbackOf(logits, maskTokenId, k);
      return [tf.reshape(logits, [b, r, config.vocabSize]), next.tokens, next.shares, next.entropies];
    },
    { name: "soft-masked denoiser", ...options },
  );
}

function emptyMemory(t: number, k: number): Memory {
  return {
    ...{ heard: new Float32Array(t), entropies: new Float32Array(t) },
    ...{ tokens: new Int32Array(t * k), shares: new Float32Array(t * k) },
  };
}

/** The memories of a batch as one: [B * T] heard and entropies, [B * T, k] tokens and shares. */
function memoryTensors(memories: readonly Memory[], b: number, t: number, k: number): tf.Tensor[] {
  const joined = <A extends Float32Array | Int32Array>(whole: A, part: (memory: Memory) => A): A => {
    memories.forEach((memory, i) => whole.set(part(memory), (i * whole.length) / b));
    return whole;
  };
  return [
    tf.tensor1d(joined(new Float32Array(b * t), memory => memory.heard)),
    tf.tensor1d(joined(new Float32Array(b * t), memory => memory.entropies)),
    tf.tensor2d(
      joined(new Int32Array(b * t * k), memory => memory.tokens),
      [b * t, k],
      "int32",
    ),
    tf.tensor2d(
      joined(new Float32Array(b * t * k), memory => memory.shares),
      [b * t, k],
    ),
  ];
}

/** What was said about the positions asked for of the i-th sequence. @param said tokens and shares [B * R, k], entropies [B * R] */
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
    memory.heard[position] = 1;
    memory.entropies[position] = entropies[row];
    for (let rank = 0; rank < k; rank++) {
      memory.tokens[position * k + rank] = tokens[row * k + rank];
      memory.shares[position * k + rank] = shares[row * k + rank];
    }
  });
  return memory;
}
