/** Rows of any kind of log, with values that differ, from its columns alone. */
import { Rng } from "../../src/lib/core/rng.js";
import type { ColumnType } from "../../src/lib/log/columns.js";
import { openLog } from "../../src/lib/log/log-writer.js";
import { columnList, type LogKind, type LogRows } from "../../src/lib/log/schemas.js";
import { metadata } from "./example.js";

export function anyRows<K extends LogKind>(kind: K, count: number, rng: Rng): LogRows[K][] {
  const value = (type: ColumnType): unknown => {
    switch (type) {
      case "utf8?":
      case "int32?":
      case "float64?":
      case "bool?":
        return rng.int(3) === 0 ? null : value(type.slice(0, -1) as ColumnType);
      case "utf8":
        return ["", "stage1", "def f(x):\n    return x", "é𝛼"][rng.int(4)];
      case "int32":
        return rng.int(1000) - 10;
      case "float32":
        return Math.fround(rng.normal());
      case "float64":
        return rng.normal();
      case "bool":
        return rng.int(2) === 1;
      case "int16[]":
      case "int32[]":
        return Array.from({ length: rng.int(4) }, () => rng.int(1000) - 10);
      case "float32[]":
        return Array.from({ length: rng.int(4) }, () => Math.fround(rng.normal()));
    }
  };
  return Array.from(
    { length: count },
    () =>
      Object.fromEntries(
        columnList(kind).map(([key, , type]) => [key, value(type)]),
      ) as unknown as LogRows[K],
  );
}

/** A closed log of a kind with batches of these sizes. */
export function writeAnyLog(path: string, kind: LogKind, batches: readonly number[], seed = 1): void {
  const rng = Rng.fromSeed(seed).split(kind);
  const log = openLog(path, kind, { metadata });
  for (const size of batches) log.append(anyRows(kind, size, rng));
  log.close();
}
