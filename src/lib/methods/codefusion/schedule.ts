/**
 * Gaussian noise on embeddings by the square-root schedule. The paper names it but
 * gives neither offset nor sampler variance: both are Diffusion-LM's form and ours
 * [R]. u = t/T counts from 0 (nearly clean: the share is 0.99, not 1) to 1 (noise).
 */
import * as tf from "@tensorflow/tfjs-core";

const offset = 1e-4;

/** At u = 1 the formula is a little below 0; x_T is then noise but for this share. */
const smallest = 1e-6;

/** abar(u) = 1 - sqrt(u + 1e-4), the share of the variance that is signal. */
export function signalShare(u: number): number {
  return Math.max(smallest, 1 - Math.sqrt(u + offset));
}

/** x_t = sqrt(abar) x_0 + sqrt(1 - abar) e. @param share abar, broadcast over x_0 */
export function addNoise<T extends tf.Tensor>(start: T, noise: T, share: tf.Tensor): T {
  return tf.add(tf.mul(tf.sqrt(share), start), tf.mul(tf.sqrt(tf.sub(1, share)), noise));
}

/** The x_0 that this noise made x_t of. */
export function startOf<T extends tf.Tensor>(x: T, noise: T, share: tf.Tensor): T {
  return tf.div(tf.sub(x, tf.mul(tf.sqrt(tf.sub(1, share)), noise)), tf.sqrt(share));
}

/** The noise that made x_t of this x_0. */
export function noiseOf<T extends tf.Tensor>(x: T, start: T, share: tf.Tensor): T {
  return tf.div(tf.sub(x, tf.mul(tf.sqrt(share), start)), tf.sqrt(tf.sub(1, share)));
}

/** Factors of x_s = onStart x_0 + onNoise e + fresh z, one denoising step from share abar_t to abar_s. */
export interface ReverseStep {
  readonly onStart: number;
  readonly onNoise: number;
  readonly fresh: number;
}

/**
 * The step of DDIM (arXiv 2010.02502, Eq. 12 and 16). eta = 1 is the DDPM
 * posterior, which is what we sample with [R]; 0 draws nothing after x_T.
 */
export function reverseStep(from: number, to: number, eta: number): ReverseStep {
  const fresh = eta * Math.sqrt(((1 - to) / (1 - from)) * (1 - from / to));
  return { onStart: Math.sqrt(to), onNoise: Math.sqrt(Math.max(0, 1 - to - fresh ** 2)), fresh };
}

/** [width] sine and cosine features of a step t in 1..T, wavelengths from 2 pi to 20,000 pi. */
export function stepFeatures(t: number, width: number): Float32Array {
  const half = width / 2;
  return Float32Array.from({ length: width }, (_, j) => {
    const angle = t * 10000 ** (-(j % half) / half);
    return j < half ? Math.sin(angle) : Math.cos(angle);
  });
}
