/**
 * Recording needs shapes, not numbers, but tfjs frees nothing before the function returns: a train step would
 * hold every intermediate result at once. So large results lose their memory as soon as they are noted, and
 * an operation that takes one gets zeros of its shape for as long as it runs.
 */
import type * as tf from "@tensorflow/tfjs-core";
import type { NativeBackend } from "./native.js";

/** Smaller results are kept: they cost little, and an operation may check their values (indices, sizes). */
const smallestBytes = 1 << 16;

export class ThinMemory {
  private readonly thin = new Set<tf.DataId>();

  constructor(private readonly backend: NativeBackend) {}

  /** Takes the memory of a computed tensor away. */
  drop(tensor: tf.TensorInfo): void {
    const size = tensor.shape.reduce((a, b) => a * b, 1);
    if (tensor.dtype !== "float32" || 4 * size < smallestBytes) return;
    const entry = this.backend.tensorMap.get(tensor.dataId);
    if (entry.id < 0) return;
    this.backend.binding.deleteTensor(entry.id);
    entry.id = -1; // tfjs-node: nothing to delete
    this.thin.add(tensor.dataId);
  }

  /** Runs `body` while `inputs` have memory. */
  with<T>(inputs: readonly tf.TensorInfo[], body: () => T): T {
    const filled = [...new Map(inputs.map(input => [input.dataId, input])).values()].filter(input =>
      this.thin.has(input.dataId),
    );
    for (const input of filled) this.fill(input);
    try {
      return body();
    } finally {
      for (const input of filled) this.drop(input);
    }
  }

  private fill(tensor: tf.TensorInfo): void {
    const { binding, tensorMap } = this.backend;
    const dims = binding.createTensor([tensor.shape.length], binding.TF_INT32, Int32Array.from(tensor.shape));
    const attrs = [
      { name: "dtype", type: binding.TF_ATTR_TYPE, value: this.backend.getDTypeInteger("float32") },
      { name: "init", type: binding.TF_ATTR_BOOL, value: true },
    ];
    const [zeros] = binding.executeOp("Empty", attrs, [dims], 1);
    binding.deleteTensor(dims);
    tensorMap.get(tensor.dataId).id = zeros.id;
  }
}
