/** Confidence scores on literal distributions. */
import { describe, expect, it } from "vitest";
import { Rng } from "../../src/lib/core/rng.js";
import { scoreOf } from "../../src/lib/decode/confidence.js";
import { remaskings, type Remasking } from "../../src/lib/decode/types.js";
import { proposer } from "../../src/lib/decode/proposal.js";
import { mostProbable } from "../../src/lib/decode/sampler.js";

const rng = Rng.fromSeed(0);
const unfiltered = { temperature: 0, topP: 1, topK: null };

/** The score of each row of probabilities, the mask (last id) excluded. */
function scores(
  rows: readonly number[][],
  name: Remasking,
  filters = unfiltered,
  mask: number | null = null,
) {
  const v = rows[0].length;
  const propose = proposer(v, filters, mostProbable, mask);
  const logits = Float32Array.from(rows.flat(), Math.log);
  const source = { row: (index: number) => ({ values: logits, index }), likely: () => null };
  const place = (position: number) => ({ step: 0, position });
  return rows.map((_, i) => scoreOf(name)(propose(source, i, 0.5, place(i)), rng, place(i)));
}

describe("three positions, seven tokens", () => {
  const a = [0.55, 0.45, 0, 0, 0, 0, 0];
  const b = [0.6, 0.3, 0.1, 0, 0, 0, 0];
  const c = [0.58, 0.07, 0.07, 0.07, 0.07, 0.07, 0.07];
  const close = (ours: number[], expected: number[]) =>
    expected.forEach((x, i) => expect(ours[i]).toBeCloseTo(x, 5));

  it("rank B first by probability", () => {
    close(scores([a, b, c], "probability"), [0.55, 0.6, 0.58]);
  });

  it("rank C first by the margin of the top two", () => {
    close(scores([a, b, c], "margin"), [0.1, 0.3, 0.51]);
  });

  it("rank A first by negative entropy", () => {
    close(scores([a, b, c], "neg-entropy"), [-0.688139, -0.897946, -1.432831]);
  });
});

describe("the distribution that a score reads", () => {
  const row = [0.6, 0.3, 0.1];
  const narrow = { temperature: 0.5, topP: 0.95, topK: null };

  it("is the tempered and filtered one for Dream's scores", () => {
    const [p, q] = [0.36 / 0.45, 0.09 / 0.45]; // squared, renormalised; top-p drops the third
    expect(scores([row], "probability", narrow)[0]).toBeCloseTo(p, 5);
    expect(scores([row], "margin", narrow)[0]).toBeCloseTo(p - q, 5);
    expect(scores([row], "neg-entropy", narrow)[0]).toBeCloseTo(p * Math.log(p) + q * Math.log(q), 5);
  });

  it("is tempered even where no filter drops a token", () => {
    const tempered = { temperature: 0.5, topP: 1, topK: null };
    expect(scores([row], "probability", tempered)[0]).toBeCloseTo(0.36 / 0.46, 5);
    expect(scores([row], "probability-untempered", tempered)[0]).toBeCloseTo(0.6, 5);
  });

  it("is the untempered one for LLaDA's, whatever temperature proposed the token", () => {
    expect(scores([row], "probability-untempered", narrow)[0]).toBeCloseTo(0.6, 5);
    expect(scores([row], "neg-entropy-untempered", narrow)[0]).toBeCloseTo(-0.897946, 5);
  });

  it("lacks the mask when the mask may not be proposed", () => {
    const withMask = [0.3, 0.2, 0.5];
    expect(scores([withMask], "probability")[0]).toBeCloseTo(0.5, 5);
    expect(scores([withMask], "probability", unfiltered, 2)[0]).toBeCloseTo(0.6, 5);
    expect(scores([withMask], "margin", unfiltered, 2)[0]).toBeCloseTo(0.2, 5);
  });
});

describe("every named score", () => {
  it.each(remaskings)(
    "%s is higher for a position that is sure than for one that is not, or is random",
    name => {
      const [sure, unsure] = scores(
        [
          [0.9, 0.05, 0.05],
          [0.4, 0.3, 0.3],
        ],
        name,
      );
      if (name === "random") expect(new Set([sure, unsure, ...scores([[1, 1, 1]], name)]).size).toBe(3);
      else expect(sure).toBeGreaterThan(unsure);
    },
  );
});
