/** Rows as an Arquero table, to be filtered, grouped, joined and shown in a notebook. */
import { from } from "arquero";

type Row = Readonly<Record<string, unknown>>;

/**
 * The verbs of an Arquero table that notebooks use most; the object has all of them. (Arquero's own types do
 * not compile in a project that checks its libraries.) Each verb returns a new table.
 */
export interface Table {
  numRows(): number;
  columnNames(): string[];
  /** a column by its name */
  array(name: string): ArrayLike<unknown>;
  objects(): object[];
  filter(criteria: string | ((row: never) => boolean)): Table;
  select(...columns: readonly (string | readonly string[])[]): Table;
  orderby(...keys: readonly unknown[]): Table;
  derive(values: Readonly<Record<string, unknown>>): Table;
  groupby(...keys: readonly (string | readonly string[])[]): Table;
  /** e.g. `{ mean: op.mean("reward") }`, or a string such as `"d => op.mean(d.reward)"` */
  rollup(values: Readonly<Record<string, unknown>>): Table;
  count(): Table;
  join(other: Table, on?: string | readonly string[]): Table;
  toMarkdown(options?: { readonly limit?: number; readonly digits?: number }): string;
  print(options?: { readonly limit?: number }): Table;
}

/** One row an object; columns are the first row's. */
export function table(rows: readonly object[]): Table {
  return from(rows as Row[]) as unknown as Table;
}
