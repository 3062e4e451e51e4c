/**
 * How often an interval of 95% holds the truth, simulated: 3, 5 and 10 runs, and runs whose own differences
 * are 0, 1, 2 and 3.3 times the standard error of one run's mean. Of 2,000 studies a share of 0.95 has a
 * standard error of 0.005, so that 93 to 97% lie four of them away: an interval that covers 95% stays inside,
 * whatever the seeds.
 */
import { describe, expect, it } from "vitest";
import { bootstrapMean, mean } from "../../src/lib/analysis/bootstrap.js";
import {
  intervalOf,
  overRuns,
  overRunsAndProblems,
  pOf,
  type Clusters,
  type Estimated,
} from "../../src/lib/analysis/intervals.js";
import { Rng } from "../../src/lib/core/rng.js";

const studies = 2000;
const [fewest, most] = [0.93, 0.97];
const designs = [3, 5, 10].flatMap(runs => [0, 1, 2, 3.3].map(ratio => ({ runs, ratio })));

/** Sizes of the clusters that problems come in: twelve of 1 to 3 problems. */
const clusters: Clusters = Array.from({ length: 12 }, (_, c) => 1 + (c % 3)).reduce<number[][]>(
  (found, size) => [...found, Array.from({ length: size }, (_, i) => found.flat().length + i)],
  [],
);
const problems = clusters.flat().length;
/** Standard error of a run's mean, of clusters with variance 1 and of problems with variance 1. */
const ownError = Math.sqrt(
  clusters.reduce((sum, { length }) => sum + (length / problems) ** 2, 0) + 1 / problems,
);

function normal(rng: Rng): number {
  return Math.sqrt(-2 * Math.log(1 - rng.uniform())) * Math.cos(2 * Math.PI * rng.uniform());
}

/** A value a problem around 0: what its cluster has in common, and chance. */
function values(rng: Rng, common: readonly number[] = clusters.map(() => normal(rng))): number[] {
  return clusters.flatMap((cluster, c) => cluster.map(() => common[c] + normal(rng)));
}

/** Share of studies whose interval of 95% holds 0. */
function coverage(name: string, holds: (rng: Rng) => boolean, count = studies): number {
  const rng = Rng.fromSeed(20261130).split(name);
  return Array.from({ length: count }, (_, i) => holds(rng.split(i))).filter(Boolean).length / count;
}

const holdsZero = (found: Estimated) => pOf(found, 0) >= 0.05;

describe("an interval of 95% holds the truth in 93 to 97 of a hundred studies", () => {
  it.each(designs)("nested: $runs runs with problems of their own, ratio $ratio", ({ runs, ratio }) => {
    const share = coverage(`nested ${runs} ${ratio}`, rng => {
      const own = Array.from({ length: runs }, () => mean(values(rng)) + ratio * ownError * normal(rng));
      return holdsZero(overRuns(own, mean));
    });
    expect(share).toBeGreaterThan(fewest);
    expect(share).toBeLessThan(most);
  });

  it.each(designs)("crossed: $runs runs over the same problems, ratio $ratio", ({ runs, ratio }) => {
    const share = coverage(`crossed ${runs} ${ratio}`, rng => holdsZero(crossedStudy(rng, runs, ratio)));
    expect(share).toBeGreaterThan(fewest);
    expect(share).toBeLessThan(most);
  });

  it("ratios: passes lost as a share of passes, three runs that differ", () => {
    const truth = 0.4;
    const share = coverage("ratio", rng => {
      const runs = Array.from({ length: 3 }, () => {
        const full = 0.7 + 0.05 * normal(rng);
        return { full, lost: truth * full + 0.05 * normal(rng) };
      });
      const found = overRuns(runs, all => mean(all.map(r => r.lost)) / mean(all.map(r => r.full)));
      return pOf(found, truth) >= 0.05;
    });
    expect(share).toBeGreaterThan(fewest);
    expect(share).toBeLessThan(most);
  });
});

describe("what the alternatives cover", () => {
  const of = (name: string, holds: (runs: number[][], rng: Rng) => boolean) =>
    coverage(
      name,
      rng => {
        const runs = Array.from({ length: 3 }, () => {
          const own = 3.3 * ownError * normal(rng);
          return values(rng).map(value => value + own);
        });
        return holds(runs, rng);
      },
      300,
    );

  it("resampling three runs that differ covers less than 93%: why no verdict rests on it", () => {
    const share = of("bootstrap", (runs, rng) => {
      const { lower, upper } = bootstrapMean(runs, { replicates: 200, level: 0.95 }, rng);
      return lower <= 0 && upper >= 0;
    });
    expect(share).toBeLessThan(0.9);
  });

  it("runs alone cover less where they share their problems and hardly differ", () => {
    const share = coverage("runs alone", rng => {
      const common = clusters.map(() => normal(rng));
      const runs = Array.from({ length: 3 }, () => mean(values(rng, common)));
      return holdsZero(overRuns(runs, mean));
    });
    expect(share).toBeLessThan(0.8);
  });
});

function crossedStudy(rng: Rng, runs: number, ratio: number): Estimated {
  const common = clusters.map(() => normal(rng));
  const answers = Array.from({ length: runs }, () => {
    const own = ratio * ownError * normal(rng);
    return values(rng, common).map(value => value + own);
  });
  return overRunsAndProblems(answers, clusters, (run, chosen) => mean(chosen.map(i => run[i])));
}

describe("by hand", () => {
  it("a mean of runs has Student's interval: 1, 2 and 3", () => {
    const found = overRuns([1, 2, 3], mean);
    expect(found.value).toBe(2);
    const { lower, upper } = intervalOf(found);
    expect(upper - 2).toBeCloseTo(4.303 / Math.sqrt(3), 3);
    expect(2 - lower).toBeCloseTo(4.303 / Math.sqrt(3), 3);
  });

  it("an interval of a level leaves out just what has a smaller p", () => {
    const found = crossedStudy(Rng.fromSeed(3), 4, 1);
    const { lower, upper } = intervalOf(found, 0.9);
    expect(pOf(found, lower)).toBeCloseTo(0.1, 6);
    expect(pOf(found, upper)).toBeCloseTo(0.1, 6);
  });

  it("one run says nothing of how runs differ", () => {
    expect(intervalOf(overRuns([1], mean))).toEqual({ lower: NaN, upper: NaN });
    expect(pOf(overRuns([1], mean), 0)).toBeNaN();
  });

  it("runs that agree to the last digit have an interval of no width", () => {
    const found = overRuns([0.5, 0.5, 0.5], mean);
    expect(intervalOf(found)).toEqual({ lower: 0.5, upper: 0.5 });
    expect([pOf(found, 0.5), pOf(found, 0)]).toEqual([1, 0]);
  });
});
