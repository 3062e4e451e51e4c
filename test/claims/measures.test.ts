/** Measures that are more than a column: on rows made up so that the answer is known. */
import { describe, expect, it } from "vitest";
import type { EstimatedProblem } from "../../src/lib/analysis/estimates.js";
import type { Condition } from "../../src/lib/claims/claim.js";
import { measured } from "../../src/lib/claims/contrasts.js";
import type { MeasureName } from "../../src/lib/claims/measures.js";
import type { Row } from "../../src/lib/claims/rows.js";

/** Of all rows. */
function of(measure: MeasureName, rows: readonly object[], rest: Partial<Condition> = {}) {
  const found = measured(rows as Row[], { measure, of: {}, ...rest });
  if (found === null) throw new Error("no rows");
  return found;
}

const seeds = [1, 2, 3];

describe("curves are shaped after their mean, and vary by leaving out a seed", () => {
  const curves = (curve: readonly number[]) =>
    seeds.flatMap(seed =>
      [0, 1].map(i => ({ seed, problem: `p${seed}-${i}`, curve: curve.map(y => y + 2 * i - 1) })),
    );

  it("an L drops after the head and does not rise at the end, a U does", () => {
    const l = [5, 5, 5, 1, 1, 1, 1, 1, 1, 1, 1];
    const u = [5, 5, 5, 1, 1, 1, 1, 4, 4, 4, 4];
    expect([of("drop", curves(l)).value, of("rise", curves(l)).value]).toEqual([4, 0]);
    expect([of("drop", curves(u)).value, of("rise", curves(u)).value]).toEqual([4, 3]);
    expect(of("half the drop less the rise", curves(u)).value).toBe(-1);
    expect(of("drop", curves(l)).errors).toEqual([{ error: 0, df: 2 }]);
  });
});

describe("loss by mask ratio", () => {
  const draws = (loss: (t: number) => number) =>
    ["run-a", "run-b", "run-c"].flatMap(run =>
      [0.05, 0.4, 0.6, 1].flatMap(t =>
        [1, 2].map(masked => ({
          ...{ run, problem: `p-${run}`, t, masked, completionLength: 4 },
          lossSum: loss(t) * t * masked,
        })),
      ),
    );

  it("is what runs name apart, and is measured where it is smallest and against its middle", () => {
    const rows = draws(t => (t < 0.1 ? 6 : t === 0.4 ? 1 : t === 0.6 ? 2 : 4));
    expect(of("explosion, mean", rows)).toMatchObject({
      value: expect.closeTo(4, 9) as number,
      seeds: 3,
      n: 3,
    });
    expect(of("smallest at, mean", rows).value).toBe(0.4);
    expect(of("explosion, sum", rows).value).toBeCloseTo(4, 9);
  });

  it("a draw that masked nothing has no mean and counts for nothing", () => {
    const rows = draws(t => (t < 0.1 ? 6 : 1.5));
    const empty = rows.map(row => ({ ...row, masked: 0, lossSum: 0 }));
    expect(of("explosion, mean", [...rows, ...empty]).value).toBeCloseTo(4, 9);
  });
});

describe("of programs", () => {
  const program = (seed: number, text: string, valid = true, rest: object = {}) => ({
    ...{
      seed,
      problem: `p${seed}`,
      text,
      valid,
      passedBase: true,
      readout: "decoder",
      temperature: 0,
      ...rest,
    },
  });

  it("variety counts distinct valid ones as a share of the samples", () => {
    const rows = seeds.flatMap(seed => [
      program(seed, "a"),
      program(seed, "a"),
      program(seed, "b"),
      program(seed, "c", false),
    ]);
    expect(of("variety", rows).value).toBe(0.5);
  });

  it("the other model is taken at the temperature of the nearest pass@1, seed by seed", () => {
    const parent = (seed: number, temperature: number, passedBase: boolean, text: string) =>
      program(seed, text, true, { readout: "autoregressive", temperature, passedBase });
    const rows = seeds.flatMap(seed => [
      program(seed, "a"),
      program(seed, "b"),
      ...[parent(seed, 0.2, true, "x"), parent(seed, 0.2, true, "x")],
      ...[parent(seed, 1, false, "x"), parent(seed, 1, false, "y")],
    ]);
    const contrast = { of: { readout: "decoder" }, minus: { readout: "autoregressive" } };
    expect(of("variety", rows, { ...contrast, matched: { side: "minus", by: "pass@1" } }).value).toBe(0.5);
  });
});

