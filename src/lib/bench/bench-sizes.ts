/**
 * What `npm run bench` measures: two sizes of denoiser, four kinds of work, and how much arithmetic each is.
 */
import type { DenoiserConfig } from "../model/config.js";

export const benchWorks = ["forward", "train", "decode", "grpo"] as const;
export type BenchWork = (typeof benchWorks)[number];

/** As the PyTorch peer reads it, too. */
export interface BenchSize {
  readonly width: number;
  readonly layers: number;
  readonly heads: number;
  readonly hidden: number;
  readonly vocabulary: number;
  readonly batch: number;
  /** T, of which `prompt` is the prompt where there is one */
  readonly length: number;
  readonly prompt: number;
}

const shape = { batch: 64, length: 96, prompt: 48 } as const;

export const benchSizes: Readonly<Record<"S" | "M", BenchSize>> = {
  S: { width: 128, layers: 4, heads: 4, hidden: 384, vocabulary: 128, ...shape },
  M: { width: 256, layers: 6, heads: 8, hidden: 768, vocabulary: 512, ...shape },
};

/** Completions of one prompt in the GRPO update. */
export const groupSize = 8;

/** S with one dimension changed: how the works grow. */
export const growth: Readonly<Record<string, BenchSize>> = {
  "S, batch 16": { ...benchSizes.S, batch: 16 },
  "S, batch 32": { ...benchSizes.S, batch: 32 },
  "S, batch 128": { ...benchSizes.S, batch: 128 },
  "S, length 48": { ...benchSizes.S, length: 48, prompt: 24 },
  "S, length 192": { ...benchSizes.S, length: 192, prompt: 96 },
  "S, width 64": { ...benchSizes.S, width: 64, hidden: 192 },
  "S, width 256": { ...benchSizes.S, width: 256, hidden: 768 },
};

export function denoiserConfig(size: BenchSize): DenoiserConfig {
  return {
    modelType: "Dream",
    vocabSize: size.vocabulary,
    hiddenSize: size.width,
    layers: size.layers,
    heads: size.heads,
    kvHeads: size.heads,
    intermediateSize: size.hidden,
    rmsNormEps: 1e-6,
    ropeTheta: 1e4,
    qkvBias: true,
    tieWordEmbeddings: false,
    shift: true,
    maskTokenId: size.vocabulary - 1,
    eosTokenId: 0,
    padTokenId: 1,
    maxPositions: size.length,
  };
}

/**
 * Floating-point operations of the matrix products when nothing
 * is saved: a backward pass counts as two forward ones.
 */
export function operations(work: BenchWork, size: BenchSize): number {
  const { width: d, hidden: f, layers, vocabulary, batch, length, prompt } = size;
  const row = 2 * (layers * (4 * d * d + 3 * d * f + 2 * length * d) + d * vocabulary);
  const forward = batch * length * row;
  if (work === "forward") return forward;
  if (work === "train") return 3 * forward;
  if (work === "grpo") return 9 * forward;
  return (length - prompt) * forward;
}
