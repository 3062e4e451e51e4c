/**
 * Passes that keep the keys and values of every layer, and passes over some positions that attend to them:
 * what a block-wise approximate cache needs (Fast-dLLM, arXiv 2505.22618 [P]; its public code [C]), and what
 * plain AR decoding does, of which nothing is approximate. Keys are kept before their rotation and turned at
 * their absolute positions by every pass [R]: a few products more, and one attention serves all.
 */
import * as tf from "@tensorflow/tfjs-core";
import { compile, type Compiled, type CompileOptions } from "../compile/compile.js";
import { perCore } from "../compile/parts.js";
import { tidyTree } from "../compile/trees.js";
import { Rng } from "../core/rng.js";
import { attentionBias, paddingBias } from "./attention-mask.js";
import type { DenoiserConfig } from "./config.js";
import type { Parameters } from "./parameters.js";
import { alignShift, head, hiddenRows, hiddenStates, predictingPosition } from "./transformer.js";

/** Sequences of which a cache keeps keys and values; borrowed tensors. */
interface InCache {
  /** [B, T], 1 for tokens, 0 for left padding; null when nothing is padded */
  readonly attentionMask: tf.Tensor2D | null;
  /** T */
  readonly length: number;
  /** what a pass over all positions kept, of any number of sequences */
  readonly kvCache: readonly tf.Tensor2D[];
  /** [B] the sequence of the cache that each of them goes on */
  readonly sequences: readonly number[];
}

/** A pass over some positions of sequences whose other positions are in a cache. */
export interface PartialPass extends InCache {
  /** [B, Q] int32 */
  readonly ids: tf.Tensor2D;
  /** [B][Q] absolute positions of `ids` */
  readonly positions: readonly (readonly number[])[];
}

/** The next token of sequences that are known up to `position`. */
export interface NextTokenPass extends InCache {
  /** [B, 1] int32, the tokens at `position` - 1 */
  readonly ids: tf.Tensor2D;
  /** of the next token, 1 to T */
  readonly position: number;
}

/** All of it is the caller's. */
export interface NextTokenLogits {
  /** [B, V] */
  readonly logits: tf.Tensor2D;
  /** keys and values [B * T, K * width], one layer after the other */
  readonly kvCache: readonly tf.Tensor2D[];
}

export interface CachedPasses {
  /**
   * A pass over all positions, as `logitsAt`.
   * @returns logits [B, R, V], then keys and values [B * T, K * width], one layer after the other; all are
   *   the caller's
   */
  storingLogits(
    ids: tf.Tensor2D,
    attentionMask: tf.Tensor2D | null,
    positions: readonly (readonly number[])[],
  ): tf.Tensor[];
  /**
   * Logits aligned to the queried positions [B, Q, V]. Their own keys and values are fresh, all others the
   * cache's. Under the shift row 0 would need the state before the first of them and repeats that of the
   * first, as in the public code.
   */
  cachedLogits(pass: PartialPass): tf.Tensor3D;
  /**
   * Logits of the token at `position` (1 to T) given those before it, under causal attention: the first pass
   * of plain AR decoding. What stands at `position` and after does not matter, and is in the cache until
   * `nextTokenLogits` puts something else in its place.
   * @param ids [B, T] int32
   */
  prefillLogits(ids: tf.Tensor2D, attentionMask: tf.Tensor2D | null, position: number): NextTokenLogits;
  /** The same for one token more, from what a pass before it kept: equal up to rounding, for a T-th. */
  nextTokenLogits(pass: NextTokenPass): NextTokenLogits;
}

/** Recorded so far, by kind of question. */
export type Graphs = Map<string, Compiled>;

export function disposeGraphs(graphs: Graphs): void {
  for (const graph of graphs.values()) graph.dispose();
  graphs.clear();
}

/** What a pass sees of a batch, or of a part of it. */
interface Seen {
  readonly ids: tf.Tensor2D;
  /** [B, Q] int32 */
  readonly at: tf.Tensor2D;
  readonly bias: tf.Tensor4D | null;
  /** where keys and values come from (`sourceOf`); null where all are computed */
  readonly source: { readonly row: tf.Tensor2D; readonly isOwn: tf.Tensor2D } | null;
}

/** Every part sees the whole cache. @returns outputs with the batch first */
type Pass = (parameters: Parameters, seen: Seen, kvCache: readonly tf.Tensor2D[]) => tf.Tensor[];

/**
 * @param graphs the caller's to dispose
 * @param maxGraphs kept of one kind
 */
