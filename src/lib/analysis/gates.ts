/**
 * Whether a testbed is worth measuring on: what a model and its problems must show before anything is
 * studied. Each gate is a line of a table with its measured values; thresholds stand beside it.
 */
import { randomOrderArness } from "./ar-ness.js";
import { mean } from "./bootstrap.js";
import { groupRows } from "./by-group.js";

/** A direction of a comparison, and whether the number itself is left out. */
export interface Direction {
  readonly upward: boolean;
  readonly strict: boolean;
}

/** A comparison that a prompt asks for, and what the program has at its number; null where it has none. */
export interface ReadComparison {
  readonly asked: Direction;
  readonly written: Direction | null;
}

/** One program written for a problem. */
export interface GateProgram {
  readonly problem: string;
  /** null for an answer that is not of the demanded form */
  readonly program: string | null;
  readonly filters: readonly string[];
  readonly comparisons: readonly ReadComparison[];
  readonly passedBase: boolean;
  readonly passedPlus: boolean;
}

/** What a gate says of one group of answers or problems. */
export interface GateLine {
  readonly gate: "a" | "b" | "c" | "d" | "e" | "f";
  readonly what: string;
  /** of which answers: "held out", "seen", "problems" */
  readonly group: string;
  readonly value: number;
  /** the range that it must be in, both ends within */
  readonly least: number;
  readonly most: number;
  readonly passed: boolean;
}

type Bound = Pick<GateLine, "least" | "most">;
const atLeast = (least: number): Bound => ({ least, most: Infinity });
const atMost = (most: number): Bound => ({ least: -Infinity, most });

/** A value that there was nothing to compute from (NaN) passes nowhere. */
function line(gate: GateLine["gate"], what: string, group: string, value: number, bound: Bound): GateLine {
  return { gate, what, group, value, ...bound, passed: value >= bound.least && value <= bound.most };
}

/**
 * (a) Comparators are read: the direction, and at those of the right direction whether the number itself
 * counts.
 */
export function readingGate(group: string, programs: readonly GateProgram[]): GateLine[] {
  const all = programs.flatMap(({ comparisons }) => comparisons);
  const upwardShare = (asked: boolean) =>
    share(
      all.filter(c => c.asked.upward === asked),
      c => c.written?.upward === true,
    );
  const turnedRight = all.filter(c => c.written?.upward === c.asked.upward);
  return [
    line(
      "a",
      "upwards | asked upwards - asked downwards",
      group,
      upwardShare(true) - upwardShare(false),
      atLeast(0.9),
    ),
    line(
      "a",
      "boundary right (> against >=)",
      group,
      share(turnedRight, c => c.written?.strict === c.asked.strict),
      atLeast(0.9),
    ),
  ];
}

/** (b) Room in both directions: by base tests, by plus tests, and by the weakest filter. */
export function roomGate(group: string, programs: readonly GateProgram[]): GateLine[] {
  const base = share(programs, p => p.passedBase);
  const filters = [...new Set(programs.flatMap(p => p.filters))];
  const ofFilter = filters.map(filter =>
    share(
      programs.filter(p => p.filters.includes(filter)),
      p => p.passedBase,
    ),
  );
  return [
    line("b", "pass@1, base", group, base, { least: 0.5, most: 0.85 }),
    line("b", "base - plus", group, base - share(programs, p => p.passedPlus), atLeast(0.03)),
    line("b", "pass@1 of the weakest filter", group, Math.min(...ofFilter), atLeast(0.35)),
  ];
}

/** (c) Variety: different programs among the samples of a problem, on average. */
export function varietyGate(group: string, programs: readonly GateProgram[]): GateLine[] {
  const byProblem = groupRows(programs, ({ problem }) => ({ problem }));
  const distinct = byProblem.map(
    ({ rows }) => new Set(rows.flatMap(({ program }) => (program === null ? [] : [program]))).size,
  );
  return [line("c", "distinct programs in 16 samples at T 1.0", group, mean(distinct), atLeast(4))];
}

/** A problem of the testbed, as far as gates look at it. */
export interface GateProblem {
  readonly form: string;
  readonly combination: string;
  readonly filters: readonly string[];
  /** tokens of its solution */
  readonly tokens: number;
}

/** (d) Room for order: lengths, forms, and AR-ness@1 of an order drawn at random. */
export function lengthGate(problems: readonly GateProblem[]): GateLine[] {
  const tokens = problems.map(p => p.tokens);
  const random = tokens.map(length => randomOrderArness(length, 1));
  return [
    line("d", "tokens of the shortest program", "problems", Math.min(...tokens), atLeast(24)),
    line("d", "tokens of the longest program", "problems", Math.max(...tokens), atMost(96)),
    line("d", "forms", "problems", new Set(problems.map(p => p.form)).size, atLeast(4)),
    line(
      "d",
      "global AR-ness@1 of a random order",
      "problems",
      mean(random.map(r => r.global)),
      atMost(0.15),
    ),
    line("d", "local AR-ness@1 of a random order", "problems", mean(random.map(r => r.local)), atMost(0.15)),
  ];
}

/**
 * (e) One test set that is large, of many held-out combinations, evenly spread.
 * @param others combinations of dev problems, of which a test set holds none
 */
export function testSetGate(problems: readonly GateProblem[], others: ReadonlySet<string>): GateLine[] {
  const combinations = new Set(problems.map(p => p.combination));
  const asked = problems.flatMap(p => p.filters);
  const counts = [...new Set(asked)].map(filter => asked.filter(f => f === filter).length);
  const shared = [...combinations].filter(combination => others.has(combination)).length;
  return [
    line("e", "problems of one test set", "problems", problems.length, atLeast(600)),
    line("e", "held-out combinations", "problems", combinations.size, atLeast(150)),
    line(
      "e",
      "rarest filter by the most frequent",
      "problems",
      Math.min(...counts) / Math.max(...counts),
      atLeast(0.8),
    ),
    line("e", "combinations shared with dev", "problems", shared, atMost(0)),
  ];
}

/** (f) Code and math alike: tokens of solutions and shares solved. */
export function likenessGate(
  group: string,
  code: { readonly tokens: readonly number[]; readonly solved: readonly boolean[] },
  math: { readonly tokens: readonly number[]; readonly solved: readonly boolean[] },
): GateLine[] {
  const solved = (of: { readonly solved: readonly boolean[] }) => share(of.solved, Boolean);
  return [
    line("f", "mean tokens, code by math", "problems", mean(code.tokens) / mean(math.tokens), {
      least: 0.8,
      most: 1.25,
    }),
    line("f", "share solved, code - math", group, solved(code) - solved(math), { least: -0.15, most: 0.15 }),
  ];
}

/** NaN of nothing. */
function share<T>(values: readonly T[], holds: (value: T) => boolean): number {
  return values.filter(holds).length / values.length;
}
