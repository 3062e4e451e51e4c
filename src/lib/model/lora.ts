/**
 * An adapter: its tensors, and a base's parameters with it. `adapted` is a pure function of tensors, through
 * which a loss has a gradient with respect to the adapter's; computed once it is the merging.
 */
import * as tf from "@tensorflow/tfjs-core";
import type { DenoiserConfig } from "./config.js";
import { detach } from "./detached.js";
import { timesWeight } from "./linear.js";
import type { LoraConfig } from "./lora-config.js";
import type { Parameters } from "./parameters.js";
import { takeRows } from "./rows.js";
import type { Beside, Embed } from "./transformer.js";

/** What an adapter does to one parameter of the base. */
export type Change =
  | {
      /** W + scale B A, of a table its transpose; with a magnitude every row of it has that length (DoRA) */
      readonly kind: "low-rank";
      readonly parameter: string;
      readonly scale: number;
      readonly isTable: boolean;
      /** names of tensors */
      readonly a: string;
      readonly b: string;
      readonly magnitude?: string;
    }
  /** a copy in place of it */
  | { readonly kind: "copy"; readonly parameter: string; readonly tensor: string }
  /** some of its rows replaced */
  | {
      readonly kind: "rows";
      readonly parameter: string;
      readonly tensor: string;
      readonly ids: readonly number[];
    };

export interface Adapter {
  readonly config: LoraConfig;
  readonly changes: readonly Change[];
  /** by their names in adapter_model.safetensors; the adapter's to dispose */
  readonly tensors: ReadonlyMap<string, tf.Tensor>;
}

/**
 * The base's parameters as the adapter changes them; what it does not touch is the base's own tensor.
 * @param tensors the adapter's, or stand-ins of the same names and shapes
 */
export function applyAdapter(
  base: Parameters,
  { changes, tensors: own }: Adapter,
  tensors: ReadonlyMap<string, tf.Tensor> = own,
): Map<string, tf.Tensor> {
  const result = new Map(base);
  const tensor = (name: string) => tensors.get(name) as tf.Tensor;
  for (const change of changes) {
    // An untied head begins as the embedding that it was tied to.
    const weight = (result.get(change.parameter) ?? result.get("model.embed_tokens.weight")) as tf.Tensor2D;
    result.set(change.parameter, applyChange(weight, change, tensor));
  }
  return result;
}

function applyChange(weight: tf.Tensor2D, change: Change, tensor: (name: string) => tf.Tensor): tf.Tensor {
  switch (change.kind) {
    case "copy":
      return tf.clone(tensor(change.tensor));
    case "rows":
      return withRows(weight, tensor(change.tensor) as tf.Tensor2D, change.ids);
    case "low-rank": {
      const [a, b] = [tensor(change.a), tensor(change.b)] as [tf.Tensor2D, tf.Tensor2D];
      const product: tf.Tensor2D = change.isTable ? tf.matMul(a, b, true, true) : tf.matMul(b, a);
      const sum: tf.Tensor2D = tf.add(weight, tf.mul(product, change.scale));
      return change.magnitude === undefined ? sum : ofLength(sum, tensor(change.magnitude) as tf.Tensor1D);
    }
  }
}

/**
 * Every row of [out, in] with the length given; the length
 * that it had is a constant to the gradient, as in PEFT.
 */
function ofLength(rows: tf.Tensor2D, lengths: tf.Tensor1D): tf.Tensor2D {
  const had = detach(tf.sqrt(tf.sum<tf.Tensor2D>(tf.square(rows), 1, true)));
  return tf.mul(rows, tf.div(tf.reshape(lengths, [-1, 1]), had));
}

/** In one pass over the table: its stretches between the rows that are replaced, and those rows. */
function withRows(table: tf.Tensor2D, rows: tf.Tensor2D, ids: readonly number[]): tf.Tensor2D {
  const [count, width] = table.shape;
  const ascending = ids.map((id, i) => ({ id, i })).sort((a, b) => a.id - b.id);
  const pieces = ascending.flatMap(({ id, i }, n) => {
    const start = n === 0 ? 0 : ascending[n - 1].id + 1;
    return [tf.slice(table, [start, 0], [id - start, width]), tf.slice(rows, [i, 0], [1, width])];
  });
  const end = ascending[ascending.length - 1].id + 1;
  pieces.push(tf.slice(table, [end, 0], [count - end, width]));
  return tf.concat(pieces.filter(piece => piece.shape[0] > 0));
}

/**
 * The shape of the adapted model: a head that the adapter
 * changes apart from the embedding is no longer tied to it.
 */
export function adaptedConfig(
  config: DenoiserConfig,
  { changes, config: { keepsTying } }: Pick<Adapter, "changes" | "config">,
): DenoiserConfig {
  const apart = changes.some(
    ({ kind, parameter }) =>
      parameter === "lm_head.weight" ||
      (parameter === "model.embed_tokens.weight" && kind !== "rows" && !keepsTying),
  );
  return config.tieWordEmbeddings && apart ? { ...config, tieWordEmbeddings: false } : config;
}

/** Which parameters an adapter changes. */
export function changedParameters({ changes }: Pick<Adapter, "changes">): ReadonlySet<string> {
  return new Set(changes.map(({ parameter }) => parameter));
}

/**
 * What an adapter's low-rank changes add to the products of a base's layers, x A^T B^T scaled: the same as
 * with merged weights up to rounding, and a gradient for A and B that needs none for the weight.
 * @param tensors the adapter's, or stand-ins of the same names and shapes
 * @throws Error for changes of other kinds than the plain low-rank ones of layers and rows of the embedding
 */
export function besideWeights(
  { changes }: Pick<Adapter, "changes">,
  tensors: ReadonlyMap<string, tf.Tensor>,
): Beside {
  const plain = new Map(
    changes.flatMap(change => {
      if (change.kind === "rows") return [];
      if (change.kind === "copy" || change.isTable || change.magnitude !== undefined)
        throw new Error(`internal: the change of ${change.parameter} cannot stand beside it.`);
      return [[change.parameter, change] as const];
    }),
  );
  const tensor = (name: string) => tensors.get(name) as tf.Tensor2D;
  return (module, x) => {
    const change = plain.get(`${module}.weight`);
    if (change === undefined) return null;
    return timesWeight(tf.mul(timesWeight(x, tensor(change.a)), change.scale), tensor(change.b));
  };
}

/**
 * Input embeddings in which the rows that an adapter trains stand in place of the table's, without a copy of
 * the table: as in `applyAdapter` for what the model reads, and a gradient for those rows alone.
 */
export function embedWithRows(
  { changes }: Pick<Adapter, "changes">,
  tensors: ReadonlyMap<string, tf.Tensor>,
): Embed {
  return (table, ids) =>
    trainedRows(changes).reduce(
      (x, { tensor, ids: trained }) => {
        const own = tensors.get(tensor) as tf.Tensor2D;
        return trained.reduce((y, id, i) => {
          const here = tf.reshape(tf.cast(tf.equal(ids, id), "float32"), [-1, 1]);
          return tf.add(tf.mul(y, tf.sub(1, here)), tf.mul(tf.slice(own, [i, 0], [1, -1]), here));
        }, x);
      },
      takeRows(table, ids),
    );
}

/** The changes that replace rows of the embedding. */
function trainedRows(changes: readonly Change[]): (Change & { readonly kind: "rows" })[] {
  return changes.filter(
    change => change.kind === "rows" && change.parameter === "model.embed_tokens.weight",
  ) as (Change & { readonly kind: "rows" })[];
}
