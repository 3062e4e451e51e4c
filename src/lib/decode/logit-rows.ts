/**
 * Logits that stay on the device, of which the host reads what it needs. A row of 150,000 tokens is 0.6 MB
 * and takes the host milliseconds to go through; after top-p or top-k a few tokens are left of it. So of long
 * rows the most probable tokens are chosen on the device and read in one go with the weight of the whole row,
 * and a row is read whole only for what they cannot tell.
 */
import * as tf from "@tensorflow/tfjs-core";
import type { LogitRow } from "../core/distribution.js";
import type { LikelyTokens } from "./few-tokens.js";

/** What the weight of a row depends on. */
export interface Asked {
  readonly temperature: number;
  /** a token without probability; null excludes none */
  readonly excluded: number | null;
}

/** [rows, V], in row-major order. */
export interface LogitRows {
  /** Where a row's values are: from `index * V` on. Valid until the next call. */
  row(row: number): LogitRow;
  /** A row's most probable tokens; null where rows are short. Valid until the next call. */
  likely(row: number, asked: Asked): LikelyTokens | null;
  dispose(): void;
}

/** What is read at once, unless a single row takes more. */
const readAtOnceBytes = 2 ** 22;

/**
 * Whether a model has so many tokens that its graphs take tens of megabytes each: one serves a whole
 * decoding, and a few rows are read at a time anyway.
 */
export function takesOneGraph(vocabSize: number, completionLength: number): boolean {
  return 4 * vocabSize * completionLength > readAtOnceBytes;
}

/** Rows that are gone through on the device at once; it makes a few copies of them. */
const onDeviceBytes = 2 ** 26;
/** Up to so many tokens a row is read whole: that takes the host microseconds. */
const shortRow = 4096;
/** Of a row in which more tokens than these are in the running, all are read. */
const likelyTokens = 256;

/**
 * Takes ownership of `logits` [..., V]. Rows are read when one
 * of them is asked for, as many at once as the limit allows.
 */
export function logitRows(logits: tf.Tensor): LogitRows {
  const width = logits.shape[logits.rank - 1];
  const rows = logits.size / width;
  const onDevice = tf.reshape<tf.Rank.R2>(logits, [rows, width]);
  logits.dispose();
  const some = (first: number, atMost: number): tf.Tensor2D =>
    tf.slice(onDevice, [first, 0], [Math.min(atMost, rows - first), width]);
  const whole = blocks(rowsWithin(readAtOnceBytes, width), some);
  let asked: Asked | undefined;
  const mostLikely = blocks(rowsWithin(onDeviceBytes, width), (first, count) =>
    likelyOf(some(first, count), asked as Asked),
  );
  return {
    row(row) {
      const { values, first } = whole.holding(row);
      return { values, index: row - first };
    },
    likely(row, question) {
      if (width <= shortRow) return null;
      if (asked?.temperature !== question.temperature || asked.excluded !== question.excluded)
        mostLikely.forget();
      asked = question;
      const { values, first } = mostLikely.holding(row);
      const at = (row - first) * (2 * likelyTokens + 1);
      return {
        logits: values.subarray(at, at + likelyTokens),
        ids: values.subarray(at + likelyTokens, at + 2 * likelyTokens),
        weight: values[at + 2 * likelyTokens],
      };
    },
    dispose: () => onDevice.dispose(),
  };
}

function rowsWithin(bytes: number, width: number): number {
  return Math.max(1, Math.floor(bytes / (4 * width)));
}

/** What was last read of rows `first` on, so many at once. */
function blocks(atOnce: number, rowsFrom: (first: number, count: number) => tf.Tensor) {
  let values: Float32Array = new Float32Array(0);
  let first = -Infinity;
  return {
    holding(row: number) {
      if (row < first || row >= first + atOnce) {
        first = row - (row % atOnce);
        const read = tf.tidy(() => rowsFrom(first, atOnce));
        values = read.dataSync<"float32">();
        read.dispose();
      }
      return { values, first };
    },
    forget: () => void (first = -Infinity),
  };
}

/**
 * [rows, 2 k + 1]: the k largest logits of each row, their
 * tokens, and the sum of exp((x - max) / temperature) over all.
 */
function likelyOf(logits: tf.Tensor2D, { temperature, excluded }: Asked): tf.Tensor2D {
  const possible = excluded === null ? logits : tf.add(logits, without(excluded, logits.shape[1]));
  const { values, indices } = tf.topk(possible, likelyTokens, true);
  const scale = tf.scalar(temperature > 0 ? temperature : 1);
  const largest = tf.div(tf.slice(values, [0, 0], [-1, 1]), scale);
  const weight = tf.sum(tf.exp(tf.sub(tf.div(possible, scale), largest)), 1, true);
  return tf.concat([values, tf.cast(indices, "float32"), weight], 1) as tf.Tensor2D;
}

/** [V] to add to logits. */
function without(token: number, width: number): tf.Tensor1D {
  const bias = new Float32Array(width);
  bias[token] = -Infinity;
  return tf.tensor1d(bias);
}
