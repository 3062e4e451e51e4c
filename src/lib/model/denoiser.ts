/** A denoiser ready to decode: parameters and configuration behind the one question that decoding asks. */
import * as tf from "@tensorflow/tfjs-core";
import { compile, type Compiled } from "../compile/compile.js";
import { attentionBias, paddingBias } from "./attention-mask.js";
import type { DenoiserConfig } from "./config.js";
import type { Parameters } from "./parameters.js";
import { alignShift, head, hiddenStates } from "./transformer.js";
import { Rng } from "../core/rng.js";

export interface Denoiser {
  readonly config: DenoiserConfig;
  readonly parameters: Parameters;
  readonly vocabSize: number;
  readonly maskTokenId: number;
  readonly eosTokenId: number;
  readonly padTokenId: number;
  /**
   * Logits aligned to positions [B, T, V]: row i predicts token i, whether the model is shifted or not.
   * @param ids [B, T] int32
   * @param real [B, T], 1 for tokens, 0 for left padding; null when nothing is padded
   */
  logits(ids: tf.Tensor2D, real: tf.Tensor2D | null): tf.Tensor3D;
  /** The same for the last `completionLength` positions only: [B, C, V]. */
  completionLogits(ids: tf.Tensor2D, real: tf.Tensor2D | null, completionLength: number): tf.Tensor3D;
  /**
   * Logits [B, V] of the token at `position` (1 to T) given those before it, under causal attention: plain AR
   * decoding. What stands at `position` and after does not matter, so a canvas of fixed length needs one graph.
   */
  nextTokenLogits(ids: tf.Tensor2D, real: tf.Tensor2D | null, position: number): tf.Tensor2D;
  /** Frees the parameters and the recorded graphs. */
  dispose(): void;
}

type Question = (hidden: tf.Tensor3D, parameters: Parameters, row?: tf.Tensor1D) => tf.Tensor;

/** Takes ownership of `parameters`. */
export function createDenoiser(config: DenoiserConfig, parameters: Parameters): Denoiser {
  const names = [...parameters.keys()];
  const tensors = [...parameters.values()];
  const graphs = new Map<string, Compiled>();

  /** One recorded graph per kind of question; its inputs are the parameters, the ids and the bias. */
  function run(
    kind: string,
    ids: tf.Tensor2D,
    bias: tf.Tensor4D | null,
    question: Question,
    row?: tf.Tensor1D,
  ): tf.Tensor {
    const key = bias === null ? kind : `${kind}+bias`;
    let graph = graphs.get(key);
    if (graph === undefined) {
      graph = compile(
        (...inputs: tf.Tensor[]) => {
          const p = new Map(names.map((name, i) => [name, inputs[i]]));
          const [x, ...rest] = inputs.slice(names.length);
          const b = bias === null ? null : (rest.shift() as tf.Tensor4D);
          return question(hiddenStates(p, config, x as tf.Tensor2D, b), p, rest[0] as tf.Tensor1D);
        },
        { name: `denoiser ${key}` },
      );
      graphs.set(key, graph);
    }
    return graph(...tensors, ids, ...(bias === null ? [] : [bias]), ...(row === undefined ? [] : [row]))[0];
  }

  const padding = (real: tf.Tensor2D | null) => (real === null ? null : paddingBias(real));
  return {
    config,
    parameters,
    vocabSize: config.vocabSize,
    maskTokenId: config.maskTokenId,
    eosTokenId: config.eosTokenId,
    padTokenId: config.padTokenId,
    logits: (ids, real) =>
      tf.tidy(
        () => run("all", ids, padding(real), (h, p) => head(p, config, alignShift(config, h))) as tf.Tensor3D,
      ),
    completionLogits: (ids, real, c) =>
      tf.tidy(() => {
        const tail = (h: tf.Tensor3D, p: Parameters) =>
          head(p, config, tf.slice(alignShift(config, h), [0, h.shape[1] - c, 0], [-1, c, -1]));
        return run(`last ${c}`, ids, padding(real), tail) as tf.Tensor3D;
      }),
    nextTokenLogits: (ids, real, position) =>
      tf.tidy(() => {
        const causal = attentionBias(ids.shape[1], 0, Rng.fromSeed(0));
        const bias = real === null ? causal : tf.add<tf.Tensor4D>(causal, paddingBias(real));
        const at: Question = (h, p, row) =>
          head(p, config, tf.squeeze(tf.gather(h, row as tf.Tensor1D, 1), [1]));
        return run("next", ids, bias, at, tf.tensor1d([position - 1], "int32")) as tf.Tensor2D;
      }),
    dispose() {
      for (const graph of graphs.values()) graph.dispose();
      for (const tensor of tensors) tensor.dispose();
    },
  };
}
