/** Decoding histories, confidences and schedules computed with the authors' code (test/reference): decisions must be identical. */
import { readFileSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import { filteredSoftmax, summarize } from "../../src/lib/core/distribution.js";
import type { Trajectory } from "../../src/lib/core/records.js";
import { Rng } from "../../src/lib/core/rng.js";
import {
  decodeConfig,
  dreamPublic,
  lladaPublic,
  type DecodeConfig,
  type Remasking,
} from "../../src/lib/decode/config.js";
import { decode } from "../../src/lib/decode/decode.js";
import { dreamQuota, dreamRevealProbability, lladaQuota } from "../../src/lib/decode/quota.js";
import { loadDenoiser } from "../../src/lib/model/checkpoint.js";
import { useBackend } from "../../src/lib/run/backend.js";

interface GenerateCase {
  readonly name: string;
  readonly alg?: string;
  readonly steps: number;
  readonly block_length?: number;
  readonly prompt_ids: number[][];
  readonly attention_mask: number[][] | null;
  /** ids after each step, [steps][batch][prompt + completion] */
  readonly history: number[][][];
  readonly confidence_before_each_step?: (number | null)[][][];
}

const read = (file: string): unknown => JSON.parse(readFileSync(`test/reference/${file}`, "utf8"));
const completionLength = 16;
/** float32 against float64 differs by 6e-6; the README asks for this */
const confidenceTolerance = 5e-5;

beforeAll(async () => {
  await useBackend();
});

async function run(folder: string, c: GenerateCase, overrides: Partial<DecodeConfig>): Promise<Trajectory[]> {
  const denoiser = loadDenoiser(folder);
  const prompts = c.prompt_ids.map((ids, b) =>
    Int32Array.from(ids.filter((_, i) => c.attention_mask === null || c.attention_mask[b][i] === 1)),
  );
  const greedy = { ...overrides, temperature: 0, topP: 1, topK: null, steps: c.steps };
  const rngs = prompts.map((_, b) => Rng.fromSeed(0).split(b));
  const trajectories = await decode(denoiser, prompts, decodeConfig(completionLength, greedy), rngs, {
    trace: true,
  });
  denoiser.dispose();
  return trajectories;
}

/** The completion after each step, as the reference records it. */
function historyOf(t: Trajectory, steps: number, maskId: number): number[][] {
  return Array.from({ length: steps }, (_, step) =>
    Array.from(t.completionIds, (id, p) => (t.stepOf[p] <= step ? id : maskId)),
  );
}

function expectHistory(trajectories: readonly Trajectory[], c: GenerateCase, maskId: number): void {
  trajectories.forEach((t, b) => {
    const reference = c.history.map(states => states[b].slice(-completionLength));
    expect(historyOf(t, c.steps, maskId), `${c.name}, row ${b}`).toEqual(reference);
  });
}

function expectConfidences(t: Trajectory, c: GenerateCase): void {
  c.confidence_before_each_step?.forEach((rows, step) => {
    rows[0].slice(-completionLength).forEach((reference, p) => {
      if (reference === null) return;
      const ours = t.trace!.confidence[step * completionLength + p];
      expect(Math.abs(ours - reference), `${c.name} step ${step} position ${p}`).toBeLessThan(
        confidenceTolerance,
      );
    });
  });
}

describe("Dream's decoder", () => {
  const data = read("dream-tiny/expected_generate.json") as { cases: GenerateCase[]; mask_token_id: number };
  const names: Record<string, Remasking> = {
    maskgit_plus: "probability",
    topk_margin: "margin",
    entropy: "neg-entropy",
  };
  it.each(data.cases.map(c => [c.name, c] as const))(
    "commits the same tokens in the same order: %s",
    async (_, c) => {
      const trajectories = await run("test/reference/dream-tiny", c, {
        ...dreamPublic,
        remasking: names[c.alg as string],
      });
      expectHistory(trajectories, c, data.mask_token_id);
      expectConfidences(trajectories[0], c);
    },
  );
});

describe("LLaDA's decoder", () => {
  const data = read("llada-tiny/expected_generate.json") as { cases: GenerateCase[]; mask_token_id: number };
  const unguided = data.cases.filter(c => !c.name.endsWith("cfg1"));
  it.each(unguided.map(c => [c.name, c] as const))(
    "commits the same tokens in the same order: %s",
    async (_, c) => {
      const blockLength = c.block_length as number;
      const trajectories = await run("test/reference/llada-tiny", c, {
        ...lladaPublic,
        blockLength,
      });
      expectHistory(trajectories, c, data.mask_token_id);
      expectConfidences(trajectories[0], c);
    },
  );
});

describe("filters and confidences", () => {
  const data = read("dream-tiny/expected_confidence.json") as {
    logits: number[][];
    cases: Record<string, unknown>[];
  };
  it("keep the tokens and give the values that the public sampler gives, for every temperature, top-p and top-k", () => {
    const size = data.logits[0].length;
    const probs = new Float32Array(size);
    for (const c of data.cases) {
      const filter = {
        temperature: c["temperature"] as number,
        topP: (c["top_p"] as number | null) ?? 1,
        topK: c["top_k"] as number | null,
      };
      data.logits.forEach((row, i) => {
        filteredSoftmax(Float32Array.from(row), 0, size, filter, probs);
        expect(Array.from(probs, p => (p > 0 ? 1 : 0))).toEqual((c["kept"] as number[][])[i]);
        const summary = summarize(probs, size);
        const close = (ours: number, key: string) =>
          expect(Math.abs(ours - (c[key] as number[])[i]), key).toBeLessThan(confidenceTolerance);
        close(summary.negEntropy, "neg_entropy");
        close(summary.top1 - summary.top2, "margin");
        close(probs[(c["drawn_token"] as number[])[i]], "probability_of_drawn_token");
      });
    }
  });
});

describe("schedules", () => {
  const { cases } = read("schedules/transfer_counts.json") as {
    cases: {
      masked_tokens: number;
      steps: number;
      dream_tokens_per_step: number[];
      llada_tokens_per_step: number[];
      dream_origin_probability_per_step?: number[];
    }[];
  };
  it("give the same number of tokens at every step as Dream's and LLaDA's code", () => {
    for (const c of cases) {
      let masked = c.masked_tokens;
      const dream = Array.from({ length: c.steps }, (_, step) => {
        const n = dreamQuota(masked, step, c.steps);
        masked -= n;
        return n;
      });
      const name = `${c.masked_tokens} tokens in ${c.steps} steps`;
      expect(dream, name).toEqual(c.dream_tokens_per_step);
      expect(
        Array.from({ length: c.steps }, (_, s) => lladaQuota(c.masked_tokens, s, c.steps)),
        name,
      ).toEqual(c.llada_tokens_per_step);
      c.dream_origin_probability_per_step?.forEach((p, s) =>
        expect(dreamRevealProbability(s, c.steps)).toBeCloseTo(p, 6),
      );
    }
  });
});
