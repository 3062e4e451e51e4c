/** Block-wise caches: what they cost, where they are exact, and what they may not be combined with. */
import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, it } from "vitest";
import type { Trajectory } from "../../../src/lib/core/records.js";
import { Rng } from "../../../src/lib/core/rng.js";
import { cacheErrors, type CacheError } from "../../../src/lib/methods/kv-cache/replay.js";
import { decodeConfig } from "../../../src/lib/decode/config.js";
import { kvCaches, type DecodeConfig, type KvCache } from "../../../src/lib/decode/types.js";
import { decode } from "../../../src/lib/decode/decode.js";
import type { DenoiserConfig } from "../../../src/lib/model/config.js";
import { createDenoiser, type Denoiser } from "../../../src/lib/model/denoiser.js";
import { initParameters } from "../../../src/lib/model/parameters.js";
import { useBackend } from "../../../src/lib/runtime/backend.js";
import { decodeTable } from "../../decode/decode-table.js";
import { rowsOfConfidence } from "../../decode/table-denoiser.js";

const shape: DenoiserConfig = {
  ...{ modelType: "Dream", vocabSize: 13, hiddenSize: 16, layers: 2, heads: 4, kvHeads: 2 },
  ...{ intermediateSize: 24, rmsNormEps: 1e-6, ropeTheta: 100, qkvBias: true, tieWordEmbeddings: false },
  ...{ shift: true, maskTokenId: 12, eosTokenId: 0, padTokenId: 1, maxPositions: 64 },
};
/** logits of equal passes in another order of operations */
const tolerance = 1e-5;

beforeAll(async () => {
  await useBackend();
});

/** A random model whose attention matters: weights ten times as large as at the start of training. */
function model(changes: Partial<DenoiserConfig> = {}, attention = 1): Denoiser {
  const config = { ...shape, ...changes };
  const parameters = new Map(
    [...initParameters(config, Rng.fromSeed(3))].map(([name, tensor]) => {
      const factor = name.endsWith("norm.weight") ? 1 : name.includes("o_proj") ? 10 * attention : 10;
      return [name, tf.tidy(() => tf.mul(tensor, factor))];
    }),
  );
  return createDenoiser(config, parameters, { mode: "op-by-op" });
}

const prompt = (length: number, from = 0) =>
  Int32Array.from({ length }, (_, i) => 2 + ((7 * (i + from)) % 9));

async function decoded(
  denoiser: Denoiser,
  prompts: readonly Int32Array[],
  completionLength: number,
  overrides: Partial<DecodeConfig>,
): Promise<Trajectory[]> {
  const config = decodeConfig(completionLength, { remasking: "probability-untempered", ...overrides });
  return decode(
    denoiser,
    prompts,
    config,
    prompts.map((_, b) => Rng.fromSeed(b)),
  );
}

/** Errors of both caches along decodings in blocks. */
async function errorsOf(
  denoiser: Denoiser,
  overrides: Partial<DecodeConfig>,
  lengths = [3, 5],
): Promise<Record<KvCache, CacheError[]>> {
  const prompts = lengths.map(length => prompt(length));
  const config = decodeConfig(8, { remasking: "probability-untempered", temperature: 0, ...overrides });
  const ts = await decoded(denoiser, prompts, 8, { temperature: 0, ...overrides });
  const [prefix, dual] = cacheErrors(denoiser, ts, config, kvCaches);
  return { prefix, dual };
}

const largest = (errors: readonly CacheError[]) => Math.max(...errors.flatMap(e => e.divergences));

describe("the worked example: P = 16, G = 32, B = 8, five passes a block", () => {
  it("takes 960 token positions without a cache, 512 with the prefix, 320 with the dual one", async () => {
    const denoiser = model();
    const work = async (kvCache?: KvCache) => {
      const overrides = { blockLength: 8, steps: 20, ...(kvCache !== undefined && { kvCache }) };
      const [t] = await decoded(denoiser, [prompt(16)], 32, overrides);
      return [t.calls, t.tokenPositions];
    };
    expect(await work()).toEqual([20, 960]);
    expect(await work("prefix")).toEqual([20, 512]);
    expect(await work("dual")).toEqual([20, 320]);
    denoiser.dispose();
  });

  it("counts no padding: samples of a batch cost what they cost alone", async () => {
    const denoiser = model();
    const ts = await decoded(denoiser, [prompt(16), prompt(4)], 32, {
      blockLength: 8,
      steps: 20,
      kvCache: "dual",
    });
    expect(ts.map(t => t.tokenPositions)).toEqual([320, 320 - 4 * 12]);
    denoiser.dispose();
  });
});

