/** Claims of the training studies, each on tables that it fits and on ones that it does not. */
import { describe, expect, it } from "vitest";
import { judgeN11 } from "../../src/lib/claims/n11-annealing.js";
import { judgeN13, judgeN13Infill } from "../../src/lib/claims/n13-ar-against-diffusion.js";
import { judgeN7Loss, judgeN7Pass } from "../../src/lib/claims/n7-soft-masking.js";
import { Rng } from "../../src/lib/core/rng.js";

const rng = () => Rng.fromSeed(0);
const units = [1, 2, 3].flatMap(seed =>
  Array.from({ length: 20 }, (_, i) => ({ seed, problem: `seed${seed}-sequence${i}`, i })),
);
/** Sequences differ, by the same wherever they appear. */
const spread = (i: number) => 0.3 * (i % 5);
/** What does not pair: below the effects. */
const noise = (i: number, salt: number) => 0.004 * (((i * 7 + salt * 3) % 5) - 2);

describe("N11", () => {
  const verdicts = (losses: Readonly<Record<string, number>>) => {
    const rows = Object.entries(losses).flatMap(([recipe, level], salt) =>
      [0, 400].flatMap(step =>
        units.map(({ seed, problem, i }) => ({
          ...{ seed, problem, recipe: `n11-${recipe}`, step },
          loss: (step === 0 ? 9 : level) + spread(i) + noise(i, salt),
        })),
      ),
    );
    return Object.fromEntries(judgeN11(rows, rng()).map(claim => [claim.id, claim.verdict]));
  };

  it("holds where the shift saves much and annealing little", () => {
    expect(
      verdicts({
        "shift-annealed": 1,
        "shift-abrupt": 1.05,
        "no-shift-annealed": 1.3,
        "no-shift-abrupt": 1.4,
      }),
    ).toEqual({ "N11-shift": "holds", "N11-anneal": "holds", "N11-larger": "holds" });
  });

  it("fails where the shift hurts in one arm, annealing hurts, and the shift matters less", () => {
    expect(
      verdicts({
        "shift-annealed": 1.2,
        "shift-abrupt": 1.1,
        "no-shift-annealed": 1.1,
        "no-shift-abrupt": 0.9,
      }),
    ).toEqual({ "N11-shift": "does-not-hold", "N11-anneal": "does-not-hold", "N11-larger": "does-not-hold" });
  });

  it("is open about an annealing that changes nothing", () => {
    const same = { "shift-annealed": 1, "shift-abrupt": 1, "no-shift-annealed": 1.3, "no-shift-abrupt": 1.3 };
    expect(verdicts(same)["N11-anneal"]).toBe("inconclusive");
  });
});

