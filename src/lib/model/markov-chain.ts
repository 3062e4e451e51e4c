/**
 * The perfect denoiser of a Markov chain: given the tokens that are there, the exact distribution of every
 * other one, by forward and backward passes. Nothing is learned, so that a decoding method can be judged
 * apart from a model's errors: one token at a time, drawn at temperature 1, samples the chain itself; what
 * several at once lose is the method's.
 */
import * as tf from "@tensorflow/tfjs-core";
import type { Denoiser } from "./denoiser.js";

export interface MarkovChain {
  /**
   * [V][V] probability of the next state, by state; no zeros,
   * so that every sequence has a distribution to go on from
   */
  readonly next: readonly (readonly number[])[];
  /** [V] of a state without a parent */
  readonly start: readonly number[];
  /** a token's parent stands this many positions before it: `lag` chains, interleaved */
  readonly lag: number;
}

/** Mask and padding are the two ids behind the states. There is no prompt: a canvas is a sequence. */
export function markovDenoiser(
  chain: MarkovChain,
): Pick<Denoiser, "vocabSize" | "maskTokenId" | "padTokenId" | "logitsAt"> {
  const v = chain.start.length;
  const mask = v;
  return {
    vocabSize: v + 2,
    maskTokenId: mask,
    padTokenId: v + 1,
    logitsAt: (ids, _real, positions) => {
      const [batch, length] = ids.shape;
      const tokens = ids.dataSync();
      const logits = positions.map((list, b) => {
        const own = Array.from(tokens.subarray(b * length, (b + 1) * length));
        const marginals = conditionals(
          chain,
          own.map(id => (id === mask ? null : id)),
        );
        return list.map(p => [...marginals[p].map(probability => Math.log(probability)), -1e9, -1e9]);
      });
      return tf.tensor3d(logits, [batch, positions[0].length, v + 2]);
    },
  };
}

/** [T][V] probability of every state at every position, given the tokens that are not null. */
export function conditionals(chain: MarkovChain, tokens: readonly (number | null)[]): number[][] {
  const { next, start, lag } = chain;
  const seen = (p: number, s: number) => (tokens[p] === null || tokens[p] === s ? 1 : 0);
  const forward: number[][] = [];
  for (let p = 0; p < tokens.length; p++) {
    const parent = p < lag ? undefined : forward[p - lag];
    const prior = start.map((probability, s) =>
      parent === undefined ? probability : sumOver(parent, (weight, q) => weight * next[q][s]),
    );
    forward.push(normalize(prior.map((weight, s) => weight * seen(p, s))));
  }
  const backward = tokens.map(() => start.map(() => 1));
  for (let p = tokens.length - 1; p >= lag; p--)
    backward[p - lag] = normalize(
      start.map((_, q) => sumOver(backward[p], (weight, s) => weight * seen(p, s) * next[q][s])),
    );
  return forward.map((weights, p) => normalize(weights.map((weight, s) => weight * backward[p][s])));
}

/** Log-probability of a whole sequence, nats. */
export function chainLogLikelihood({ next, start, lag }: MarkovChain, tokens: ArrayLike<number>): number {
  return Array.from(tokens).reduce(
    (sum, token, p, all) => sum + Math.log(p < lag ? start[token] : next[all[p - lag]][token]),
    0,
  );
}

function sumOver(weights: readonly number[], term: (weight: number, i: number) => number): number {
  return weights.reduce((sum, weight, i) => sum + term(weight, i), 0);
}

function normalize(weights: readonly number[]): number[] {
  const sum = weights.reduce((a, b) => a + b);
  return weights.map(weight => weight / sum);
}
