/**
 * Decoding with soft masks (arXiv 2510.17206 [C]): what a step said about a position that stays masked is mixed into the
 * input of the next. The first step sees plain masks. A denoiser for `decode` like any other, but with a memory. Training
 * mixes in what a pass over the same canvas said, decoding what one over a more masked canvas did.
 */
import * as tf from "@tensorflow/tfjs-core";
import { compile, type CompileOptions } from "../compile/compile.js";
import { cut, join, partCount } from "../compile/parts.js";
import { paddingBias } from "../model/attention-mask.js";
import type { Denoiser } from "../model/denoiser.js";
import { feedbackOf, softEmbeddings, type Feedback, type SoftMasking } from "../model/soft-masking.js";
import type { Parameters as Weights } from "../model/parameters.js";
import { head, hiddenRows, predictingPosition, type Embed } from "../model/transformer.js";
import type { DecodingDenoiser, RememberedLogits } from "./types.js";

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

/** Logits [B, R, V] at positions [B, R] under soft inputs, and what they say for the next step, [B, R, k] and [B, R]. */
function softGraph(
  { config, parameters, maskTokenId }: Denoiser,
  { k, strength, steepness, offset }: SoftMasking,
  options: Partial<CompileOptions>,
) {
  const names = [...parameters.keys()];
  const answer = (named: Weights, [ids, heard, entropies, tokens, shares, positions, bias]: tf.Tensor[]) => {
    const [b, r] = positions.shape as [number, number];
    const scalars = [strength, steepness, offset].map(value => tf.scalar(value));
    const feedback: Feedback = {
      entropies: tf.reshape<tf.Rank.R1>(entropies, [ids.size]),
      tokens: tf.reshape<tf.Rank.R2>(tokens, [ids.size, k]),
      shares: tf.reshape<tf.Rank.R2>(shares, [ids.size, k]),
    };
    const embed: Embed = (table, flat) => {
      const masked = tf.cast(tf.equal<tf.Tensor1D>(flat, maskTokenId), "float32");
      const mixed = tf.mul<tf.Tensor1D>(tf.reshape(heard, [ids.size]), masked);
      return softEmbeddings(table, flat, mixed, feedback, scalars);
    };
    const read = { positions: positions as tf.Tensor2D };
    const hidden = hiddenRows(named, config, ids as tf.Tensor2D, (bias as tf.Tensor4D | undefined) ?? null, read, { embed }); // prettier-ignore
    const logits = head(named, config, hidden) as tf.Tensor2D;
    const next = feedbackOf(logits, maskTokenId, k);
    return [
      tf.reshape(logits, [b, r, config.vocabSize]),
      tf.reshape(next.tokens, [b, r, k]),
      tf.reshape(next.shares, [b, r, k]),
      tf.reshape(next.entropies, [b, r]),
    ];
  };
  return compile(
    (...inputs: tf.Tensor[]) => {
      const named = new Map(names.map((name, i) => [name, inputs[i]]));
      const rest = inputs.slice(names.length);
      const parts = partCount(rest[0].shape[0], options.mode ?? "graph");
      const cuts = rest.map(tensor => cut(tensor, parts));
      const answers = Array.from({ length: parts }, (_, i) =>
        answer(
          named,
          cuts.map(pieces => pieces[i]),
        ),
      );
      return answers[0].map((_, output) => join(answers.map(found => found[output])));
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

/** The memories of a batch as one: [B, T] heard and entropies, [B, T, k] tokens and shares. */
function memoryTensors(memories: readonly Memory[], b: number, t: number, k: number): tf.Tensor[] {
  const joined = <A extends Float32Array | Int32Array>(whole: A, part: (memory: Memory) => A): A => {
    memories.forEach((memory, i) => whole.set(part(memory), (i * whole.length) / b));
    return whole;
  };
  return [
    tf.tensor2d(
      joined(new Float32Array(b * t), memory => memory.heard),
      [b, t],
    ),
    tf.tensor2d(
      joined(new Float32Array(b * t), memory => memory.entropies),
      [b, t],
    ),
    tf.tensor3d(
      joined(new Int32Array(b * t * k), memory => memory.tokens),
      [b, t, k],
      "int32",
    ),
    tf.tensor3d(
      joined(new Float32Array(b * t * k), memory => memory.shares),
      [b, t, k],
    ),
  ];
}

/** What was said about the positions asked for of the i-th sequence. @param said tokens and shares [B, R, k], entropies [B, R] */
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
