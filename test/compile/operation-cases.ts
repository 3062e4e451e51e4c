/**
 * Operations of tfjs as small functions: what compiled must
 * give what it gives op by op, and whose gradients must.
 */
import * as tf from "@tensorflow/tfjs-core";
import { nativeOperation } from "../../src/lib/compile/native-operation.js";
import { Rng } from "../../src/lib/core/rng.js";

export type Fn = (...inputs: tf.Tensor[]) => tf.Tensor | tf.Tensor[];

/** a, b [2, 3, 4] in (0.2, 2); s [2, 3, 4] signed; ids [5] in 0..2; m [4, 5] */
export function inputs(): tf.Tensor[] {
  const rng = Rng.fromSeed(7);
  const draw = (size: number, low: number, high: number) =>
    Float32Array.from({ length: size }, () => low + (high - low) * rng.uniform());
  return [
    tf.tensor(draw(24, 0.2, 2), [2, 3, 4]),
    tf.tensor(draw(24, 0.2, 2), [2, 3, 4]),
    tf.tensor(draw(24, -2, 2), [2, 3, 4]),
    tf.tensor1d([2, 0, 1, 1, 2], "int32"),
    tf.tensor(draw(20, -1, 1), [4, 5]),
  ];
}

export const cases: Record<string, Fn> = {
  "matMul, plain, transposed and batched": (a, b, s, ids, m) => [
    tf.matMul(m, m, true),
    tf.matMul(m, m, false, true),
    tf.matMul(a, b, false, true),
    tf.matMul(a, b, true),
    tf.matMul(a.reshape([6, 4]), m),
    tf.matMul(a, m.reshape([1, 4, 5])),
    tf.dot(m.slice([0, 0], [1, 5]).reshape([5]), m.slice([1, 0], [1, 5]).reshape([5])),
    tf.einsum("bij,bkj->bik", a, b),
  ],
  "arithmetic with broadcasting": (a, b) => [
    a.add(b),
    a.add(b.slice([0, 0, 0], [1, 1, 4])),
    a.sub(1.5),
    tf.mul(2, a),
    a.div(b),
    tf.divNoNan(a, b),
    tf.maximum(a, b),
    tf.minimum(a, 1),
    tf.squaredDifference(a, b),
    tf.mod(a, b),
    tf.floorDiv(a, b),
    tf.pow(a, b),
    a.pow(2),
    tf.addN([a, b, a]),
  ],
  "functions of one tensor": (a, b, s) => [
    ...[tf.exp, tf.expm1, tf.log, tf.log1p, tf.sqrt, tf.rsqrt, tf.reciprocal].map(f => f(a)),
    ...[tf.neg, tf.abs, tf.sign, tf.square, tf.sigmoid, tf.tanh, tf.relu, tf.softplus].map(f => f(s)),
    ...[tf.sin, tf.cos, tf.erf, tf.floor, tf.ceil, tf.round, tf.elu, tf.selu, tf.relu6].map(f => f(s)),
    s.mul(tf.sigmoid(s)),
    tf.leakyRelu(s),
    tf.step(s),
    tf.clipByValue(s, -1, 1),
    tf.isNaN(s.sqrt()),
  ],
  "softmax, logSoftmax and logSumExp": (a, b, s) => [tf.softmax(s), tf.logSoftmax(s), tf.logSumExp(s, 1)],
  "reductions over axes, with and without kept dimensions": (a, b, s) => [
    ...[tf.sum, tf.mean, tf.max, tf.min, tf.prod].flatMap(f => [f(s), f(s, 1), f(s, [0, 2], true), f(s, -1)]),
    tf.moments(s, -1, true).variance,
    tf.norm(s),
    tf.any(s.greater(1), 1),
    tf.all(s.greater(-1), 1),
  ],
  "argMax, argMin, topk, cumsum and cumprod": (a, b, s) => [
    tf.argMax(s, -1),
    tf.argMin(s, 1),
    ...Object.values(tf.topk(s, 3)),
    tf.cumsum(s, 1),
    tf.cumsum(s, -1, true, true),
    tf.cumprod(s, 2),
  ],
  "changes of shape": (a, b, s, ids, m) => [
    a.reshape([6, 4]),
    a.transpose([2, 0, 1]),
    a.transpose(),
    a.slice([0, 1, 1], [2, 2, 3]),
    tf.stridedSlice(a, [0, 2, 0], [2, 0, 4], [1, -1, 2]),
    tf.concat([a, b, s], 1),
    ...tf.split(a, 2, 2),
    ...tf.split(a, [1, 2], 1),
    ...tf.unstack(a, 1),
    tf.stack([a, b], -1),
    tf.tile(m, [2, 3]),
    tf.expandDims(ids, 1),
    tf.expandDims(a).squeeze(),
    tf.pad(
      m,
      [
        [1, 0],
        [2, 1],
      ],
      3,
    ),
    tf.mirrorPad(
      m,
      [
        [1, 0],
        [2, 1],
      ],
      "reflect",
    ),
    tf.reverse(a, [0, 2]),
    tf.broadcastTo(m, [3, 4, 5]),
    tf.diag(tf.sum(m, 0)),
    tf.linalg.bandPart(m, 1, 0),
  ],
  "gather, scatter and one-hot": (a, b, s, ids, m) => [
    tf.gather(m, ids),
    tf.gather(a, ids, 1),
    tf.gather(
      a,
      tf.tensor2d(
        [
          [0, 1],
          [3, 2],
        ],
        [2, 2],
        "int32",
      ),
      2,
    ),
    tf.gatherND(
      m,
      tf.tensor2d(
        [
          [0, 1],
          [3, 2],
        ],
        [2, 2],
        "int32",
      ),
    ),
    tf.scatterND(tf.tensor2d([[1], [3]], [2, 1], "int32"), tf.split(m, 2)[0], [4, 5]),
    tf.tensorScatterUpdate(m, tf.tensor2d([[1], [3]], [2, 1], "int32"), tf.split(m, 2)[0]),
    tf.unsortedSegmentSum(m.transpose(), ids as tf.Tensor1D, 3),
    tf.oneHot(ids, 4),
    tf.oneHot(ids, 4, 0.9, 0.1),
    tf.bincount(ids as tf.Tensor1D, tf.ones([5]), 3),
  ],
  "comparison, logic and choice": (a, b, s) => [
    ...[tf.greater, tf.greaterEqual, tf.less, tf.lessEqual, tf.equal, tf.notEqual].map(f => f(a, b)),
    tf.logicalAnd(a.greater(b), s.greater(0)),
    tf.logicalOr(a.greater(b), s.greater(0)),
    tf.logicalXor(a.greater(b), s.greater(0)),
    tf.logicalNot(a.greater(b)),
    tf.where(s.greater(0), a, b),
    tf.where(s.greater(0), a, tf.scalar(-1e9)),
  ],
  "casts and int32 arithmetic": (a, b, s, ids) => [
    s.toInt(),
    ids.toFloat(),
    ids.toBool(),
    s.greater(0).toFloat(),
    s.greater(0).toInt().sum(),
    ids.add(1).mul(ids),
    ids.sum(),
    tf.equal(ids, 2),
    tf.floorDiv(ids, tf.scalar(2, "int32")),
    tf.concat([ids, ids]),
    tf.where(ids.equal(1), ids, tf.scalar(9, "int32")),
    tf.cumsum(ids),
  ],
  "tensors made inside": (a, b, s) => [
    tf.zerosLike(a),
    tf.onesLike(a),
    tf.fill([2, 3], 7),
    tf.zeros([40, 40]),
    tf.ones([1000], "bool"),
    tf.range(0, 12).mul(tf.linspace(0, 1, 12)),
    tf.eye(3).add(tf.tensor2d([1, 2, 3], [1, 3])),
    a.add(tf.scalar(2)).add(tf.scalar(2)),
    tf.complex(a, s).mul(tf.complex(b, b)).abs(),
    tf.fill([0, 3], 1),
  ],
  "TensorFlow's own, by name": (a, b) => {
    const bitcast = (x: tf.Tensor, dtype: tf.DataType) =>
      nativeOperation("Bitcast", { T: { dtype: x.dtype }, type: { dtype } }, [x]);
    const complex = bitcast(a.reshape([2, 3, 2, 2]), "complex64");
    return [
      bitcast(nativeOperation("Conj", { T: { dtype: "complex64" } }, [complex]), "float32"),
      nativeOperation("L2Loss", { T: { dtype: "float32" } }, [b]),
    ];
  },
  "convolution and pooling": (a, b, s) => [
    tf.conv1d(a as tf.Tensor3D, s.transpose<tf.Tensor3D>([0, 2, 1]), 1, "same"),
    tf.maxPool(a.expandDims<tf.Tensor4D>(-1), 2, 1, "valid"),
    tf.avgPool(a.expandDims<tf.Tensor4D>(-1), 2, 1, "same"),
  ],
};

