/**
 * The reverse process: from a completion of masks to tokens, one denoiser call a step, as a full trajectory.
 * A score ranks the masked positions, a policy commits some of them, a sampler says which token; each is a
 * plain function. Committed tokens are never reopened. Numbers are read from the device once a step.
 */
import * as tf from "@tensorflow/tfjs-core";
import { filteredSoftmax, sampleToken, summarize, type FilterConfig } from "../core/distribution.js";
import type { Trajectory } from "../core/records.js";
import type { Rng } from "../core/rng.js";
import type { Denoiser } from "../model/denoiser.js";
import { checkDecodeConfig, type DecodeConfig } from "./config.js";
import { policyOf, type UnmaskingPolicy } from "./policy.js";

export interface DecodeOptions {
  /** keep the score and entropy of every masked position before every step */
  readonly trace?: boolean;
  /** instead of the policy that the configuration names */
  readonly policy?: UnmaskingPolicy;
  readonly onStep?: (step: number, steps: number) => void;
  readonly signal?: AbortSignal;
}

/** No filter, no temperature: what the untempered scores and the logged entropies are read from. */
const untempered: FilterConfig = { temperature: 1, topP: 1, topK: null };

/**
 * Decode a batch of prompts.
 * @param prompts token ids without padding, of any lengths; they are padded on the left
 * @param rngs one stream a prompt: what is drawn for one sample does not depend on the others in its batch
 * @returns one trajectory a prompt, in order
 * @throws UserError for a configuration that cannot be
 */
export async function decode(
  denoiser: Denoiser,
  prompts: readonly Int32Array[],
  config: DecodeConfig,
  rngs: readonly Rng[],
  options: DecodeOptions = {},
): Promise<Trajectory[]> {
  checkDecodeConfig(config);
  const policy = options.policy ?? policyOf(config);
  const canvas = makeCanvas(denoiser, prompts, config.completionLength);
  const samples = prompts.map(() => new Sample(config, denoiser.maskTokenId, options.trace ?? false));
  for (let step = 0; step < config.steps && samples.some(s => s.masked.length > 0); step++) {
    options.signal?.throwIfAborted();
    const logits = completionLogits(denoiser, canvas, config.completionLength);
    samples.forEach((sample, b) => {
      const view = logits.subarray(b * config.completionLength * denoiser.vocabSize);
      const committed = sample.step(step, view, denoiser, policy, rngs[b].split(step));
      for (const [position, token] of committed)
        canvas.ids[(b + 1) * canvas.length - config.completionLength + position] = token;
    });
    options.onStep?.(step + 1, config.steps);
    await new Promise(resolve => setImmediate(resolve));
  }
  canvas.real?.dispose();
  return samples.map((sample, b) => sample.trajectory(prompts[b]));
}

/** Prompts padded on the left to one length, then a completion of masks. */
export interface Canvas {
  /** [B * length] */
  readonly ids: Int32Array;
  readonly batch: number;
  readonly length: number;
  /** [B, length], 0 at left padding; null when nothing is padded */
  readonly real: tf.Tensor2D | null;
}

export function makeCanvas(
  denoiser: Pick<Denoiser, "padTokenId" | "maskTokenId">,
  prompts: readonly Int32Array[],
  completionLength: number,
): Canvas {
  const promptLength = Math.max(...prompts.map(p => p.length));
  const length = promptLength + completionLength;
  const ids = new Int32Array(prompts.length * length).fill(denoiser.maskTokenId);
  const real = new Int32Array(prompts.length * length).fill(1);
  prompts.forEach((prompt, b) => {
    const pads = promptLength - prompt.length;
    ids.fill(denoiser.padTokenId, b * length, b * length + pads);
    real.fill(0, b * length, b * length + pads);
    ids.set(prompt, b * length + pads);
  });
  const padded = prompts.some(p => p.length < promptLength);
  return {
    ids,
    batch: prompts.length,
    length,
    real: padded ? tf.tensor2d(real, [prompts.length, length], "int32") : null,
  };
}

function completionLogits(denoiser: Denoiser, canvas: Canvas, completionLength: number): Float32Array {
  // A copy: uploaded arrays are shared with the backend, and this one changes.
  const ids = tf.tensor2d(canvas.ids.slice(), [canvas.batch, canvas.length], "int32");
  const logits = denoiser.completionLogits(ids, canvas.real, completionLength);
  const values = logits.dataSync<"float32">();
  tf.dispose([ids, logits]);
  return values;
}

/** The state of one sample while it is decoded. */
class Sample {
  masked: number[];
  private readonly ids: Int32Array;
  private readonly order: number[] = [];
  private readonly stepOf: Int32Array;
  private readonly confidence: Float32Array;
  private readonly entropy: Float32Array;
  private tieSteps = 0;
  private choiceSteps = 0;
  private readonly trace: { confidence: Float32Array; entropy: Float32Array } | undefined;

