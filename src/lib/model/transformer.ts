/**
 * The forward pass: RMSNorm, rotary positions, grouped-query attention, SwiGLU, as in Qwen2, Llama and Dream.
 * Pure functions of tensors, so that `compile` can record them; what stands around the matrix products has
 * gradients by hand. Departures from the public code: positions are never renumbered under left padding
 * (rotary attention is relative, the rows are equal), the shift is undone on hidden states, before the head,
 * so that row i of the logits always predicts token i, and where only some rows are read the last layer
 * computes no others.
 */
import * as tf from "@tensorflow/tfjs-core";
import { roundsProducts } from "../compile/native-operation.js";
import { attend, pairRows, type Rotations } from "./attention.js";
import { headDim, type DenoiserConfig } from "./config.js";
import { asStored, heldRows, isHeld, type Weight } from "./held-weight.js";
import { timesWeight } from "./linear.js";
import { headName, type Parameters } from "./parameters.js";
import { rmsNorm } from "./rms-norm.js";
import { rotary, rotaryAt } from "./rotary.js";
import { takeRows } from "./rows.js";
import { gatedSilu } from "./swiglu.js";

/** Where a pass differs from one over whole sequences that keeps nothing (`cached-passes.ts`). */
export interface PassOptions {
  /**
   * the rows are these positions [B, Q] of sequences of
   * `length` T, whose keys and values `keysValues` supplies
   */
  readonly span?: { readonly positions: tf.Tensor2D; readonly length: number };
  /**
   * What a layer attends to, [B * T, K * width] each, in place of its
   * own keys (before their rotation) and values [rows, K * width].
   */
  readonly keysValues?: (layer: number, own: readonly [tf.Tensor2D, tf.Tensor2D]) => readonly tf.Tensor2D[];
  /** gets the keys (before their rotation) and values that every layer attends to, in turn; the caller's */
  readonly kvCache?: tf.Tensor2D[];
  /** [B, T] int32, where not every row's positions run from 0: queries and keys are turned by these */
  readonly positionIds?: tf.Tensor2D;
  /** in place of the rows of the table: soft masks mix some of them */
  readonly embed?: Embed;
  /** added to the products with weights of the layers, which stay as they are: an adapter's */
  readonly beside?: Beside;
}

/** What is added to rows [N, out] that a module, "model.layers.0.mlp.up_proj", makes of x [N, in]. */
export type Beside = (module: string, x: tf.Tensor2D) => tf.Tensor2D | null;

/** Input embeddings [rows, D] of ids [rows], from the table [V, D]. */
export type Embed = (table: tf.Tensor2D, ids: tf.Tensor1D) => tf.Tensor2D;

/**
 * Hidden states after the last layer and the final norm [B, T, D].
 * @param ids [B, T] int32; [B, Q] of a span
 * @param bias additive attention bias, [1 or B, 1, 1 or
 *   T, T] (`attention-mask.ts`), or null for full attention
 * @param onLayer called with the embeddings, then with
 *   each layer's output (the last one after the final norm)
 */
export function hiddenStates(
  params: Parameters,
  config: DenoiserConfig,
  ids: tf.Tensor2D,
  bias: tf.Tensor4D | null,
  onLayer?: (hidden: tf.Tensor3D) => void,
  pass: PassOptions = {},
): tf.Tensor3D {
  const shape: [number, number, number] = [...ids.shape, config.hiddenSize];
  const model = layersOf(params, config, ids.shape, bias, pass);
  let x = embeddings(params, ids, pass.embed);
  for (let i = 0; i < config.layers; i++) {
    onLayer?.(tf.reshape(x, shape));
    x = model.layer(i, x, null);
  }
  const out: tf.Tensor3D = tf.reshape(model.finalNorm(x), shape);
  onLayer?.(out);
  return out;
}

/** Which hidden states are read: as many of every sequence, [B, R] positions, or any, [R] rows of [B * T]. */
export type ReadRows =
  | { readonly positions: tf.Tensor2D; readonly rows?: undefined }
  | { readonly positions?: undefined; readonly rows: tf.Tensor1D };

/**
 * The hidden states of some rows only, [rows, D]: the same numbers as `hiddenStates` gives there, for less.
 * With [B, R] positions even the last layer's queries are made for them alone.
 */
export function hiddenRows(
  params: Parameters,
  config: DenoiserConfig,
  ids: tf.Tensor2D,
  bias: tf.Tensor4D | null,
  read: ReadRows,
  pass: Pick<PassOptions, "kvCache" | "embed" | "positionIds" | "beside"> = {},
): tf.Tensor2D {
  const model = layersOf(params, config, ids.shape, bias, pass);
  let x = embeddings(params, ids, pass.embed);
  for (let i = 0; i < config.layers; i++) x = model.layer(i, x, i === config.layers - 1 ? read : null);
  return model.finalNorm(x);
}

/**
 * What one layer, "model.layers.0" of `params`, makes of
 * hidden states [B, T, D] under full attention; [B, T, D].
 */
