/** From rows to a measured contrast: a value a run and problem, means of them, and how the result varies. */
import { mean } from "../analysis/bootstrap.js";
import { matchedByCalls, type CostedSample } from "../analysis/equal-calls.js";
import { matchedByPass, type PassingSample } from "../analysis/equal-pass.js";
import { overRuns, overRunsAndProblems, type Estimated } from "../analysis/intervals.js";
import { UserError } from "../core/errors.js";
import type { Contrast, Difference } from "./claim.js";
import type { Measure } from "./measure.js";
import { measures } from "./measures.js";
import { byRun, columnOf, meanOver, paired, rowsWhere, type Row, type Where } from "./rows.js";

/** A contrast measured. */
export interface Measured extends Estimated {
  /** of each run alone */
  readonly byRun: readonly number[];
  readonly seeds: number;
  readonly n: number;
  /** the rows of either side of the first difference */
  readonly sides: readonly (readonly Row[])[];
}

/** One side of a difference in one run: what each of its problems gives. */
type Side = ReadonlyMap<string, readonly number[]>;

/**
 * A difference within one run, its problems the same on both sides unless they are other problems altogether.
 */
interface RunPart {
  readonly of: Side;
  readonly minus?: Side;
}

interface Part {
  readonly measure: Measure;
  readonly asShare: boolean;
  readonly times: number;
  readonly runs: ReadonlyMap<string, RunPart>;
  readonly rows: readonly (readonly Row[])[];
}

/**
 * A contrast over the runs that all its sides have.
 * @param scope columns that the sides must have besides, where they do not name them: an order of decoding
 * @param crossed all runs answered the same problems
 * @returns null when a side has no rows, or no run is on every side
 */
export function measured(
  rows: readonly Row[],
  contrast: Contrast,
  { scope = {}, crossed = false }: { readonly scope?: Where; readonly crossed?: boolean } = {},
): Measured | null {
  const { less, ...first } = contrast;
  const rest = { measure: contrast.measure, asShare: contrast.asShare, ...less };
  const differences = less === undefined ? [first] : [first, { ...rest, of: less.of }];
  const parts = differences.map((difference, i) =>
    partOf(rows, difference, i === 0 ? 1 : -(less?.times ?? 1), scope),
  );
  const names = [...parts[0].runs.keys()].filter(name => parts.every(part => part.runs.has(name)));
  if (names.length === 0 || parts.some(part => part.runs.size === 0)) return null;
  const whole = parts.some(({ measure }) => measure.ofRun !== undefined);
  const seen = whole
    ? new Set(parts.flatMap(part => part.rows.flatMap(side => side.map(row => row.problem))))
    : new Set(names.flatMap(name => parts.flatMap(part => problemsOf(part.runs.get(name) as RunPart))));
  const found = crossed ? overShared(rows, parts, names) : overRuns(names, some => valueOf(parts, some));
  const alone = names.map(name => valueOf(parts, [name]));
  return { ...found, byRun: alone, seeds: names.length, n: seen.size, sides: parts[0].rows };
}

function problemsOf({ of, minus }: RunPart): string[] {
  return [...of.keys(), ...(minus?.keys() ?? [])];
}

/**
 * The value over some runs: of their mean, for runs have problems of their own and are alike but for chance.
 */
function valueOf(parts: readonly Part[], names: readonly string[]): number {
  const of = (part: Part, side: "of" | "minus") =>
    numberOf(
      part.measure,
      names.map(name => meanOf(part.runs.get(name)?.[side] as Side)),
    );
  return parts.reduce((sum, part) => sum + part.times * differenceOf(part, side => of(part, side)), 0);
}

function differenceOf(part: Part, of: (side: "of" | "minus") => number): number {
  if (![...part.runs.values()].every(run => run.minus !== undefined)) return of("of");
  const difference = of("of") - of("minus");
  if (!part.asShare) return difference;
  return of("of") === 0 ? 0 : difference / of("of"); // nothing to lose
}

/** Of several lists of means, one a run: the number of their mean. */
function numberOf({ ofMean }: Measure, lists: readonly (readonly number[])[]): number {
  const average = lists[0].map((_, i) => mean(lists.map(list => list[i])));
  return ofMean === undefined ? average[0] : ofMean(average);
}

function meanOf(side: Side, problems: Iterable<string> = side.keys()): readonly number[] {
  const lists = [...problems].map(problem => side.get(problem) as readonly number[]);
  return lists[0].map((_, i) => mean(lists.map(list => list[i])));
}

