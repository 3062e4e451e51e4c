/**
 * Passes that keep the keys and values of every layer, and passes over some positions that attend to them: what a
 * block-wise approximate cache needs (Fast-dLLM, arXiv 2505.22618 [P]; its public code [C]). Keys are kept before their
 * rotation and turned at their absolute positions by every pass [R]: a few products more, and one attention serves all.
 */
import * as tf from "@tensorflow/tfjs-core";
import { compile, type Compiled, type CompileOptions } from "../compile/compile.js";
import { cut, join, partCount } from "../compile/parts.js";
import { paddingBias } from "./attention-mask.js";
import type { DenoiserConfig } from "./config.js";
import type { Parameters } from "./parameters.js";
import { alignShift, head, hiddenRows, hiddenStates, predictingPosition } from "./transformer.js";

/** A pass over some positions of sequences whose other positions are in a store; borrowed tensors. */
export interface PartialPass {
  /** [B, Q] int32 */
  readonly ids: tf.Tensor2D;
  /** [B][Q] absolute positions of `ids` */
  readonly positions: readonly (readonly number[])[];
  /** [B, T], 1 for tokens, 0 for left padding; null when nothing is padded */
  readonly real: tf.Tensor2D | null;
  /** T */
  readonly length: number;
  /** what `storingLogits` returned, of any number of sequences */
  readonly store: readonly tf.Tensor2D[];
  /** [B] the sequence of the store that each of them goes on */
  readonly sequences: readonly number[];
}

export interface CachedPasses {
  /**
   * A pass over all positions, as `logitsAt`.
   * @returns logits [B, R, V], then keys and values [B * T, K * width], one layer after the other; all are the caller's
   */
  storingLogits(
    ids: tf.Tensor2D,
    real: tf.Tensor2D | null,
    positions: readonly (readonly number[])[],
  ): tf.Tensor[];
  /**
   * Logits aligned to the queried positions [B, Q, V]. Their own keys and values are fresh, all others the store's. Under
   * the shift row 0 would need the state before the first of them and repeats that of the first, as in the public code.
   */
  cachedLogits(pass: PartialPass): tf.Tensor3D;
}

/**
 * @param graphs recorded so far, by kind; they are the caller's to dispose
 * @param maxGraphs kept of one kind
 */
export function cachedPasses(
  config: DenoiserConfig,
  parameters: Parameters,
  options: Partial<CompileOptions>,
  graphs: Map<string, Compiled>,
  maxGraphs: number,
): CachedPasses {
  const names = [...parameters.keys()];
  const tensors = [...parameters.values()];

  /** A graph of the parameters, `count` tensors cut along the batch, and what every part sees whole. */
  function graphOf(kind: string, count: number, part: Part): Compiled {
    const known = graphs.get(kind);
    if (known !== undefined) return known;
    const graph = compile(
      (...inputs: tf.Tensor[]) => {
        const named = new Map(names.map((name, i) => [name, inputs[i]]));
        const own = inputs.slice(names.length, names.length + count);
        const parts = partCount(own[0].shape[0], options.mode ?? "graph");
        const pieces = own.map(tensor => cut(tensor, parts));
        const outputs = Array.from({ length: parts }, (_, i) =>
          part(
            named,
            pieces.map(list => list[i]),
            inputs.slice(names.length + count),
          ),
        );
        return outputs[0].map((_, k) => join(outputs.map(tensors => tensors[k])));
      },
      { name: `denoiser ${kind}`, maxGraphs, ...options },
    );
    graphs.set(kind, graph);
    return graph;
  }

  const storing: Part = (named, [ids, at, bias]) => {
    const store: tf.Tensor2D[] = [];
    const read = { positions: at as tf.Tensor2D };
    const hidden = hiddenRows(named, config, ids as tf.Tensor2D, asBias(bias), read, { store });
    return [tf.reshape(head(named, config, hidden), [...at.shape, config.vocabSize]), ...store];
  };

  const cached: Part = (named, [ids, at, source, isOwn, bias], store) => {
    const [b, q] = ids.shape;
    const length = source.shape[1] as number;
    const starts = tf.reshape(tf.range(0, b * q, q, "int32"), [b, 1]);
    const rows: tf.Tensor1D = tf.reshape(tf.add(source, tf.mul(isOwn, starts)), [b * length]);
    const hidden = hiddenStates(named, config, ids as tf.Tensor2D, asBias(bias), undefined, {
      span: { positions: at as tf.Tensor2D, length },
      keysValues: (layer, own) =>
        own.map((fresh, i) => tf.gather(tf.concat([store[2 * layer + i] as tf.Tensor2D, fresh], 0), rows)),
    });
    return [head(named, config, alignShift(config, hidden))];
  };

  return {
    storingLogits: (ids, real, positions) =>
      tf.tidy(() => {
        const at = positions.map(list => list.map(position => predictingPosition(config, position)));
        const inputs = [ids, tf.tensor2d(at, undefined, "int32"), ...biasOf(real)];
        return graphOf(kindOf("storing", real), inputs.length, storing)(...tensors, ...inputs);
      }),
    cachedLogits: pass =>
      tf.tidy(() => {
        const { ids, positions, real, store } = pass;
        const at = tf.tensor2d(positions as number[][], undefined, "int32");
        const inputs = [ids, at, ...sourceOf(pass), ...biasOf(real)];
        const graph = graphOf(kindOf("cached", real), inputs.length, cached);
        return graph(...tensors, ...inputs, ...store)[0] as tf.Tensor3D;
      }),
  };
}

/** @returns outputs with the batch first */
type Part = (
  parameters: Parameters,
  own: readonly tf.Tensor[],
  shared: readonly tf.Tensor[],
) => readonly tf.Tensor[];

const kindOf = (kind: string, real: tf.Tensor2D | null) => (real === null ? kind : `${kind}+bias`);
const biasOf = (real: tf.Tensor2D | null) => (real === null ? [] : [paddingBias(real)]);
const asBias = (bias: tf.Tensor | undefined) => (bias === undefined ? null : (bias as tf.Tensor4D));

/**
 * Where every position's keys and values come from, [B, T]: a row of the store, or behind its last row the place among the
 * queried positions of the same sequence; and 1 where the latter.
 */
function sourceOf({ positions, length, store, sequences }: PartialPass): [tf.Tensor2D, tf.Tensor2D] {
  const [stored] = store[0].shape;
  const source = Int32Array.from(
    { length: sequences.length * length },
    (_, i) => sequences[Math.floor(i / length)] * length + (i % length),
  );
  const isOwn = new Int32Array(source.length);
  positions.forEach((list, b) =>
    list.forEach((position, j) => {
      source[b * length + position] = stored + j;
      isOwn[b * length + position] = 1;
    }),
  );
  const shape: [number, number] = [sequences.length, length];
  return [tf.tensor2d(source, shape, "int32"), tf.tensor2d(isOwn, shape, "int32")];
}