  constructor(
    private readonly config: DecodeConfig,
    maskTokenId: number,
    trace: boolean,
  ) {
    const c = config.completionLength;
    this.masked = Array.from({ length: c }, (_, i) => i);
    this.ids = new Int32Array(c).fill(maskTokenId);
    this.stepOf = new Int32Array(c).fill(-1);
    this.confidence = new Float32Array(c);
    this.entropy = new Float32Array(c);
    const blank = () => new Float32Array(config.steps * c).fill(NaN);
    this.trace = trace ? { confidence: blank(), entropy: blank() } : undefined;
  }

  /** One step on this sample's logits [C, V]; returns the positions committed with their tokens. */
  step(
    step: number,
    logits: Float32Array,
    denoiser: Denoiser,
    policy: UnmaskingPolicy,
    rng: Rng,
  ): [number, number][] {
    if (this.masked.length === 0) return [];
    const { config } = this;
    const proposals = propose(
      logits,
      this.masked,
      denoiser.vocabSize,
      denoiser.maskTokenId,
      config,
      rng.split("tokens"),
    );
    if (this.trace !== undefined) {
      for (const p of this.masked) {
        this.trace.confidence[step * config.completionLength + p] = proposals.scores[p];
        this.trace.entropy[step * config.completionLength + p] = proposals.entropies[p];
      }
    }
    const state = {
      step,
      steps: config.steps,
      completionLength: config.completionLength,
      masked: this.masked,
      scores: proposals.scores,
    };
    const choice = policy(state, rng.split("positions"));
    if (choice.positions.length > 0 && choice.positions.length < choice.candidates) {
      this.choiceSteps++;
      if (choice.tied) this.tieSteps++;
    }
    const committed = choice.positions
      .filter(p => proposals.tokens[p] !== denoiser.maskTokenId)
      .sort((a, b) => a - b);
    for (const p of committed) {
      this.ids[p] = proposals.tokens[p];
      this.stepOf[p] = step;
      this.confidence[p] = proposals.scores[p];
      this.entropy[p] = proposals.entropies[p];
      this.order.push(p);
    }
    this.masked = this.masked.filter(p => this.stepOf[p] < 0);
    return committed.map(p => [p, this.ids[p]]);
  }

  trajectory(promptIds: Int32Array): Trajectory {
    return {
      promptIds,
      completionIds: this.ids,
      order: Int32Array.from(this.order),
      stepOf: this.stepOf,
      confidence: this.confidence,
      entropy: this.entropy,
      steps: this.config.steps,
      tieRule: this.config.tieRule,
      tieSteps: this.tieSteps,
      choiceSteps: this.choiceSteps,
      trace: this.trace,
    };
  }
}

interface Proposals {
  /** by position; what stands at positions that are not masked is meaningless */
  readonly tokens: Int32Array;
  readonly scores: Float32Array;
  /** nats, of the untempered distribution */
  readonly entropies: Float32Array;
}

/** A token, a score and an entropy for every masked position, from logits [C, V]. */
function propose(
  logits: Float32Array,
  masked: readonly number[],
  vocabSize: number,
  maskTokenId: number,
  config: DecodeConfig,
  rng: Rng,
): Proposals {
  const c = config.completionLength;
  const result = { tokens: new Int32Array(c), scores: new Float32Array(c), entropies: new Float32Array(c) };
  const plain = new Float32Array(vocabSize);
  const filtered = new Float32Array(vocabSize);
  for (const p of masked) {
    if (!config.maskProposable) logits[p * vocabSize + maskTokenId] = -Infinity;
    filteredSoftmax(logits, p * vocabSize, vocabSize, untempered, plain);
    filteredSoftmax(logits, p * vocabSize, vocabSize, config, filtered);
    const raw = summarize(plain, vocabSize);
    const shaped = summarize(filtered, vocabSize);
    const token = config.temperature > 0 ? sampleToken(filtered, vocabSize, rng) : shaped.argmax;
    result.tokens[p] = token;
    result.entropies[p] = -raw.negEntropy;
    switch (config.remasking) {
      case "probability":
        result.scores[p] = filtered[token];
        break;
      case "probability-untempered":
        result.scores[p] = plain[token];
        break;
      case "margin":
        result.scores[p] = shaped.top1 - shaped.top2;
        break;
      case "neg-entropy":
        result.scores[p] = shaped.negEntropy;
        break;
      case "neg-entropy-untempered":
        result.scores[p] = raw.negEntropy;
        break;
      case "random":
        result.scores[p] = rng.uniform();
        break;
    }
  }
  return result;
}
