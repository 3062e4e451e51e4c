/** The queries that notebooks carry, and a database that holds the rows of a log. */
import {
  DuckDBInstance,
  FLOAT,
  INTEGER,
  LIST,
  SMALLINT,
  listValue,
  type DuckDBAppender,
} from "@duckdb/node-api";
import { readdirSync } from "node:fs";
import type { ColumnType } from "../../src/lib/log/columns.js";
import { columnList, type LogKind, type LogRows } from "../../src/lib/log/schemas.js";
import { readNotebook, sourceOf } from "../../src/lib/notebooks/notebook-format.js";
import { fromRoot } from "../../src/lib/host/package-root.js";

/** A fenced block whose first line is `-- figure: NAME, log: KIND`. */
export interface SqlBlock {
  readonly notebook: string;
  readonly figure: string;
  readonly log: LogKind;
  readonly sql: string;
}

export function sqlBlocks(): SqlBlock[] {
  const names = readdirSync(fromRoot("notebooks")).filter(name => name.endsWith(".ipynb"));
  return names
    .sort()
    .flatMap(notebook =>
      readNotebook(fromRoot("notebooks", notebook)).cells.flatMap(cell =>
        [...sourceOf(cell).matchAll(/```sql\n(-- figure: (\S+), log: (\w+)\n[^`]*)```/g)].map(
          ([, sql, figure, log]) => ({ notebook, figure, log: log as LogKind, sql }),
        ),
      ),
    );
}

export type QueryRow = Readonly<Record<string, unknown>>;

/** Runs a query where the rows stand in a table of their kind's name and columns. */
export async function query<K extends LogKind>(
  kind: K,
  rows: readonly LogRows[K][],
  sql: string,
): Promise<QueryRow[]> {
  const connection = await (await DuckDBInstance.create(":memory:")).connect();
  const columns = columnList(kind);
  await connection.run(
    `CREATE TABLE ${kind} (${columns.map(([, name, type]) => `"${name}" ${sqlType(type)}`).join(", ")})`,
  );
  const appender = await connection.createAppender(kind);
  for (const row of rows) {
    for (const [key, , type] of columns)
      append(appender, type, (row as unknown as Record<string, unknown>)[key]);
    appender.endRow();
  }
  appender.closeSync();
  const found = await connection.runAndReadAll(sql);
  const objects = found.getRowObjectsJS();
  connection.closeSync();
  return objects;
}

const scalars = {
  utf8: "VARCHAR",
  int16: "SMALLINT",
  int32: "INTEGER",
  float32: "FLOAT",
  float64: "DOUBLE",
  bool: "BOOLEAN",
} as const;

/** A list is "[]" in both; null may stand in every column of a table. */
function sqlType(type: ColumnType): string {
  const [, scalar, suffix = ""] = /^(\w+)(\?|\[\])?$/.exec(type) as RegExpExecArray;
  return scalars[scalar as keyof typeof scalars] + (suffix === "[]" ? suffix : "");
}

function append(appender: DuckDBAppender, type: ColumnType, value: unknown): void {
  if (value === null) return appender.appendNull();
  switch (type) {
    case "utf8":
    case "utf8?":
      return appender.appendVarchar(value as string);
    case "int32":
    case "int32?":
      return appender.appendInteger(value as number);
    case "float32":
      return appender.appendFloat(value as number);
    case "float64":
    case "float64?":
      return appender.appendDouble(value as number);
    case "bool":
    case "bool?":
      return appender.appendBoolean(value as boolean);
    case "int16[]":
      return appender.appendList(listValue(Array.from(value as ArrayLike<number>)), LIST(SMALLINT));
    case "int32[]":
      return appender.appendList(listValue(Array.from(value as ArrayLike<number>)), LIST(INTEGER));
    case "float32[]":
      return appender.appendList(listValue(Array.from(value as ArrayLike<number>)), LIST(FLOAT));
  }
}