/** Every run's own number, of problems that all have. */
function overShared(rows: readonly Row[], parts: readonly Part[], names: readonly string[]): Estimated {
  const sides = names.flatMap(name =>
    parts.flatMap(part => Object.values(part.runs.get(name) as RunPart) as Side[]),
  );
  const problems = [...sides[0].keys()];
  const misses = sides.some(
    side => side.size !== problems.length || problems.some(problem => !side.has(problem)),
  );
  if (misses)
    throw new UserError("claims: runs were scored on other problems; compare finished runs of one study.");
  const cluster = new Map(rows.map(row => [row.problem, clusterOf(row)]));
  const clusters = new Map<string, number[]>();
  problems.forEach((problem, i) => {
    const name = cluster.get(problem) as string;
    clusters.set(name, [...(clusters.get(name) ?? []), i]);
  });
  const of = (name: string, chosen: readonly number[]) =>
    parts.reduce((sum, part) => {
      const run = part.runs.get(name) as RunPart;
      const side = (which: "of" | "minus") =>
        numberOf(part.measure, [
          meanOf(
            run[which] as Side,
            chosen.map(i => problems[i]),
          ),
        ]);
      return sum + part.times * differenceOf(part, side);
    }, 0);
  return overRunsAndProblems(names, [...clusters.values()], of);
}

/** Problems of one combination are alike; one that names none stands alone. */
function clusterOf(row: Row): string {
  const combination = columnOf(row, "combination");
  return typeof combination === "string" ? combination : row.problem;
}

function partOf(rows: readonly Row[], difference: Difference, times: number, scope: Where): Part {
  const measure: Measure = measures[difference.measure];
  const lowest = (found: readonly Row[]) => meanOver(found, samples => Number(measure.ofProblem(samples)));
  const select = (where: Where) => rowsWhere(rows, { ...scope, ...where }, lowest);
  const [of, minus] = matchedSides(difference, select);
  const [high, low] = [of, minus].map(found => (found === undefined ? undefined : sidesOf(found, measure)));
  const runs = new Map<string, RunPart>();
  for (const [name, side] of high ?? []) {
    const other = low?.get(name);
    if (low !== undefined && other === undefined) continue;
    const run = together(side, other, name);
    if (run.of.size > 0 && run.minus?.size !== 0) runs.set(name, run);
  }
  const both = [of, ...(minus === undefined ? [] : [minus])];
  return { measure, asShare: difference.asShare === true, times, runs, rows: both };
}

/** Both sides' rows, the fair setting of each run where that is asked for. */
function matchedSides(
  { of, minus, matched }: Difference,
  select: (where: Where) => readonly Row[],
): readonly [readonly Row[], (readonly Row[])?] {
  const first = select(of);
  if (minus === undefined) return [first];
  const second = select(minus);
  if (matched === undefined || first.length === 0 || second.length === 0) return [first, second];
  const [candidates, reference] = matched.side === "of" ? [first, second] : [second, first];
  const fair =
    matched.by === "calls"
      ? matchedByCalls(reference as unknown as CostedSample[], candidates as unknown as CostedSample[])
      : matchedByPass(reference as unknown as PassingSample[], candidates as unknown as PassingSample[]);
  return matched.side === "of" ? [fair, second] : [first, fair];
}

/** What each problem of each run gives; a run that is measured whole is its only problem. */
function sidesOf(rows: readonly Row[], { ofRun, ofProblem }: Measure): Map<string, Side> {
  return new Map(
    [...byRun(rows)].map(([name, problems]): [string, Side] => {
      if (ofRun !== undefined) return [name, new Map([["", [ofRun([...problems.values()].flat())]]])];
      const values = [...problems].map(([problem, samples]): [string, readonly number[]] => {
        const found = ofProblem(samples);
        return [problem, typeof found === "number" ? [found] : found];
      });
      return [name, new Map(values)];
    }),
  );
}

/** Without the problems that have no value, on either side where the sides have the same problems. */
function together(of: Side, minus: Side | undefined, run: string): RunPart {
  const valued = (side: Side) =>
    [...side].filter(([, values]) => !values.some(Number.isNaN)).map(([problem]) => problem);
  const only = (side: Side, problems: readonly string[]) =>
    new Map(problems.map(problem => [problem, side.get(problem) as readonly number[]]));
  if (minus === undefined) return { of: only(of, valued(of)) };
  if (!paired(new Set(of.keys()), new Set(minus.keys()), run))
    return { of: only(of, valued(of)), minus: only(minus, valued(minus)) };
  const there = new Set(valued(minus));
  const both = valued(of).filter(problem => there.has(problem));
  return { of: only(of, both), minus: only(minus, both) };
}