export const differentiable: Record<string, Fn> = {
  "products of matrices": (a, b, s, ids, m) =>
    tf.matMul(tf.matMul(a, b, false, true), s.reshape([6, 4]).matMul(m).reshape([2, 3, 5])),
  "element-wise functions": (a, b, s) =>
    [
      a.log(),
      s.exp(),
      a.rsqrt(),
      s.sin(),
      s.cos(),
      s.tanh(),
      a.pow(b),
      s.abs(),
      s.clipByValue(-1, 1),
      s.sigmoid().mul(s),
      a.div(b),
      tf.maximum(a, b),
      tf.erf(s),
    ].reduce((x, y) => x.add(y)),
  "softmax and logSoftmax": (a, b, s) => tf.softmax(s).mul(a).add(tf.logSoftmax(s)),
  reductions: (a, b, s) =>
    tf
      .mean(s, -1, true)
      .mul(tf.max(a, 1, true))
      .add(tf.logSumExp(b, 2, true)),
  "concat, split, slice, pad, transpose": (a, b, s) =>
    tf
      .concat(
        [
          ...tf.split(a.mul(s), 2, 2).reverse(),
          b.slice([0, 0, 1]).pad([
            [0, 0],
            [0, 0],
            [1, 0],
          ]),
        ],
        2,
      )
      .transpose([1, 0, 2]),
  "gather (unsortedSegmentSum)": (_a, _b, _s, ids, m) => tf.gather(m, tf.pad(ids, [[1, 1]])).square(),
  "where, tile, stack and cumsum": (a, b) =>
    tf
      .where(tf.tensor3d([1, 0, 1, 1, 0, 0, 1, 0, 1, 0, 0, 1], [1, 3, 4], "bool").tile([2, 1, 1]), a, b)
      .tile([1, 1, 2])
      .cumsum(2)
      .mul(tf.stack([a, b], 2).reshape([2, 3, 8])),
};

/** The sum of what `fn` gives and its gradient by every float input. */
export function withGradients(fn: Fn): Fn {
  return (...xs) => {
    const floats = xs.filter(x => x.dtype === "float32");
    const loss = (a: tf.Tensor, b: tf.Tensor, s: tf.Tensor, m: tf.Tensor) =>
      // the small terms make the loss depend on every input
      (fn(a, b, s, xs[3], m) as tf.Tensor).sum().add(
        tf
          .addN([a, b, s].map(x => x.sum()))
          .add(m.sum())
          .mul(0.01),
      );
    const { value, grads } = tf.valueAndGrads(loss as (...xs: tf.Tensor[]) => tf.Scalar)(floats);
    return [value, ...grads];
  };
}
