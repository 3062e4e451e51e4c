/**
 * What compile(fn) costs and saves on functions that anybody might write: chains
 * of element-wise operations, whose slope is the price of one operation and whose
 * intercept that of a call, and a training step of a perceptron with gradients.
 */
import * as tf from "@tensorflow/tfjs-core";
import { quantile } from "../analysis/bootstrap.js";
import { compile, type CompileMode } from "../compile/compile.js";
import { Rng } from "../core/rng.js";

export const compileModes = ["op-by-op", "graph", "xla"] as const;

type TensorFunction = (...inputs: tf.Tensor[]) => tf.Tensor | tf.Tensor[];

export interface CompileCase {
  readonly work: string;
  readonly fn: TensorFunction;
  /** the caller disposes them */
  readonly inputs: () => tf.Tensor[];
}

export interface CompileRow {
  readonly work: string;
  readonly mode: CompileMode;
  /** of the call that records, loads and, with XLA, compiles */
  readonly first_ms: number;
  readonly median_us: number;
  readonly runs_us: readonly number[];
}

/** A run repeats calls for at least so long. */
const leastMs = 20;

/**
 * `operations` element-wise operations on `size` numbers, one after another; nothing in them can be folded.
 */
function chain(operations: number, size: number): CompileCase {
  return {
    work: `${operations} operation${operations === 1 ? "" : "s"} on ${size} number${size === 1 ? "" : "s"}`,
    fn: (x, y) => {
      let z = x;
      for (let i = 0; i < operations; i++) z = i % 2 === 0 ? tf.mul(z, y) : tf.sub(z, y);
      return z;
    },
    inputs: () => [tf.fill([size], 0.5), tf.fill([size], 0.7)],
  };
}

/**
 * One step of gradient descent on a classifier of 64 features
 * in 10 classes, 256 examples, two hidden layers of `width`.
 */
export function perceptron(width: number): CompileCase {
  const widths = [64, width, width, 10];
  const batch = 256;
  const loss = (x: tf.Tensor, y: tf.Tensor, weights: tf.Tensor[]): tf.Scalar => {
    const out = weights.reduce((h, w, i) => {
      const product = tf.matMul(h, w);
      return i < weights.length - 1 ? tf.relu(product) : product;
    }, x);
    return tf.neg(tf.mean<tf.Scalar>(tf.sum(tf.mul(y, tf.logSoftmax(out)), 1)));
  };
  return {
    work: `training step of a perceptron ${width} wide`,
    fn: (x, y, rate, ...weights) => {
      const { value, grads } = tf.valueAndGrads((...ws) => loss(x, y, ws))(weights);
      return [value, ...weights.map((w, i) => tf.sub(w, tf.mul(rate, grads[i])))];
    },
    inputs: () => {
      const rng = Rng.fromSeed(0);
      const draw = (rows: number, columns: number) =>
        tf.tensor2d(
          Float32Array.from({ length: rows * columns }, () => rng.normal() / 16),
          [rows, columns],
        );
      const classes = tf.tensor1d(
        Int32Array.from({ length: batch }, () => rng.int(10)),
        "int32",
      );
      const targets = tf.cast(tf.oneHot(classes, 10), "float32");
      classes.dispose();
      return [
        draw(batch, 64),
        targets,
        tf.scalar(0.1),
        ...[0, 1, 2].map(i => draw(widths[i], widths[i + 1])),
      ];
    },
  };
}

export const compileCases = (): readonly CompileCase[] => [
  ...[1, 10, 100, 1000].map(operations => chain(operations, 1)),
  chain(10, 1_000_000),
  perceptron(256),
];

/** One case in every mode, the modes in turn round after round. */
export function benchCase({ work, fn, inputs }: CompileCase, rounds: number): CompileRow[] {
  const given = inputs();
  const contestants = compileModes.map(mode => {
    const compiled = compile(fn, { name: work, mode });
    const first = microseconds(() => tf.dispose(compiled(...given)), 1);
    const once = microseconds(() => tf.dispose(compiled(...given)), 1);
    const calls = Math.max(1, Math.ceil((leastMs * 1000) / once));
    return { mode, compiled, first, calls, runs: [] as number[] };
  });
  for (let round = 0; round < rounds; round++)
    for (const { compiled, calls, runs } of contestants)
      runs.push(microseconds(() => tf.dispose(compiled(...given)), calls));
  tf.dispose(given);
  return contestants.map(({ mode, compiled, first, runs }) => {
    compiled.dispose();
    const sorted = [...runs].sort((a, b) => a - b);
    return { work, mode, first_ms: first / 1000, median_us: quantile(sorted, 0.5), runs_us: runs };
  });
}

/** A call of `body`, the mean of `calls`. */
export function microseconds(body: () => void, calls: number): number {
  const started = performance.now();
  for (let i = 0; i < calls; i++) body();
  return ((performance.now() - started) * 1000) / calls;
}

/** Price of a call and of an operation in it, from the shortest and the longest chain of one number. */
export function prices(
  rows: readonly CompileRow[],
  mode: CompileMode,
): { call_us: number; operation_us: number } {
  const of = (operations: number) => {
    const { work } = chain(operations, 1);
    return (rows.find(row => row.work === work && row.mode === mode) as CompileRow).median_us;
  };
  const operation = (of(1000) - of(1)) / 999;
  return { call_us: of(1) - operation, operation_us: operation };
}