export function cachedPasses(
  config: DenoiserConfig,
  parameters: Parameters,
  options: Partial<CompileOptions>,
  graphs: Graphs,
  maxGraphs: number,
): CachedPasses {
  function run(kind: string, pass: Pass, seen: Seen, kvCache: readonly tf.Tensor2D[]): tf.Tensor[] {
    const key = seen.bias === null ? kind : `${kind}+bias`;
    let graph = graphs.get(key) as Compiled<Pass> | undefined;
    if (graph === undefined) {
      const whole: Pass = (p, batch, shared) => perCore(batch, part => pass(p, part, shared));
      graph = compile(whole, { name: `denoiser ${key}`, maxGraphs, ...options });
      graphs.set(key, graph);
    }
    return graph(parameters, seen, kvCache);
  }

  const storing: Pass = (p, { ids, at, bias }) => {
    const kvCache: tf.Tensor2D[] = [];
    const hidden = hiddenRows(p, config, ids, bias, { positions: at }, { kvCache });
    return [tf.reshape(head(p, config, hidden), [...at.shape, config.vocabSize]), ...kvCache];
  };

  const hiddenAfter = (
    p: Parameters,
    { ids, at, bias, source }: Seen,
    before: readonly tf.Tensor2D[],
    kvCache?: tf.Tensor2D[],
  ): tf.Tensor3D => {
    const { row, isOwn } = source as NonNullable<Seen["source"]>;
    const [b, q] = ids.shape;
    const [, length] = row.shape;
    const starts = tf.reshape(tf.range(0, b * q, q, "int32"), [b, 1]);
    const rows: tf.Tensor1D = tf.reshape(tf.add(row, tf.mul(isOwn, starts)), [b * length]);
    return hiddenStates(p, config, ids, bias, undefined, {
      span: { positions: at, length },
      keysValues: (layer, own) =>
        own.map((fresh, i) => tf.gather(tf.concat([before[2 * layer + i], fresh], 0), rows)),
      kvCache,
    });
  };

  const cached: Pass = (p, seen, before) => [
    head(p, config, alignShift(config, hiddenAfter(p, seen, before))),
  ];

  const next: Pass = (p, seen, before) => {
    const kvCache: tf.Tensor2D[] = [];
    const hidden = hiddenAfter(p, seen, before, kvCache);
    return [head(p, config, hidden), ...kvCache];
  };

  const nextToken = ([logits, ...kvCache]: tf.Tensor[]): NextTokenLogits => ({
    logits: tf.squeeze<tf.Tensor2D>(logits, [1]),
    kvCache: kvCache as tf.Tensor2D[],
  });

  return {
    storingLogits: (ids, attentionMask, positions) =>
      tf.tidy(() => {
        const at = positions.map(list => list.map(position => predictingPosition(config, position)));
        const seen = {
          ids,
          at: tf.tensor2d(at, undefined, "int32"),
          bias: biasOf(attentionMask),
          source: null,
        };
        return run("storing", storing, seen, []);
      }),
    cachedLogits: pass =>
      tf.tidy(() => {
        const { ids, attentionMask, kvCache } = pass;
        const at = tf.tensor2d(pass.positions as number[][], undefined, "int32");
        const seen = { ids, at, bias: biasOf(attentionMask), source: sourceOf(pass) };
        return run("cached", cached, seen, kvCache)[0] as tf.Tensor3D;
      }),
    prefillLogits: (ids, attentionMask, position) =>
      tidyTree(() => {
        const [b, t] = ids.shape;
        const causal = attentionBias(t, 0, Rng.fromSeed(0));
        const bias =
          attentionMask === null ? causal : tf.add<tf.Tensor4D>(causal, paddingBias(attentionMask));
        const seen = { ids, at: tf.fill<tf.Rank.R2>([b, 1], position - 1, "int32"), bias, source: null };
        return nextToken(run("storing", storing, seen, []));
      }),
    nextTokenLogits: ({ position, ...pass }) =>
      tidyTree(() => {
        const { ids, attentionMask, length, kvCache } = pass;
        const at = position - 1;
        const past = tf.tensor2d([Array.from({ length }, (_, i) => (i <= at ? 1 : 0))], undefined, "int32");
        const seen = {
          ids,
          at: tf.fill<tf.Rank.R2>([ids.shape[0], 1], at, "int32"),
          bias: paddingBias(attentionMask === null ? past : tf.mul(attentionMask, past)),
          source: sourceOf({ ...pass, positions: pass.sequences.map(() => [at]) }),
        };
        return nextToken(run("next", next, seen, kvCache));
      }),
  };
}

const biasOf = (attentionMask: tf.Tensor2D | null) =>
  attentionMask === null ? null : paddingBias(attentionMask);

/**
 * Where every position's keys and values come from, [B, T]: a row of the cache, or behind its last row the
 * place among the queried positions of the same sequence; and 1 where the latter.
 */
function sourceOf({
  positions,
  length,
  kvCache,
  sequences,
}: Omit<PartialPass, "ids">): NonNullable<Seen["source"]> {
  const [stored] = kvCache[0].shape;
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
  return { row: tf.tensor2d(source, shape, "int32"), isOwn: tf.tensor2d(isOwn, shape, "int32") };
}
