/**
 * The latents of LAMP ("Latent Adaptation with Masked Policy for Diffusion Language Models", OpenReview
 * r12Cz05mUT, withdrawn; its text [P], no public code). The hidden states that predict a few tokens become
 * free vectors; a token is drawn from each, a reward says what came of it, and a policy-gradient step with
 * two regularisers moves them. Plain gradient steps, as its pseudo-code; its tables say Adam.
 */
import * as tf from "@tensorflow/tfjs-core";
import { softmaxWeights } from "../../core/distribution.js";

export interface LatentConfig {
  /** share of the answer's tokens that may be edited, at least one */
  readonly editShare: number;
  /** K */
  readonly iterations: number;
  /** eta */
  readonly learningRate: number;
  /** of KL(q0 || q), mean over the edits */
  readonly klWeight: number;
  /** of the squared distance from the original states, mean over all entries */
  readonly distanceWeight: number;
  /** tau: an edit is accepted where one token has this probability or more, ... */
  readonly acceptProbability: number;
  /** eps: ... and so much more than the most probable one had before */
  readonly acceptGain: number;
  /**
   * of the rewards' running mean, from 0; it is moved before
   * it is used, so that the first advantage is 0.9 r [P]
   */
  readonly baselineDecay: number;
}

/** [P]; K = 2 of the text (its tables: 10) */
export const latentDefaults: LatentConfig = {
  editShare: 0.1,
  iterations: 2,
  learningRate: 0.3,
  klWeight: 0.1,
  distanceWeight: 0.05,
  acceptProbability: 0.6,
  acceptGain: 0.05,
  baselineDecay: 0.9,
};

/** The head of a model, and its gradient by hand: every backend can run it. */
export interface Head {
  /** [E, V] of hidden states [E, D] */
  readonly logits: (states: tf.Tensor2D) => tf.Tensor2D;
  /** with respect to the states [E, D], given that with respect to the logits [E, V] */
  readonly gradient: (byLogits: tf.Tensor2D) => tf.Tensor2D;
}

/**
 * The edits of one sample: states [E, D] as they were and as they are, row-major, and distributions [E][V].
 */
export interface Latents {
  readonly original: Float32Array;
  readonly current: Float32Array;
  readonly width: number;
  readonly originalProbabilities: readonly Float32Array[];
  readonly probabilities: readonly Float32Array[];
}

/**
 * @param states [E * D]
 * @param excluded a token that has no probability (the mask); null excludes none
 */
export function latentsOf(head: Head, states: Float32Array, width: number, excluded: number | null): Latents {
  const probabilities = distributions(head, states, width, excluded);
  return { original: states, current: states, width, originalProbabilities: probabilities, probabilities };
}

/** The running mean of rewards with one more, and by how much that one exceeds it. */
export function advantageOf(baseline: number, reward: number, { baselineDecay }: LatentConfig) {
  const moved = baselineDecay * baseline + (1 - baselineDecay) * reward;
  return { baseline: moved, advantage: reward - moved };
}

/**
 * One gradient step on -advantage x sum log q_i[y_i] + klWeight
 * x mean KL(q0_i || q_i) + distanceWeight x mean (z - h)^2.
 * @param tokens [E] y
 */
export function latentStep(
  head: Head,
  latents: Latents,
  tokens: readonly number[],
  advantage: number,
  config: LatentConfig,
  excluded: number | null,
): Latents {
  const { original, current, width } = latents;
  const gradient = latentGradient(head, latents, tokens, advantage, config);
  const moved = current.map((z, i) => z - config.learningRate * gradient[i]);
  return {
    ...latents,
    original,
    current: moved,
    probabilities: distributions(head, moved, width, excluded),
  };
}

/** d loss / dz, [E * D]. */
export function latentGradient(
  head: Head,
  { original, current, originalProbabilities, probabilities }: Latents,
  tokens: readonly number[],
  advantage: number,
  { klWeight, distanceWeight }: Pick<LatentConfig, "klWeight" | "distanceWeight">,
): Float32Array {
  const edits = tokens.length;
  const byLogit = probabilities.map((q, i) =>
    Array.from(
      q,
      (p, v) =>
        advantage * (p - (v === tokens[i] ? 1 : 0)) + (klWeight / edits) * (p - originalProbabilities[i][v]),
    ),
  );
  const throughHead = tf.tidy(() => head.gradient(tf.tensor2d(byLogit)).dataSync<"float32">());
  return throughHead.map((g, i) => g + (2 * distanceWeight * (current[i] - original[i])) / current.length);
}

/** The token that each edit has come to, or null where it is not sure enough, or not surer than before. */
export function acceptedTokens(
  { originalProbabilities, probabilities }: Latents,
  { acceptProbability, acceptGain }: Pick<LatentConfig, "acceptProbability" | "acceptGain">,
): (number | null)[] {
  return probabilities.map((q, i) => {
    const [now, before] = [Math.max(...q), Math.max(...originalProbabilities[i])];
    return now >= acceptProbability && now - before >= acceptGain ? q.indexOf(now) : null;
  });
}

function distributions(
  head: Head,
  states: Float32Array,
  width: number,
  excluded: number | null,
): Float32Array[] {
  const edits = states.length / width;
  const logits = tf.tidy(() => head.logits(tf.tensor2d(states, [edits, width])).dataSync<"float32">());
  const size = logits.length / edits;
  return Array.from({ length: edits }, (_, i) => {
    const row = logits.slice(i * size, (i + 1) * size);
    if (excluded !== null) row[excluded] = -Infinity;
    const sum = softmaxWeights(row, 0, size, 1, row);
    return row.map(weight => weight / sum);
  });
}
