/**
 * Walk a log from message to message without decoding its rows: which kind it is, where each whole batch
 * ends, and whether the tail was cut. A cut tail (the writer was killed, or the power went) is normal and
 * reported; anything else that does not parse or does not fit its checksum is damage and an error. Logs of
 * before have no checksums: in those, changed values inside a batch cannot be seen.
 */
import { closeSync, fstatSync, openSync } from "node:fs";
import type { Schema } from "apache-arrow";
import { UserError } from "../core/errors.js";
import { isJsonObject } from "../core/json-text.js";
import { quote } from "../core/plain-text.js";
import { isSealed } from "./checksum.js";
import type { IpcMessage } from "./ipc-message.js";
import { isTorn, nextMessage } from "./message-at.js";
import { logKinds, schemaOf, type LogKind, type LogMetadata } from "./schemas.js";

/** A place where the file could end: after the schema or after a whole batch. */
export interface Boundary {
  readonly rows: number;
  /** bytes up to here */
  readonly end: number;
}

export interface LogScan {
  /** null when the file was cut before its schema was whole; then there are no boundaries */
  readonly header: { readonly kind: LogKind; readonly metadata: LogMetadata } | null;
  /** after the schema (0 rows), then after each batch */
  readonly boundaries: readonly Boundary[];
  /** an end-of-stream marker follows the last batch */
  readonly complete: boolean;
  /** its messages have checksums */
  readonly sealed: boolean;
  readonly bytes: number;
}

/** A bit a row, in the tightest frame of LZ4. */
const mostRowsPerByte = 8 * 256;

export interface ScanOptions {
  /** the record kind expected; by default whatever the file says it is */
  readonly kind?: LogKind;
  /** rows that are wanted: after so many, damage is as good as a cut */
  readonly rows?: number;
}

/**
 * @throws UserError for a file that cannot be read, is
 *   not an Arrow stream, is damaged, or holds other columns
 */
export function scanLog(path: string, options: ScanOptions = {}): LogScan {
  const file = openForReading(path);
  try {
    return walk(path, file, fstatSync(file).size, options);
  } finally {
    closeSync(file);
  }
}

function walk(
  path: string,
  file: number,
  size: number,
  { kind, rows: enough = Infinity }: ScanOptions,
): LogScan {
  const boundaries: Boundary[] = [];
  let header: LogScan["header"] = null;
  let sealed = false;
  for (let at = 0, rows = 0; ;) {
    const place = { at, size, kind: header?.kind, sealed };
    const next = nextMessage(file, place);
    if (next.found === "cut") break;
    if (next.found === "end") return { header, boundaries, complete: true, sealed, bytes: size };
    if (next.found === "damage" && at > 0 && (rows >= enough || isTorn(file, place))) break;
    if (next.found !== "message") throw damageError(path, at, rows, next.cause);
    const { message, end } = next;
    if ((message.type === "schema") !== (at === 0))
      throw damageError(path, at, rows, "its messages are out of order");
    if (message.type === "schema") {
      sealed = isSealed(message);
      header = headerOf(path, message, kind);
    } else rows += message.rows;
    if (rows > mostRowsPerByte * size)
      throw damageError(path, at, rows, "it counts more rows than it can hold");
    boundaries.push({ rows, end });
    at = end;
  }
  return { header, boundaries, complete: false, sealed, bytes: size };
}

/** Arrow's own decoder takes damaged fields as they are, and they break where they are looked at. */
function headerOf(...read: Parameters<typeof readHeader>): ReturnType<typeof readHeader> {
  try {
    return readHeader(...read);
  } catch (error) {
    throw error instanceof UserError ? error : damageError(read[0], 0, 0, "its columns cannot be read");
  }
}

function readHeader(
  path: string,
  message: IpcMessage & { readonly type: "schema" },
  expected: LogKind | undefined,
): NonNullable<LogScan["header"]> {
  const { schema, entries } = message;
  const keys = entries.slice(isSealed(message) ? 1 : 0).map(({ key }) => key);
  const found = schema.metadata.get("kind") ?? "";
  const kind = logKinds.find(k => k === found);
  if (kind === undefined)
    throw otherFile(path, `its record kind is ${quote(found)}, none of ${logKinds.join(", ")}`);
  // a damaged key may hide a checksum: a log of before has these two and no other
  if (keys.join() !== "kind,provenance")
    throw damageError(path, 0, 0, `its metadata are ${quote(keys.join(", "))}`);
  if (expected !== undefined && kind !== expected) throw otherFile(path, `it holds ${kind}, not ${expected}`);
  const metadata = readProvenance(path, schema);
  const [got, want] = [schema, schemaOf(kind)].map(s =>
    s.fields.map(f => `${String(f)}${f.nullable ? "?" : ""}`),
  );
  const first = want.findIndex((column, i) => column !== got[i]);
  if (first >= 0)
    throw otherFile(path, `column ${first} should be ${want[first]}, not ${got[first] ?? "missing"}`);
  if (got.length > want.length) throw otherFile(path, `${kind} has no column ${got[want.length]}`);
  return { kind, metadata };
}

function readProvenance(path: string, schema: Schema): LogMetadata {
  try {
    const provenance: unknown = JSON.parse(schema.metadata.get("provenance") ?? "");
    if (isJsonObject(provenance)) return provenance as unknown as LogMetadata;
  } catch {
    // said below
  }
  throw otherFile(path, "its provenance is not JSON");
}

function otherFile(path: string, cause: string): UserError {
  return new UserError(
    `log: ${path} is not a log of this kind: ${cause}; name another file or move this one away.`,
  );
}

function damageError(path: string, at: number, rows: number, cause: string): UserError {
  if (at === 0)
    return new UserError(
      `log: ${path} is not an Arrow stream, or its start is damaged (${cause}); name another file or ` +
        "move this one away.",
    );
  return new UserError(
    `log: ${path} is damaged at byte ${at}, after ${rows} whole rows (${cause}); move it away and ` +
      `run again, or keep those rows with: truncate -s ${at} ${path}`,
  );
}

function openForReading(path: string): number {
  try {
    return openSync(path, "r");
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    throw new UserError(
      `log: ${path} cannot be read (${code}); check the path, or make the run that writes it first.`,
    );
  }
}