describe("cached logits are exact", () => {
  it.each([true, false])("in every first pass over a block, and nowhere else (shift: %s)", async shift => {
    const denoiser = model({ shift });
    for (const errors of Object.values(await errorsOf(denoiser, { blockLength: 4 })))
      for (const { divergences, positions } of errors) {
        expect(positions).toEqual([8, 6, 4, 2]);
        expect(divergences[0]).toBeLessThan(tolerance);
        expect(divergences[3]).toBeGreaterThan(100 * tolerance);
      }
    denoiser.dispose();
  });

  it("where a block takes one pass: the trajectory is the uncached one", async () => {
    const denoiser = model();
    const prompts = [prompt(3), prompt(6, 2)];
    for (const overrides of [{ blockLength: 4, steps: 2 }, { blockLength: 1 }]) {
      const plain = await decoded(denoiser, prompts, 8, overrides);
      for (const kvCache of kvCaches) {
        const cached = await decoded(denoiser, prompts, 8, { ...overrides, kvCache });
        cached.forEach((t, b) => {
          expect([...t.completionIds]).toEqual([...plain[b].completionIds]);
          t.confidence.forEach((c, p) =>
            expect(Math.abs(c - plain[b].confidence[p])).toBeLessThan(tolerance),
          );
        });
      }
    }
    denoiser.dispose();
  });

  it(
    "in a model of one layer, with attention or without: what is kept depends on its own token " +
      "alone, what is queried is fresh",
    async () => {
      for (const attention of [0, 1]) {
        const denoiser = model({ layers: 1, shift: false }, attention);
        const { prefix, dual } = await errorsOf(denoiser, { blockLength: 4 });
        expect(largest([...prefix, ...dual])).toBeLessThan(tolerance);
        denoiser.dispose();
      }
    },
  );

  it(
    "under the shift in a model of one layer, but for the block's first token once others of the " +
      "block are known",
    async () => {
      const free = model({ layers: 1 }, 0);
      const { prefix, dual } = await errorsOf(free, { blockLength: 4 });
      expect(largest([...prefix, ...dual])).toBeLessThan(tolerance);
      free.dispose();
      const attending = model({ layers: 1 });
      expect(largest((await errorsOf(attending, { blockLength: 8 })).dual)).toBeGreaterThan(100 * tolerance);
      attending.dispose();
    },
  );

  it("at the first completion token without a prompt, where the shift repeats row 0", async () => {
    const denoiser = model({ layers: 1 });
    const { prefix } = await errorsOf(denoiser, { blockLength: 8 }, [0]);
    expect(largest(prefix)).toBeLessThan(tolerance);
    denoiser.dispose();
  });
});

describe("cached decoding", () => {
  it(
    "gives a sample of a batch what it gets alone, in different blocks at one step, through graphs " +
      "or not",
    async () => {
      const prompts = [prompt(3), prompt(6, 2), prompt(4, 5)];
      const overrides = { blockLength: 4, policy: { name: "threshold", tau: 0.3 } } as const;
      const eager = model();
      const graph = createDenoiser(eager.config, eager.parameters);
      for (const kvCache of kvCaches) {
        const alone: Trajectory[] = [];
        for (const [b, one] of prompts.entries()) {
          const config = decodeConfig(8, { ...overrides, kvCache });
          alone.push(...(await decode(eager, [one], config, [Rng.fromSeed(b)])));
        }
        for (const denoiser of [eager, graph]) {
          const { remasking } = decodeConfig(8, overrides);
          const together = await decoded(denoiser, prompts, 8, { ...overrides, remasking, kvCache });
          expect(new Set(together.map(t => t.calls)).size).toBeGreaterThan(1);
          together.forEach((t, b) => {
            expect([...t.completionIds]).toEqual([...alone[b].completionIds]);
            expect([...t.order]).toEqual([...alone[b].order]);
            expect([t.calls, t.tokenPositions]).toEqual([alone[b].calls, alone[b].tokenPositions]);
          });
        }
      }
      graph.dispose();
    },
  );

  it("leaves no tensor behind", async () => {
    const denoiser = model();
    const before = tf.memory().numTensors;
    await decoded(denoiser, [prompt(3), prompt(5)], 8, { blockLength: 4, kvCache: "dual" });
    await errorsOf(denoiser, { blockLength: 4 });
    expect(tf.memory().numTensors).toBe(before);
    denoiser.dispose();
  });

  it("traces the positions that were computed", async () => {
    const denoiser = model();
    const config = decodeConfig(4, { blockLength: 2, kvCache: "dual" });
    const [t] = await decode(denoiser, [prompt(3)], config, [Rng.fromSeed(0)], { trace: true });
    const seen = Array.from(t.trace?.confidence ?? [], c => !Number.isNaN(c));
    const rows = [0, 1, 2, 3].map(step => seen.slice(4 * step, 4 * step + 4));
    expect(rows[0]).toEqual([true, true, false, false]);
    expect(rows[2]).toEqual([false, false, true, true]);
    expect(rows.map(row => row.filter(Boolean).length)).toEqual([2, 1, 2, 1]);
    denoiser.dispose();
  });
});

describe("a cache is refused in one sentence", () => {
  it.each<[Partial<DecodeConfig>, RegExp]>([
    [{ kvCache: "dul" as never }, /unknown kvCache "dul"; did you mean "dual"\?/],
    [{ kvCache: "dual", guidance: 1 }, /one pass and guidance=1 makes two a step; leave one of them out/],
    [{ kvCache: "prefix", maskProposable: true }, /finished blocks.*set maskProposable to false/],
    [{ kvCache: "dual", policy: { name: "lookahead" } }, /one state of a sample and the policy tries 2/],
    [{ kvCache: "dual" }, /which this denoiser does not have; leave kvCache out/],
  ])("%j", async (overrides, message) => {
    await expect(decodeTable(rowsOfConfidence(new Array<number>(8).fill(0.5)), overrides)).rejects.toThrow(
      message,
    );
  });

  it("when a policy leaves the block", async () => {
    const denoiser = model();
    const last = ({ masked }: { masked: readonly number[] }) => ({
      ...{ positions: masked.slice(-1), candidates: masked.length, tied: false },
    });
    const config = decodeConfig(8, { blockLength: 4, kvCache: "dual" });
    const decoding = decode(denoiser, [prompt(3)], config, [Rng.fromSeed(0)], { policy: last });
    await expect(decoding).rejects.toThrow(/position 7 is to be committed .* stay in the block/);
    denoiser.dispose();
  });
});
