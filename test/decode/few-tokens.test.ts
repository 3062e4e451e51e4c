/**
 * Long rows are read as their most probable tokens: the same proposals
 * as from the whole row, with a whole row read only in doubt.
 */
import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, it } from "vitest";
import type { FilterConfig } from "../../src/lib/core/distribution.js";
import { Rng } from "../../src/lib/core/rng.js";
import { logitRows, type LogitRows } from "../../src/lib/decode/logit-rows.js";
import { proposer } from "../../src/lib/decode/proposal.js";
import { samplerOf } from "../../src/lib/decode/sampler.js";
import { useBackend } from "../../src/lib/runtime/backend.js";

beforeAll(() => useBackend());

const vocabSize = 5000;
const mask = 4999;

const rng = Rng.fromSeed(1);
const normals = Array.from({ length: 7919 }, () => rng.normal());

/**
 * Rows of normal logits, the spread rising from flat to one
 * token far above the rest, the last with many equal logits.
 */
const spreads = [0, 0.1, 1, 2, 3, 5, 8, 12, 20];
const values = Float32Array.from({ length: (spreads.length + 1) * vocabSize }, (_, i) => {
  const row = Math.floor(i / vocabSize);
  return row < spreads.length ? spreads[row] * normals[i % normals.length] : Math.round(4 * normals[i % 977]);
});

/**
 * Every number that a proposal gives, of every row, and
 * which rows were read whole for its filtered distribution.
 */
function proposals(rows: LogitRows, filters: FilterConfig) {
  const whole: number[] = [];
  const source: typeof rows = {
    ...rows,
    row: index => {
      whole.push(index);
      return rows.row(index);
    },
  };
  const propose = proposer(vocabSize, filters, samplerOf(filters.temperature), mask);
  const numbers = Array.from({ length: spreads.length + 1 }, (_, i) => {
    const {
      token,
      filtered,
      filteredSummary: s,
    } = propose(source, i, 0.3 + 0.05 * i, {
      step: 0,
      position: i,
    });
    const kept = Array.from(filtered.entries()).filter(([, p]) => p > 0);
    return { token, kept, argmax: s.argmax, top1: s.top1, top2: s.top2, negEntropy: s.negEntropy };
  });
  return { numbers, whole };
}

describe("rows of 5,000 tokens", () => {
  const settings: FilterConfig[] = [
    { temperature: 0.2, topP: 0.95, topK: null },
    { temperature: 1, topP: 0.9, topK: null },
    { temperature: 1.2, topP: 0.95, topK: 20 },
    { temperature: 0, topP: 0.5, topK: null },
    { temperature: 0.6, topP: 1, topK: 50 },
  ];

  it.each(settings)("give the same proposals, bit for bit, as rows read whole: %o", filters => {
    const rows = logitRows(tf.tensor2d(values, [spreads.length + 1, vocabSize]));
    const some = proposals(rows, filters);
    const all = proposals({ ...rows, likely: () => null }, filters);
    rows.dispose();
    expect(some.numbers).toEqual(all.numbers);
    expect(new Set(all.whole).size).toBe(spreads.length + 1);
    expect(new Set(some.whole).size).toBeLessThan(filters.topK === null ? 7 : 2);
  });

  it("never propose the mask, be it the most probable token", () => {
    const certain = values.slice(0, vocabSize).fill(30, mask, mask + 1);
    const rows = logitRows(tf.tensor2d(certain, [1, vocabSize]));
    const { numbers } = proposals(
      { ...rows, row: () => rows.row(0), likely: (_, asked) => rows.likely(0, asked) },
      settings[4],
    );
    rows.dispose();
    expect(numbers.flatMap(({ kept }) => kept.map(([v]) => v))).not.toContain(mask);
  });

  it("hold nothing on the device once they are disposed", () => {
    const before = tf.memory().numTensors;
    const rows = logitRows(tf.tensor2d(values, [spreads.length + 1, vocabSize]));
    proposals(rows, settings[0]);
    rows.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });
});
