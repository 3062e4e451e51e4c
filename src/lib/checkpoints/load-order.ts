/** An order head with its weights, ready to decode with. */
import { resolve } from "node:path";
import * as tf from "@tensorflow/tfjs-core";
import type { CompileOptions } from "../compile/compile.js";
import type { DecodeConfig } from "../decode/types.js";
import { learnedOrder, type LearnedOrder } from "../decode/learned-order.js";
import type { DenoiserConfig } from "../model/config.js";
import { readOrderHead } from "./order-head-file.js";
import { weightsHash } from "./weights-hash.js";

export interface LoadedOrder {
  readonly order: LearnedOrder;
  dispose(): void;
}

/**
 * @param head folder of the head
 * @param checkpoint folder of the model that it orders
 * @param options how it is compiled
 * @throws UserError when the head belongs to another model
 */
export function loadOrder(
  head: string,
  checkpoint: string,
  model: DenoiserConfig,
  config: Pick<DecodeConfig, "completionLength" | "blockLength">,
  options: Partial<CompileOptions> = {},
): LoadedOrder {
  const read = readOrderHead(resolve(head), model, weightsHash(checkpoint));
  const order = learnedOrder(read, config, options);
  const dispose = () => {
    order.dispose();
    tf.dispose([...read.parameters.values()]);
  };
  return { order, dispose };
}
