/** The rows of logs as claims select them: by their columns, whatever kind of log they come from. */
import { mean } from "../analysis/bootstrap.js";
import { UserError } from "../core/errors.js";

/**
 * Any row of a log that names its problem, and its run by a seed or a name; other columns are read by name.
 */
export interface Row {
  readonly problem: string;
  readonly seed?: number;
  readonly run?: string;
}

/**
 * A value that a column must have, or one of several; null where it must be empty; or one that the rows
 * decide.
 */
export type Wanted = string | number | boolean | null | readonly string[] | Chosen;

/**
 * "last" and "first": the largest and smallest value there is; "lowest": the one whose mean measure is
 * lowest.
 */
export interface Chosen {
  readonly pick: "first" | "last" | "lowest";
}

/** The rows that are meant, by their columns. */
export type Where = Readonly<Record<string, Wanted>>;

/** Columns that criteria, fixed before the logs had these names, call otherwise. */
const namedOtherwise: Readonly<Record<string, string>> = {
  score: "remasking",
  blocks: "blockLength",
  cache: "kvCache",
  soft: "softMasks",
};

/**
 * A column of a row; undefined where it has none. In a criterion a policy that a head's order takes part in
 * has the head behind its name, and a filter or a rule that is off (spacing, theta 0) is none.
 */
export function columnOf(row: Row, name: string): unknown {
  const columns = row as unknown as Readonly<Record<string, unknown>>;
  const value = columns[name] ?? columns[namedOtherwise[name]];
  if (name === "policy" && typeof columns.head === "string") return `${String(value)} ${columns.head}`;
  return (name === "spacing" || name === "theta") && value === 0 ? null : value;
}

/** What tells runs apart: their seed, else their name. */
export function runOf(row: Row): string {
  return String(row.seed ?? row.run);
}

/**
 * The rows that are meant.
 * @param value what "lowest" is the lowest of
 */
export function rowsWhere<R extends Row>(
  rows: readonly R[],
  where: Where,
  value: (rows: readonly R[]) => number,
): readonly R[] {
  const plain = Object.entries(where).filter(([, wanted]) => !isChosen(wanted));
  const chosen = Object.entries(where).filter((entry): entry is [string, Chosen] => isChosen(entry[1]));
  const found = rows.filter(row =>
    plain.every(([name, wanted]) => fits(columnOf(row, name) ?? null, wanted)),
  );
  let left: readonly R[] = found;
  for (const [name, { pick }] of chosen) left = picked(left, name, pick, value);
  return left;
}

function picked<R extends Row>(
  rows: readonly R[],
  name: string,
  pick: Chosen["pick"],
  value: (rows: readonly R[]) => number,
): readonly R[] {
  const at = (moment: unknown) => rows.filter(row => columnOf(row, name) === moment);
  const moments = [...new Set(rows.map(row => Number(columnOf(row, name))))].sort((a, b) => a - b);
  if (moments.length === 0) return [];
  if (pick === "first") return at(moments[0]);
  if (pick === "last") return at(moments[moments.length - 1]);
  const heights = moments.map(moment => value(at(moment)));
  return at(moments[heights.indexOf(Math.min(...heights))]);
}

function fits(value: unknown, wanted: Wanted): boolean {
  return Array.isArray(wanted) ? wanted.includes(value) : value === wanted;
}

export function isChosen(wanted: Wanted): wanted is Chosen {
  return typeof wanted === "object" && wanted !== null && !Array.isArray(wanted);
}

/** Rows by run, then by problem. */
export type Runs<R> = ReadonlyMap<string, ReadonlyMap<string, readonly R[]>>;

export function byRun<R extends Row>(rows: readonly R[]): Runs<R> {
  const runs = new Map<string, Map<string, R[]>>();
  for (const row of rows) {
    const name = runOf(row);
    const problems = runs.get(name) ?? new Map<string, R[]>();
    const samples = problems.get(row.problem) ?? [];
    samples.push(row);
    problems.set(row.problem, samples);
    runs.set(name, problems);
  }
  return runs;
}

/** Mean over runs of the mean over their problems. */
export function meanOver<R extends Row>(
  rows: readonly R[],
  value: (samples: readonly R[]) => number,
): number {
  return mean([...byRun(rows).values()].map(problems => mean([...problems.values()].map(value))));
}

/**
 * The problems that both sides of a comparison have in a run.
 * @throws UserError where they are neither the same nor all different
 */
export function paired(a: ReadonlySet<string>, b: ReadonlySet<string>, run: string): boolean {
  const common = [...a].filter(problem => b.has(problem)).length;
  if (common === 0) return false;
  if (common === a.size && common === b.size) return true;
  const alone = [...a].find(problem => !b.has(problem)) ?? [...b].find(problem => !a.has(problem));
  throw new UserError(
    `claims: seed ${run}, problem ${alone} is on one side only; compare runs over the same seeds and ` +
      "problems.",
  );
}