export function oneLayer(params: Parameters, config: DenoiserConfig, hidden: tf.Tensor3D): tf.Tensor3D {
  const [b, t, d] = hidden.shape;
  const x = layersOf(params, config, [b, t], null).layer(0, tf.reshape(hidden, [b * t, d]), null);
  return tf.reshape(x, [b, t, d]);
}

/** Raw logits [..., V] of hidden states [..., D] (no alignment). */
export function head(params: Parameters, config: DenoiserConfig, hidden: tf.Tensor): tf.Tensor {
  const rows = hidden.size / config.hiddenSize;
  const flat: tf.Tensor2D = tf.reshape(hidden, [rows, config.hiddenSize]);
  const logits = timesWeight(flat, headWeight(params, config));
  const zeros = logits.shape[1] > config.vocabSize; // behind a head that is held
  const real = zeros ? tf.slice(logits, [0, 0], [rows, config.vocabSize]) : logits;
  return tf.reshape(real, [...hidden.shape.slice(0, -1), config.vocabSize]);
}

/**
 * The gradient of `head` with respect to the hidden states
 * [rows, D], given that with respect to the logits [rows, V].
 */
export function headGradient(params: Parameters, config: DenoiserConfig, byLogits: tf.Tensor2D): tf.Tensor2D {
  return tf.matMul(byLogits, headWeight(params, config));
}

function headWeight(params: Parameters, config: DenoiserConfig): Weight {
  return get(params, headName(config)) as Weight;
}

/**
 * Position of the hidden state that predicts the token at
 * `position`; under the shift the first repeats (Dream).
 */
export function predictingPosition(config: DenoiserConfig, position: number): number {
  return config.shift ? Math.max(0, position - 1) : position;
}

/**
 * Hidden states aligned to positions: row i is the state that
 * predicts token i; under the shift row 0 repeats (Dream).
 */
export function alignShift(config: DenoiserConfig, hidden: tf.Tensor3D): tf.Tensor3D {
  if (!config.shift) return hidden;
  const [b, t, d] = hidden.shape;
  if (t === 1) return hidden;
  return tf.concat([tf.slice(hidden, [0, 0, 0], [b, 1, d]), tf.slice(hidden, [0, 0, 0], [b, t - 1, d])], 1);
}

/** Logits aligned to positions [B, T, V]: row i predicts token i. */
export function alignedLogits(
  params: Parameters,
  config: DenoiserConfig,
  ids: tf.Tensor2D,
  bias: tf.Tensor4D | null,
  pass: Pick<PassOptions, "embed" | "positionIds"> = {},
): tf.Tensor3D {
  const hidden = hiddenStates(params, config, ids, bias, undefined, pass);
  return head(params, config, alignShift(config, hidden)) as tf.Tensor3D;
}

/** [B * T, D] */
function embeddings(params: Parameters, ids: tf.Tensor2D, embed?: Embed): tf.Tensor2D {
  const table = get(params, "model.embed_tokens.weight") as tf.Tensor2D;
  const flat: tf.Tensor1D = tf.reshape(ids, [ids.size]);
  if (!isHeld(table)) return (embed ?? takeRows)(table, flat);
  return embed === undefined ? heldRows(table, flat) : embed(asStored(table), flat);
}

/**
 * The pieces of one forward pass over a batch [B, T]. Rows of the
 * batch are rows of matrices, [B * T, D], or [B * Q, D] of a span.
 */