describe("N13", () => {
  const moments = [0, 1, 2, 4, 20, 100];
  /** Loss of either model at each moment. */
  const verdicts = (ar: readonly number[], diffusion: readonly number[]) => {
    const rows = ([["n13-ar", ar], ["n13-diffusion", diffusion]] as const).flatMap(([recipe, curve], salt) =>
      curve.flatMap((level, m) =>
        units.map(({ seed, problem, i }) => ({
          ...{ seed, problem, recipe, step: 24 * moments[m], epochs: moments[m] },
          loss: level + spread(i) + noise(i, salt),
        })),
      ),
    ); // prettier-ignore
    return Object.fromEntries(judgeN13(rows, rng()).map(claim => [claim.id, claim.verdict]));
  };

  it("holds where AR leads, turns up and is passed by a curve that still falls", () => {
    expect(verdicts([5, 3, 2.5, 2, 1.5, 2.4], [5, 4, 3.5, 3, 2, 1.4])).toEqual({
      ...{ "N13-early": "holds", "N13-overfit": "holds", "N13-cross": "holds", "N13-best": "holds" },
    });
  });

  it("does not where diffusion overfits as well and never gets below", () => {
    expect(verdicts([5, 3, 2.5, 2, 1.5, 2.4], [5, 4, 3.5, 3, 2, 2.6])).toEqual({
      ...{ "N13-early": "holds", "N13-overfit": "does-not-hold" },
      ...{ "N13-cross": "does-not-hold", "N13-best": "does-not-hold" },
    });
  });

  it("does not where diffusion leads from the start", () => {
    expect(verdicts([5, 4, 3, 2, 1.5, 1.4], [5, 3.5, 2.5, 1.9, 1.4, 1.3])["N13-early"]).toBe("does-not-hold");
  });

  it("of infilling compares the same gaps", () => {
    /** Of twenty problems a seed, how many each filling of the study's models solves; all of the testbed's are solved. */
    const filled = (solved: Readonly<Record<string, number>>) =>
      judgeN13Infill(
        Object.entries(solved).flatMap(([policy, count]) =>
          units.flatMap(({ seed, problem, i }) =>
            (policy === "infill" ? ["n13-diffusion", "instruct"] : ["n13-ar", "ar-parent"]).map(
              checkpoint => ({
                ...{ seed, problem, policy, checkpoint },
                passedBase: i < count || !checkpoint.startsWith("n13"),
              }),
            ),
          ),
        ),
        rng(),
      );
    const judged = filled({ infill: 18, "infill left": 8, "continue left": 10 });
    expect(judged.verdict).toBe("holds");
    expect(judged.measured).toBeCloseTo(0.5, 9);
    expect(judged.detail).toContain("instruct model minus its AR parent, 0.000");
    expect(filled({ infill: 8, "infill left": 18, "continue left": 10 }).verdict).toBe("does-not-hold");
  });
});

describe("N7", () => {
  const losses = (softInputs: number, soft: number, updates: number, passes: number) => {
    const curve = (recipe: string, inputs: string, first: number, last: number, end: number, salt: number) =>
      [0, end].flatMap(step =>
        units.map(({ seed, problem, i }) => ({
          ...{ seed, problem, recipe, inputs, step },
          loss: (step === 0 ? first : last) + spread(i) + noise(i, salt),
        })),
      );
    return judgeN7Loss(
      [
        ...curve("n7-soft", "soft", softInputs, soft, 400, 1),
        ...curve("n7-soft", "hard", 1, soft + 0.02, 400, 2),
        ...curve("n7-plain-updates", "hard", 1, updates, 400, 3),
        ...curve("n7-plain-passes", "hard", 1, passes, 720, 4),
      ],
      rng(),
    ).map(claim => [claim.id, claim.verdict]);
  };

  it("holds where soft inputs help only once they are trained", () => {
    expect(losses(1.1, 0.8, 0.9, 0.85)).toEqual([
      ["N7-passes", "holds"],
      ["N7-updates", "holds"],
      ["N7-untrained", "holds"],
    ]);
  });

  it("tells equal updates from equal passes, and an untrained help", () => {
    expect(losses(0.9, 0.8, 0.9, 0.7)).toEqual([
      ["N7-passes", "does-not-hold"],
      ["N7-updates", "holds"],
      ["N7-untrained", "does-not-hold"],
    ]);
  });

  /** Of twenty problems a seed, how many each decoding solves at 36 and at 9 steps. */
  const pass = (soft: readonly [number, number], plain: readonly [number, number]) =>
    judgeN7Pass(
      [
        ...([["n7-soft", true, soft], ["n7-soft", false, plain], ["n7-plain-passes", false, plain]] as const),
        ...([["instruct", true, plain], ["instruct", false, plain]] as const),
      ].flatMap(([model, isSoft, solved]) =>
        [36, 9].flatMap((steps, s) =>
          units.map(({ seed, problem, i }) => ({ seed, problem, model, softMasks: isSoft, steps, passedBase: i < solved[s] })),
        ),
      ),
      rng(),
    ).verdict; // prettier-ignore

  it("of pass@1 needs a gain at fewer steps, larger than at all", () => {
    expect(pass([17, 14], [16, 8])).toBe("holds");
    expect(pass([18, 8], [12, 8])).toBe("does-not-hold");
    expect(pass([12, 12], [12, 12])).toBe("inconclusive");
  });
});