it("the spread of a run is over its samples, whatever its seeds differ in", () => {
  const rows = seeds.flatMap(seed =>
    [0, 0.2].map((x, i) => ({ seed, problem: `p${seed}-${i}`, order: [], globalArnessEos: [seed / 10 + x] })),
  );
  expect(of("spread of global", rows)).toMatchObject({
    value: expect.closeTo(0.1 * Math.SQRT2, 12) as number,
    n: 6,
  });
});

it("one token in a hundred may make the whole sum of k3 terms", () => {
  const shifts = Array.from({ length: 100 }, (_, k) => (k === 7 ? -3 : 0));
  const rows = seeds.map(seed => ({
    seed,
    problem: `p${seed}`,
    updates: 16,
    shifts,
    weights: shifts.map(() => 1.5),
  }));
  expect(of("top share, public", rows).value).toBe(1);
});

describe("of a reward's course", () => {
  const rows = seeds.flatMap(seed =>
    ["a", "b"].flatMap(problem =>
      [0, 10, 20].map((step, i) => ({
        ...{ seed, problem, step, passedBase: step > 0, passedPlus: step > 10 },
        reward: problem === "a" ? [0, 2, 1][i] : [0, 0, 1][i],
      })),
    ),
  );

  it("the second half from the middle step on, and what is passed in the end less at first", () => {
    expect(of("held-out reward", rows).value).toBe(1);
    expect(of("rise of pass@1", rows).value).toBe(1);
    expect(of("rise of pass@1, plus tests", rows).value).toBe(1);
  });

  it("the fall is that of the mean curve, which need not fall where one problem's does", () => {
    const found = measured(rows, { measure: "fall of reward", of: {} }, { crossed: true });
    expect(found?.value).toBe(0); // 0, 1, 1
  });
});

describe("of estimates", () => {
  /** Two tokens of every problem; variance and bias as given, v_k = -1. */
  const problem = (seed: number, coupled: number, decoupled: number, off = 0): EstimatedProblem => ({
    ...{ seed, problem: `p${seed}`, scope: "end", fullMask: [-1, -1] },
    exact: {
      ...{ fullMask: Float64Array.of(-1, -1), mean: Float64Array.of(-1, -1) },
      ...{ square: Float64Array.of(2, 2), product: Float64Array.of(1, 1) },
    },
    drawn: kind => ({
      mean: [-1.5 + off, -1.5 + off],
      variance: kind === "coupled" ? [coupled, coupled] : [decoupled, decoupled],
    }),
  });

  it("variances are compared by their means over problems and seeds, the reduction with v_k^2 / (2N)", () => {
    const rows = [problem(1, 1, 2), problem(2, 3, 4), problem(3, 2, 3)];
    expect(of("variance ratio", rows).value).toBeCloseTo(6 / 9, 12);
    expect(of("reduction", rows).value).toBeCloseTo(2, 12); // 1 over 1/2
  });

  it("the bias is a share of the expectation", () => {
    expect(
      of(
        "bias, coupled",
        seeds.map(seed => problem(seed, 1, 2)),
      ).value,
    ).toBeCloseTo(0, 12);
    expect(
      of(
        "bias, coupled",
        seeds.map(seed => problem(seed, 1, 2, 0.15)),
      ).value,
    ).toBeCloseTo(0.1, 12);
  });
});
