/** Read a log as columns or rows, also while it is being written or after its writer was killed. */
import { readFileSync } from "node:fs";
import { causeOf, UserError } from "../core/errors.js";
import { inPhase } from "../core/phases.js";
import { decodeColumns } from "./batch.js";
import { endOfStream } from "./ipc-message.js";
import { scanLog } from "./scan.js";
import { columnList, type LogKind, type LogMetadata, type LogRows } from "./schemas.js";

/** What the whole batches of a log hold. */
export interface Log<K extends LogKind> {
  readonly path: string;
  readonly kind: K;
  readonly metadata: LogMetadata;
  readonly rowCount: number;
  /** false when the writer has not closed it (still running, or killed) */
  readonly complete: boolean;
  /**
   * by the column's name in the file: typed arrays for
   * numbers, else plain arrays; Arquero's `table()` takes them
   */
  columns(): Record<string, ArrayLike<unknown>>;
  rows(): LogRows[K][];
  /** a complete Arrow IPC stream of the whole batches */
  bytes(): Uint8Array;
}

/**
 * Open a log up to its last whole batch. The file is not changed.
 * @param kind the record kind expected; by default whatever the file says it is
 * @throws UserError for a file that is no log of this kind,
 *   is damaged, or was cut before its first byte of rows
 */
export function readLog<K extends LogKind = LogKind>(path: string, kind?: K): Log<K> {
  const { header, boundaries, complete } = scanLog(path, { kind });
  const last = boundaries.at(-1);
  if (header === null || last === undefined) {
    throw new UserError(
      `log: ${path} was cut before its schema was whole and holds no rows; run again what writes it.`,
    );
  }
  const found = header.kind as K;
  const bytes = () => wholeStream(path, last.end);
  const columns = () => decode(path, found, bytes());
  return {
    path,
    kind: found,
    metadata: header.metadata,
    rowCount: last.rows,
    complete,
    columns,
    rows: () => inPhase("read", () => rowsOf(found, last.rows, columns())),
    bytes,
  };
}

/**
 * Read a log that was written to its end, column by column, before something says that it is there.
 * @throws UserError when it is damaged, was not closed, or holds another number of rows
 */
export function checkWholeLog(path: string, kind: LogKind, rows: number): void {
  const log = readLog(path, kind);
  const count = log.columns()[columnList(kind)[0][1]].length;
  if (log.complete && count === rows) return;
  throw new UserError(
    `log: ${path} holds ${count} of ${rows} rows${log.complete ? "" : " and has no end"}, though all ` +
      "were written; something else changed it: run the same command again, which makes the others " +
      "anew.",
  );
}

function wholeStream(path: string, end: number): Uint8Array {
  const file = readFileSync(path);
  const stream = new Uint8Array(end + endOfStream.length);
  stream.set(file.subarray(0, end));
  stream.set(endOfStream, end);
  return stream;
}

function decode(path: string, kind: LogKind, stream: Uint8Array): Record<string, ArrayLike<unknown>> {
  try {
    return decodeColumns(kind, stream);
  } catch (error) {
    throw new UserError(
      `log: ${path} has a batch that does not decode (${causeOf(error)}); move it away and run again.`,
    );
  }
}

function rowsOf<K extends LogKind>(
  kind: K,
  count: number,
  columns: Record<string, ArrayLike<unknown>>,
): LogRows[K][] {
  const list = columnList(kind).map(([key, name]) => [key, columns[name]] as const);
  return Array.from({ length: count }, (_, i) => {
    return Object.fromEntries(list.map(([key, values]) => [key, values[i]])) as unknown as LogRows[K];
  });
}
