/** Rows to the bytes of one IPC message, and back: the only place that knows Arrow's tables. */
import { RecordBatch, Struct, Table, makeData, tableFromIPC, type Vector } from "apache-arrow";
import { openSeal, seal } from "./checksum.js";
import { CompressedStreamWriter } from "./compression.js";
import { decodeColumn, encodeColumn } from "./columns.js";
import { endOfStream } from "./ipc-message.js";
import { columnList, schemaOf, type LogKind, type LogMetadata, type LogRows } from "./schemas.js";

/** The message that opens a stream of this kind. */
export function encodeSchema(kind: LogKind, metadata: LogMetadata): Uint8Array {
  return seal(messagesOf(new Table(schemaOf(kind, metadata, [openSeal.schema]))));
}

/**
 * One record-batch message with these rows, at least one.
 * @param sealed with a checksum; not in a log of before, whose schema has none
 * @throws UserError for a value that its column cannot hold
 */
export function encodeBatch<K extends LogKind>(
  kind: K,
  rows: readonly LogRows[K][],
  sealed: boolean,
): Uint8Array {
  const columns = columnList(kind);
  const children = columns.map(([key, name, type]) =>
    encodeColumn(
      name,
      type,
      rows.map(row => row[key as keyof LogRows[K]]),
    ),
  );
  const schema = schemaOf(kind);
  const data = makeData({ type: new Struct(schema.fields), length: rows.length, nullCount: 0, children });
  // Arrow writes the schema in front of every stream; ours is in the file already
  const alone = messagesOf(new Table(schema));
  const batch = new RecordBatch(schema, data, sealed ? new Map([openSeal.batch]) : undefined);
  const message = messagesOf(new Table(schema, [batch])).subarray(alone.length);
  return sealed ? seal(message) : message;
}

/** A stream's messages without its end marker. */
function messagesOf(table: Table): Uint8Array {
  const bytes = new CompressedStreamWriter().writeAll(table).finish().toUint8Array(true);
  return bytes.subarray(0, -endOfStream.length);
}

/** Columns of a stream by their names in the file: typed arrays for numbers, plain arrays otherwise. */
export function decodeColumns(kind: LogKind, stream: Uint8Array): Record<string, ArrayLike<unknown>> {
  const table = tableFromIPC(stream);
  return Object.fromEntries(
    columnList(kind).map(([, name, type]) => [name, decodeColumn(type, table.getChild(name) as Vector)]),
  );
}
