/**
 * Walk a log from message to message without reading its rows: which kind it is, where each whole batch ends, and
 * whether the tail was cut. A cut tail (the writer was killed) is normal and reported; anything else that does not
 * parse is damage and an error. Arrow has no checksums: changed values inside a batch cannot be seen.
 */
import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import type { Schema } from "apache-arrow";
import { causeOf, UserError } from "../core/errors.js";
import { isJsonObject } from "../core/json-text.js";
import { quoted } from "../core/plain-text.js";
import { headerEntries } from "./columns.js";
import { endOfStream, parseMessage, prefixBytes, type IpcMessage } from "./ipc-message.js";
import { columnList, logKinds, schemaOf, type LogKind, type LogMetadata } from "./schemas.js";

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
  readonly bytes: number;
}

/** No schema comes near this. */
const mostSchemaBytes = 2 ** 24;

/** A bit a row, in the tightest frame of LZ4. */
const mostRowsPerByte = 8 * 256;

/** Bound on the header of a batch, so that a damaged length is not taken for a cut. */
function mostBatchHeaderBytes(kind: LogKind): number {
  const entries = columnList(kind).map(([, , type]) => headerEntries(type));
  return 128 + 16 * entries.reduce((a, b) => a + b);
}

/**
 * @param kind the record kind expected; by default whatever the file says it is
 * @throws UserError for a file that cannot be read, is not an Arrow stream, is damaged, or holds other columns
 */
export function scanLog(path: string, kind?: LogKind): LogScan {
  const file = openForReading(path);
  try {
    return walk(path, file, fstatSync(file).size, kind);
  } finally {
    closeSync(file);
  }
}

function walk(path: string, file: number, size: number, kind: LogKind | undefined): LogScan {
  const boundaries: Boundary[] = [];
  let header: LogScan["header"] = null;
  for (let at = 0, rows = 0; ;) {
    const mostBytes = header === null ? mostSchemaBytes : mostBatchHeaderBytes(header.kind);
    const next = nextMessage(path, file, { at, rows, size, mostBytes });
    if (next === "cut" || next === "end")
      return { header, boundaries, complete: next === "end", bytes: size };
    const { message, end } = next;
    if ((message.type === "schema") !== (at === 0))
      throw damaged(path, at, rows, "its messages are out of order");
    if (message.type === "schema") header = headerOf(path, message.schema, kind);
    else rows += message.rows;
    if (rows > mostRowsPerByte * size) throw damaged(path, at, rows, "it counts more rows than it can hold");
    boundaries.push({ rows, end });
    at = end;
  }
}

interface Place {
  readonly at: number;
  /** before this place */
  readonly rows: number;
  /** of the file, in bytes */
  readonly size: number;
  /** longest message header to expect here */
  readonly mostBytes: number;
}

/** The whole message at a place; "cut" when the file ends inside it, "end" at the end-of-stream marker. */
function nextMessage(
  path: string,
  file: number,
  { at, rows, size, mostBytes }: Place,
): { readonly message: IpcMessage; readonly end: number } | "cut" | "end" {
  const prefix = readBytes(file, at, Math.min(prefixBytes, size - at));
  if (!prefix.subarray(0, 4).every(byte => byte === 255)) {
    // a file system that lost power may have grown the file without writing to it
    if (at > 0 && readBytes(file, at, size - at).every(byte => byte === 0)) return "cut";
    throw damaged(path, at, rows, "a message should start there");
  }
  if (prefix.length < prefixBytes) return "cut";
  const headerBytes = prefix.readInt32LE(4);
  if (headerBytes === 0) {
    if (at + endOfStream.length === size) return "end";
    throw damaged(path, at, rows, "bytes follow its end");
  }
  if (headerBytes < 0 || headerBytes > mostBytes || headerBytes % 8 !== 0) {
    throw damaged(path, at, rows, "the length of a message is wrong");
  }
  const headerEnd = at + prefixBytes + headerBytes;
  if (headerEnd > size) return "cut";
  const message = parse(path, readBytes(file, at + prefixBytes, headerBytes), at, rows);
  const end = headerEnd + (message.type === "batch" ? message.bodyBytes : 0);
  return end > size ? "cut" : { message, end };
}

function parse(path: string, metadata: Uint8Array, at: number, rows: number): IpcMessage {
  try {
    return parseMessage(metadata);
  } catch (error) {
    throw damaged(path, at, rows, `a message has ${causeOf(error)}`);
  }
}

/** Arrow's decoder makes a schema of damaged bytes too, with parts missing that it falls over later. */
function headerOf(
  path: string,
  schema: Schema,
  expected: LogKind | undefined,
): NonNullable<LogScan["header"]> {
  try {
    return readHeader(path, schema, expected);
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw damaged(path, 0, 0, `its schema does not decode, ${causeOf(error)}`);
  }
}

function readHeader(
  path: string,
  schema: Schema,
  expected: LogKind | undefined,
): NonNullable<LogScan["header"]> {
  const found = schema.metadata.get("kind") ?? "";
  const kind = logKinds.find(k => k === found);
  if (kind === undefined)
    throw otherFile(path, `its record kind is ${quoted(found)}, none of ${logKinds.join(", ")}`);
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

function damaged(path: string, at: number, rows: number, cause: string): UserError {
  if (at === 0)
    return new UserError(
      `log: ${path} is not an Arrow stream (${cause}); name another file or move this one away.`,
    );
  return new UserError(
    `log: ${path} is damaged at byte ${at}, after ${rows} whole rows (${cause}); move it away and run again, or keep those rows with: truncate -s ${at} ${path}`,
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

function readBytes(file: number, at: number, length: number): Buffer {
  const bytes = Buffer.alloc(length);
  let filled = 0;
  while (filled < length) {
    const n = readSync(file, bytes, filled, length - filled, at + filled);
    if (n === 0) return bytes.subarray(0, filled);
    filled += n;
  }
  return bytes;
}
