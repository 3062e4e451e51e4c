/**
 * The names of operations' outputs. Inside a function (graph for XLA) an edge is
 * written node:name:index, where a plain graph takes node:number. From TensorFlow's
 * operation definitions, for what tfjs-node's kernels and this library use.
 */
const byName: Readonly<Record<string, string>> = {
  z:
    "Add AddV2 Sub Mul RealDiv Div DivNoNan FloorDiv FloorMod Mod Maximum Minimum Pow " +
    "SquaredDifference SigmoidGrad " +
    "TanhGrad Greater GreaterEqual Less LessEqual Equal NotEqual LogicalAnd LogicalOr Atan2",
  y:
    "Exp Expm1 Log Log1p Sqrt Rsqrt Square Reciprocal Neg Abs Sign Sigmoid Tanh Sin Cos Tan Asin " +
    "Acos Atan Sinh Cosh " +
    "Erf Floor Ceil Round Rint LogicalNot Cast Transpose OnesLike ZerosLike IsNan IsInf IsFinite",
  output:
    "BatchMatMul BatchMatMulV2 Sum Mean Max Min Prod All Any ArgMax ArgMin Reshape Tile ConcatV2 Split " +
    "SplitV Slice StridedSlice Pack Unpack ExpandDims Squeeze Pad PadV2 MirrorPad Identity Const " +
    "Fill Range Empty " +
    "GatherV2 GatherNd ScatterNd TensorScatterUpdate OneHot UnsortedSegmentSum Select SelectV2 " +
    "L2Loss Bitcast Conj " +
    "Real Imag ClipByValue BiasAdd BiasAddGrad BroadcastTo ReverseV2 Diag MatrixBandPart Bincount LinSpace",
  product: "MatMul",
  softmax: "Softmax",
  logsoftmax: "LogSoftmax",
  activations: "Relu Relu6 Elu Selu Softplus LeakyRelu",
  sum: "AddN",
  out: "Complex Cumsum Cumprod",
};

const names = new Map(Object.entries(byName).flatMap(([name, ops]) => ops.split(" ").map(op => [op, name])));

/** Outputs of one name that form a list: their index counts within it. */
export function outputNameOf(op: string, output: number): string | undefined {
  if (op === "TopKV2") return output === 0 ? "values:0" : "indices:0";
  const name = names.get(op);
  return name === undefined ? undefined : `${name}:${output}`;
}
