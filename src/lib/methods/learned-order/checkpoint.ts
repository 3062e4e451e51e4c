/**
 * An order head on disk: order-head.safetensors, bf16, its
 * metadata naming the backbone that it was trained on.
 */
import { join } from "node:path";
import * as tf from "@tensorflow/tfjs-core";
import { UserError } from "../../core/errors.js";
import { quote } from "../../core/plain-text.js";
import type { DenoiserConfig } from "../../model/config.js";
import { orderHeadShapes, orderOffsets, type OrderHead, type OrderOffset } from "./head.js";
import type { TensorToStore } from "../../model/safetensors.js";
import { writeSafetensors } from "../../checkpoints/safetensors-file.js";
import { openSafetensors } from "../../checkpoints/safetensors-file.js";

const fileName = "order-head.safetensors";

/** Replaced atomically. @param backbone sha256 of the backbone's weights */
export function saveOrderHead(folder: string, { offset, parameters }: OrderHead, backbone: string): void {
  const tensors = new Map(
    [...parameters].map(([name, tensor]): [string, TensorToStore] => [
      name,
      { dtype: "BF16", shape: tensor.shape, values: () => tensor.dataSync<"float32">() },
    ]),
  );
  writeSafetensors(join(folder, fileName), tensors, { offset, backbone });
}

/**
 * Its parameters are the caller's.
 * @param config of the backbone that it is to read
 * @param backbone sha256 of that backbone's weights
 * @throws UserError for another backbone's head, or a file that is none
 */
export function readOrderHead(folder: string, config: DenoiserConfig, backbone: string): OrderHead {
  const file = openSafetensors(join(folder, fileName));
  try {
    const { offset, backbone: trainedOn } = file.metadata;
    if (!(orderOffsets as readonly string[]).includes(offset))
      throw new UserError(
        `order head: ${file.path} has offset ${quote(offset)}, none of ${orderOffsets.join(", ")}; train ` +
          "it again.",
      );
    if (trainedOn !== backbone)
      throw new UserError(
        `order head: ${file.path} was trained on other weights than those it is to order; name the ` +
          "checkpoint that its training.json does, or train it again.",
      );
    const parameters = new Map(
      [...orderHeadShapes(config)].map(([name, shape]) => [
        name,
        tf.tensor(file.readFloat32(name, { finite: true }), shape),
      ]),
    );
    return { config, offset: offset as OrderOffset, parameters };
  } finally {
    file.close();
  }
}
