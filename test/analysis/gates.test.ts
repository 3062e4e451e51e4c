/**
 * The gates on small made-up answers and problems: each passes where it should, and falls when what it
 * guards does.
 */
import { describe, expect, it } from "vitest";
import {
  lengthGate,
  likenessGate,
  readingGate,
  roomGate,
  testSetGate,
  varietyGate,
  type GateLine,
  type GateProblem,
  type GateProgram,
  type ReadComparison,
} from "../../src/lib/analysis/gates.js";

const verdicts = (lines: readonly GateLine[]) => lines.map(({ passed }) => passed);
const asking = (upward: boolean, strict: boolean, written: ReadComparison["written"]): ReadComparison => ({
  asked: { upward, strict },
  written,
});
const program = (i: number, changed: Partial<GateProgram> = {}): GateProgram => ({
  problem: `p${i}`,
  program: `program ${i}`,
  filters: [i % 2 === 0 ? "over" : "even"],
  comparisons: [],
  ...{ passedBase: i % 10 < 7, passedPlus: i % 10 < 6 },
  ...changed,
});
const many = (count: number, changed: (i: number) => Partial<GateProgram> = () => ({})) =>
  Array.from({ length: count }, (_, i) => program(i, changed(i)));

/**
 * Twenty comparisons, half of them asked upwards; of the first `wrong` each way the direction is turned
 * round.
 */
const compared = (wrong: number, loose = 0) =>
  many(20, i => {
    const upward = i % 2 === 0;
    const place = Math.floor(i / 2);
    const written = { upward: place < wrong ? !upward : upward, strict: place >= loose };
    return { comparisons: [asking(upward, true, written)] };
  });

describe("(a) comparators are read", () => {
  it("passes a model that reads all of them, and one that misses a boundary in ten", () => {
    expect(readingGate("seen", compared(0)).map(({ value }) => value)).toEqual([1, 1]);
    expect(verdicts(readingGate("seen", compared(0, 1)))).toEqual([true, true]);
  });

  it("fails where one direction in ten is turned round, and where two boundaries in ten are missed", () => {
    expect(readingGate("seen", compared(1)).map(({ value }) => value)[0]).toBeCloseTo(0.8);
    expect(verdicts(readingGate("seen", compared(1)))).toEqual([false, true]);
    expect(verdicts(readingGate("seen", compared(0, 2)))).toEqual([true, false]);
  });

  it("fails a model that always tests upwards, one that writes no comparison, and nothing at all", () => {
    const all = (written: ReadComparison["written"]) =>
      many(20, i => ({ comparisons: [asking(i % 2 === 0, true, written)] }));
    expect(readingGate("seen", all({ upward: true, strict: true }))[0].value).toBe(0);
    expect(verdicts(readingGate("seen", all(null)))).toEqual([false, false]);
    expect(verdicts(readingGate("seen", []))).toEqual([false, false]);
  });
});

describe("(b) there is room in both directions", () => {
  it("passes seven of ten with a gap of one to plus", () => {
    expect(roomGate("held out", many(100)).map(({ value }) => Number(value.toFixed(3)))).toEqual([
      0.7, 0.1, 0.6,
    ]);
    expect(verdicts(roomGate("held out", many(100)))).toEqual([true, true, true]);
  });

  it("fails a ceiling, a floor, plus tests that say what base tests say, and one weak filter", () => {
    const of = (passed: (i: number) => boolean, plus = passed) =>
      verdicts(
        roomGate(
          "held out",
          many(100, i => ({ passedBase: passed(i), passedPlus: plus(i) })),
        ),
      );
    expect(
      of(
        i => i % 10 < 9,
        i => i % 10 < 8,
      ),
    ).toEqual([false, true, true]);
    expect(
      of(
        i => i % 10 < 4,
        i => i % 10 < 3,
      ),
    ).toEqual([false, true, true]);
    expect(of(i => i % 10 < 7)).toEqual([true, false, true]);
    expect(
      of(
        i => i % 2 === 1 || i % 10 < 3,
        i => i % 2 === 1,
      ),
    ).toEqual([true, true, true]);
    expect(
      of(
        i => i % 2 === 1 || i % 20 < 6,
        i => i % 2 === 1,
      )[2],
    ).toBe(false);
  });
});

describe("(c) samples differ", () => {
  it("counts different programs of the demanded form, a problem after the other", () => {
    const samples = (texts: readonly (string | null)[]) => texts.map(text => program(0, { program: text }));
    const [line] = varietyGate("held out", samples(["a", "b", "c", "d", "a", null]));
    expect(line).toMatchObject({ value: 4, passed: true });
    expect(varietyGate("held out", samples(["a", "b", "c", null]))[0].passed).toBe(false);
  });
});

const problem = (i: number, changed: Partial<GateProblem> = {}): GateProblem => ({
  form: `form ${i % 4}`,
  combination: `combination ${i % 150}`,
  filters: [`filter ${i % 8}`],
  tokens: 24 + (i % 40),
  ...changed,
});
const problems = (count: number, changed: (i: number) => Partial<GateProblem> = () => ({})) =>
  Array.from({ length: count }, (_, i) => problem(i, changed(i)));

describe("(d) order has room", () => {
  it("passes programs of 24 to 63 tokens in four forms", () => {
    expect(verdicts(lengthGate(problems(600)))).toEqual([true, true, true, true, true]);
  });

  it("fails short and long programs, few forms, and what any order scores high on", () => {
    expect(verdicts(lengthGate(problems(600, () => ({ tokens: 12 })))).slice(0, 4)).toEqual([
      false,
      true,
      true,
      false,
    ]);
    expect(verdicts(lengthGate(problems(600, () => ({ tokens: 97 }))))[1]).toBe(false);
    expect(verdicts(lengthGate(problems(600, () => ({ form: "loop" }))))[2]).toBe(false);
    expect(verdicts(lengthGate(problems(600, () => ({ tokens: 5 })))).slice(3)).toEqual([false, false]);
  });
});

describe("(e) the test set is large and even", () => {
  it("passes 600 problems of 150 combinations with eight filters alike", () => {
    expect(verdicts(testSetGate(problems(600), new Set(["another"])))).toEqual([true, true, true, true]);
  });

  it("fails fewer problems or combinations, a rare filter, and a combination that dev has too", () => {
    const of = (set: readonly GateProblem[], dev: readonly string[] = []) =>
      verdicts(testSetGate(set, new Set(dev)));
    expect(of(problems(592))).toEqual([false, true, true, true]);
    expect(of(problems(600, () => ({ combination: "one" })))[1]).toBe(false);
    expect(of(problems(600, i => (i % 16 === 0 ? { filters: ["filter 1"] } : {})))[2]).toBe(false);
    expect(of(problems(600), ["combination 3"])[3]).toBe(false);
  });
});

describe("(f) code and math are alike", () => {
  const side = (tokens: number, solved: number) => ({
    tokens: [tokens],
    solved: Array.from({ length: 20 }, (_, i) => i < solved),
  });

  it("passes like lengths and like shares, and fails where either differs", () => {
    expect(verdicts(likenessGate("held out", side(44, 14), side(42, 12)))).toEqual([true, true]);
    expect(verdicts(likenessGate("held out", side(44, 14), side(30, 12)))).toEqual([false, true]);
    expect(verdicts(likenessGate("held out", side(44, 14), side(42, 6)))).toEqual([true, false]);
  });
});
