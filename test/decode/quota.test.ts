/** Tokens per step by the two public schedules; every case of the reference is in reference.test.ts. */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { dreamQuota, dreamRevealProbability, lladaQuota } from "../../src/lib/decode/quota.js";

/** See dream-quota/README.md. */
interface TorchQuota {
  readonly lengths: number;
  readonly group: number;
  readonly probabilities: readonly string[];
  readonly counts: Readonly<Record<string, string>>;
  readonly rows: readonly { readonly masked: number; readonly steps: number; readonly counts: number[] }[];
}

const torch = JSON.parse(
  readFileSync(new URL("dream-quota/torch.json", import.meta.url), "utf8"),
) as TorchQuota;

function digest(arrays: Iterable<Float32Array | Int16Array>): string {
  const hash = createHash("sha256");
  for (const array of arrays) hash.update(array);
  return hash.digest("hex").slice(0, 16);
}

function probabilitiesOf(steps: number): Float32Array {
  return Float32Array.from({ length: steps }, (_, step) => dreamRevealProbability(step, steps));
}

/** [steps][lengths]: tokens a step, column n - 1 for n masked tokens at the start. */
function* schedulesOf(steps: number, lengths: number): Iterable<Int16Array> {
  const masked = Int16Array.from({ length: lengths }, (_, i) => i + 1);
  for (let step = 0; step < steps; step++) {
    const taken = masked.map(n => dreamQuota(n, step, steps));
    taken.forEach((n, i) => (masked[i] -= n));
    yield taken;
  }
}

function dreamCounts(length: number, steps: number): number[] {
  let masked = length;
  return Array.from({ length: steps }, (_, step) => {
    const n = dreamQuota(masked, step, steps);
    masked -= n;
    return n;
  });
}

describe("LLaDA's schedule", () => {
  it("splits evenly and gives the remainder to the first steps", () => {
    const counts = (length: number, steps: number) =>
      Array.from({ length: steps }, (_, step) => lladaQuota(length, step, steps));
    expect(counts(10, 4)).toEqual([3, 3, 2, 2]);
    expect(counts(8, 3)).toEqual([3, 3, 2]);
    expect(counts(3, 5)).toEqual([1, 1, 1, 0, 0]);
    expect(counts(8, 8)).toEqual([1, 1, 1, 1, 1, 1, 1, 1]);
  });
});

describe("Dream's schedule", () => {
  it("with steps = length reveals nothing in the first step and two tokens in the last", () => {
    expect(dreamCounts(8, 8)).toEqual([0, 1, 1, 1, 1, 1, 1, 2]);
  });

  it("with fewer steps reveals most in the last", () => {
    expect(dreamCounts(8, 4)).toEqual([1, 2, 2, 3]);
    expect(dreamCounts(10, 4)).toEqual([2, 2, 2, 4]);
    expect(dreamCounts(16, 8)).toEqual([1, 2, 2, 2, 2, 2, 2, 3]);
  });

  it("reveals each mask with 1 - t_next/t in random order, and with 1 at the last step", () => {
    const probabilities = [0, 1, 2, 3].map(step => dreamRevealProbability(step, 4));
    [0.24975, 0.332889, 0.499001, 1].forEach((p, step) => expect(probabilities[step]).toBeCloseTo(p, 6));
  });

  it("takes bit for bit the share that PyTorch takes at every step of 1 to 4,096", () => {
    const ours = torch.probabilities.map((_, i) => {
      const steps = Array.from({ length: torch.group }, (_, j) => i * torch.group + j + 1);
      return digest(steps.map(probabilitiesOf));
    });
    expect(ours).toEqual(torch.probabilities);
  });

  it.each(Object.entries(torch.counts))(
    "in %s steps takes PyTorch's tokens of every length to 1,024",
    (steps, hash) => {
      expect(digest(schedulesOf(Number(steps), torch.lengths))).toBe(hash);
    },
  );

  it.each(torch.rows)(
    "of $masked tokens in $steps steps takes as many at each as PyTorch",
    ({ masked, steps, counts }) => {
      expect(dreamCounts(masked, steps)).toEqual(counts);
    },
  );
});
