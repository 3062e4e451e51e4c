/** The perfect denoiser of a small chain, against sums over all its sequences. */
import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, it } from "vitest";
import {
  chainLogLikelihood,
  conditionals,
  markovDenoiser,
  type MarkovChain,
} from "../../src/lib/model/markov-chain.js";
import { useBackend } from "../../src/lib/runtime/backend.js";

beforeAll(async () => {
  await useBackend();
});

const chain = (lag: number): MarkovChain => ({
  next: [
    [0.5, 0.3, 0.2],
    [0.1, 0.6, 0.3],
    [0.25, 0.25, 0.5],
  ],
  start: [0.2, 0.5, 0.3],
  lag,
});

/** By adding up the probabilities of all sequences that agree with the tokens. */
function bySums(of: MarkovChain, tokens: readonly (number | null)[]): number[][] {
  const v = of.start.length;
  const totals = tokens.map(() => new Array<number>(v).fill(0));
  let sum = 0;
  for (let code = 0; code < v ** tokens.length; code++) {
    const sequence = tokens.map((_, p) => Math.floor(code / v ** p) % v);
    if (tokens.some((token, p) => token !== null && token !== sequence[p])) continue;
    const probability = Math.exp(chainLogLikelihood(of, sequence));
    sum += probability;
    sequence.forEach((token, p) => (totals[p][token] += probability));
  }
  return totals.map(row => row.map(total => total / sum));
}

describe("the conditionals of a chain", () => {
  it.each([1, 2, 4])("of lag %i are those of its sequences", lag => {
    for (const tokens of [
      [null, null, null, null, null],
      [null, 2, null, null, 0],
      [1, null, null, 0, null],
    ]) {
      const [found, expected] = [conditionals(chain(lag), tokens), bySums(chain(lag), tokens)];
      found.forEach((row, p) =>
        row.forEach((probability, s) => expect(probability).toBeCloseTo(expected[p][s], 12)),
      );
    }
  });

  it("are what the denoiser's logits say, and the mask has no share", () => {
    const denoiser = markovDenoiser(chain(1));
    const ids = tf.tensor2d([[denoiser.maskTokenId, 2, denoiser.maskTokenId]], [1, 3], "int32");
    const rows = tf.softmax(denoiser.logitsAt(ids, null, [[0, 2]])).arraySync();
    const expected = conditionals(chain(1), [null, 2, null]);
    [expected[0], expected[2]].forEach((row, i) =>
      [...row, 0, 0].forEach((probability, s) => expect(rows[0][i][s]).toBeCloseTo(probability, 6)),
    );
  });

  it("give a sequence its probability", () => {
    expect(chainLogLikelihood(chain(2), [0, 1, 2, 1])).toBeCloseTo(Math.log(0.2 * 0.5 * 0.2 * 0.6), 12);
  });
});