function layersOf(
  params: Parameters,
  config: DenoiserConfig,
  [b, t]: readonly [number, number],
  bias: tf.Tensor4D | null,
  { span, positionIds, keysValues, kvCache, beside }: PassOptions = {},
) {
  const keys = span?.length ?? t;
  const { heads, kvHeads, rmsNormEps, ropeTheta } = config;
  const width = headDim(config);
  const everywhere = rotary(keys, width, ropeTheta, 1 / Math.sqrt(width));
  const asked = span?.positions ?? positionIds;
  const rotatedKeys = rotary(keys, width, ropeTheta, 1);
  const rotations: Rotations = {
    queries: asked === undefined ? everywhere : rotaryAt(everywhere, asked, heads / kvHeads),
    keys: positionIds === undefined ? rotatedKeys : rotaryAt(rotatedKeys, positionIds, 1),
  };
  const norm = (name: string, x: tf.Tensor2D) => rmsNorm(x, get(params, name) as tf.Tensor1D, rmsNormEps);
  const linear = (name: string, x: tf.Tensor2D, pairedHeads = 0): tf.Tensor2D => {
    const laid = <T extends tf.Tensor>(rows: T) => (pairedHeads === 0 ? rows : pairRows(rows, pairedHeads));
    const product = timesWeight(x, laid(get(params, `${name}.weight`) as Weight));
    const more = beside?.(name, x) ?? null;
    const y = more === null ? product : tf.add<tf.Tensor2D>(product, more);
    const offset = params.get(`${name}.bias`);
    return offset === undefined ? y : tf.add<tf.Tensor2D>(y, laid(offset));
  };
  // Norms of heads, what is kept for other passes and what stands beside a weight need the
  // checkpoint's order; few rows are less to turn than a weight, and what is held is not turned.
  const inOrder = [keysValues, kvCache, beside].some(option => option !== undefined);
  const ordered =
    config.qkNorm === true || inOrder || isHeld(get(params, "model.layers.0.self_attn.q_proj.weight"));
  const paired = roundsProducts() && !ordered && b * t >= config.hiddenSize;

  /**
   * Every head's part of [N, heads * width] divided by its
   * own root mean square, where the model has such norms.
   */
  function headNorm(name: string, x: tf.Tensor2D): tf.Tensor2D {
    if (config.qkNorm !== true) return x;
    const heads: tf.Tensor2D = tf.reshape(x, [x.size / width, width]);
    return tf.reshape(norm(`${name}.weight`, heads), x.shape);
  }

  /** The rows of [B * T] that positions [B, R] mean. */
  function flat(positions: tf.Tensor2D): tf.Tensor1D {
    const starts = tf.range(0, b * t, t, "int32");
    return tf.reshape(tf.add(positions, tf.reshape(starts, [b, 1])), [positions.size]);
  }

  /** By which positions the rows [B, R] are turned. */
  function ownPositions(read: tf.Tensor2D): tf.Tensor2D {
    return positionIds === undefined
      ? read
      : tf.reshape(tf.gather(tf.reshape(positionIds, [b * t]), flat(read)), read.shape);
  }

  function attention(index: number, x: tf.Tensor2D, read: tf.Tensor2D | null) {
    const name = `model.layers.${index}.self_attn`;
    const queries = read === null ? t : read.shape[1];
    const asking = read === null ? x : takeRows(x, flat(read));
    const turns =
      read === null
        ? rotations
        : { ...rotations, queries: rotaryAt(everywhere, ownPositions(read), heads / kvHeads) };
    const [plainQ, plainK, v] = [asking, x, x].map((y, i) =>
      linear(`${name}.${"qkv"[i]}_proj`, y, paired ? [heads, kvHeads, 0][i] : 0),
    );
    const [q, k] = [headNorm(`${name}.q_norm`, plainQ), headNorm(`${name}.k_norm`, plainK)];
    const [allKeys, allValues] = keysValues?.(index, [k, v]) ?? [k, v];
    const shape = { batch: b, heads, kvHeads, width, queries, keys, paired };
    const seen = read === null ? bias : rowsOfBias(bias, read);
    return { joined: attend(q, allKeys, allValues, shape, seen, turns), attendedTo: [allKeys, allValues] };
  }

  /** Recording and running op by op hold what a scope makes: one layer's, not all layers'. */
  function layer(index: number, x: tf.Tensor2D, read: ReadRows | null): tf.Tensor2D {
    const name = `model.layers.${index}`;
    const [out, ...kept] = tf.tidy(() => {
      const normed = norm(`${name}.input_layernorm.weight`, x);
      const { attendedTo, ...attended } = attention(index, normed, read?.positions ?? null);
      let { joined } = attended;
      let residual = x;
      if (read?.positions !== undefined) residual = takeRows(x, flat(read.positions));
      if (read?.rows !== undefined) [joined, residual] = [joined, x].map(y => takeRows(y, read.rows));
      const y = tf.add<tf.Tensor2D>(residual, linear(`${name}.self_attn.o_proj`, joined));
      const h = norm(`${name}.post_attention_layernorm.weight`, y);
      const [gate, up] = ["gate", "up"].map(kind => linear(`${name}.mlp.${kind}_proj`, h));
      const out = tf.add<tf.Tensor2D>(y, linear(`${name}.mlp.down_proj`, gatedSilu(gate, up)));
      return kvCache === undefined ? [out] : [out, ...attendedTo];
    });
    kvCache?.push(...kept);
    return out;
  }

  return {
    layer,
    finalNorm: (x: tf.Tensor2D) => norm("model.norm.weight", x),
  };
}

/**
 * What of an attention bias the read positions [B, R] see:
 * [B, 1, R, T], or the bias itself where all rows are equal.
 */
function rowsOfBias(bias: tf.Tensor4D | null, read: tf.Tensor2D): tf.Tensor4D | null {
  if (bias === null || bias.shape[2] === 1) return bias;
  const [b, r] = read.shape;
  const [batch, , t] = bias.shape;
  if (batch === 1) return tf.reshape(tf.gather(tf.reshape(bias, [t, t]), read), [b, 1, r, t]);
  const rows = tf.add(read, tf.reshape(tf.range(0, b * t, t, "int32"), [b, 1]));
  return tf.reshape(tf.gather(tf.reshape(bias, [b * t, t]), rows), [b, 1, r, t]);
}

function get(params: Parameters, name: string): tf.Tensor {
  const tensor = params.get(name);
  if (tensor === undefined) throw new Error(`internal: parameter ${name} is missing.`);
  return tensor;
}
