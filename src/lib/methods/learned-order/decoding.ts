/** An order head beside the checkpoint that it was trained on. */
import { basename, resolve } from "node:path";
import * as tf from "@tensorflow/tfjs-core";
import { weightsHash } from "../../checkpoints/weights-hash.js";
import type { DecodingPart } from "../../study/decoding-part.js";
import { readOrderHead } from "./checkpoint.js";
import { learnedOrder } from "./order.js";

/** A study names the head's folder; logs name its recipe. */
export const orderHead: DecodingPart<string> = {
  load(head, { folder, denoiser, config, options }) {
    const read = readOrderHead(resolve(head), denoiser.config, weightsHash(folder));
    const order = learnedOrder(read, config, options);
    const dispose = () => {
      order.dispose();
      tf.dispose([...read.parameters.values()]);
    };
    return { order, dispose };
  },
  name: head => ({ ranking: basename(head) }),
  columns: head =>
    head === undefined
      ? { head: null }
      : { head: basename(head).replace(/-seed\d+$/, ""), remasking: "learned" },
  // by its weights and not by where it lies
  identity: head => ({ head: basename(head), headHash: weightsHash(head) }),
};
