/** Plain autoregressive decoding for the AR parent: left to right, one token a step, causal attention. */
import * as tf from "@tensorflow/tfjs-core";
import { filteredSoftmax, sampleToken, summarize } from "../core/distribution.js";
import type { Trajectory } from "../core/records.js";
import type { Rng } from "../core/rng.js";
import type { Denoiser } from "../model/denoiser.js";
import { checkDecodeConfig, type DecodeConfig } from "./config.js";
import { makeCanvas } from "./decode.js";

/**
 * Decode until every sample has ended or the completion is full; what follows an end token is padding, committed
 * in order too, so that the order is that of the whole window. Reads completionLength and the filters of `config`.
 */
export async function decodeAutoregressive(
  denoiser: Denoiser,
  prompts: readonly Int32Array[],
  config: DecodeConfig,
  rngs: readonly Rng[],
  options: { readonly signal?: AbortSignal } = {},
): Promise<Trajectory[]> {
  checkDecodeConfig(config);
  const { completionLength: c } = config;
  const v = denoiser.vocabSize;
  const canvas = makeCanvas(denoiser, prompts, c);
  const promptLength = canvas.length - c;
  const ended = prompts.map(() => false);
  const confidence = prompts.map(() => new Float32Array(c));
  const entropy = prompts.map(() => new Float32Array(c));
  const [plain, filtered] = [new Float32Array(v), new Float32Array(v)];
  for (let i = 0; i < c; i++) {
    options.signal?.throwIfAborted();
    const logits = ended.every(Boolean) ? null : nextLogits(denoiser, canvas, promptLength + i);
    prompts.forEach((_, b) => {
      const at = b * canvas.length + promptLength + i;
      if (logits === null || ended[b]) {
        canvas.ids[at] = denoiser.padTokenId;
        confidence[b][i] = 1;
        return;
      }
      logits[b * v + denoiser.maskTokenId] = -Infinity;
      filteredSoftmax(logits, b * v, v, { temperature: 1, topP: 1, topK: null }, plain);
      filteredSoftmax(logits, b * v, v, config, filtered);
      const shaped = summarize(filtered, v);
      const token = config.temperature > 0 ? sampleToken(filtered, v, rngs[b].split(i)) : shaped.argmax;
      canvas.ids[at] = token;
      confidence[b][i] = filtered[token];
      entropy[b][i] = -summarize(plain, v).negEntropy;
      ended[b] = token === denoiser.eosTokenId;
    });
    await new Promise(resolve => setImmediate(resolve));
  }
  canvas.real?.dispose();
  const order = Int32Array.from({ length: c }, (_, i) => i);
  return prompts.map((promptIds, b) => ({
    promptIds,
    completionIds: canvas.ids.slice(b * canvas.length + promptLength, (b + 1) * canvas.length),
    order,
    stepOf: order,
    confidence: confidence[b],
    entropy: entropy[b],
    steps: c,
    tieRule: config.tieRule,
    tieSteps: 0,
    choiceSteps: 0,
  }));
}

function nextLogits(
  denoiser: Denoiser,
  canvas: ReturnType<typeof makeCanvas>,
  position: number,
): Float32Array {
  const ids = tf.tensor2d(canvas.ids.slice(), [canvas.batch, canvas.length], "int32");
  const logits = denoiser.nextTokenLogits(ids, canvas.real, position);
  const values = logits.dataSync<"float32">();
  tf.dispose([ids, logits]);
  return values;
}
