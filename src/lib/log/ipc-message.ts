/**
 * The few facts of an Arrow IPC message that walking a log needs, read straight from its flatbuffer. Arrow's
 * own decoder trusts the lengths it finds, so a damaged file could make it loop for minutes; here every
 * offset and length is checked against the bytes there are, and what does not fit throws a RangeError.
 */
import { Message, type Schema } from "apache-arrow";
import { fieldAt, int64, mustHave, followPointer, textAt, vectorAt } from "./flatbuffer.js";

/** Continuation marker and length, in front of every message. */
export const prefixBytes = 8;
/** A message that says "the stream ends here". */
export const endOfStream: Uint8Array = Uint8Array.of(255, 255, 255, 255, 0, 0, 0, 0);

export type IpcMessage = { readonly entries: readonly MetadataEntry[] } & (
  | { readonly type: "schema"; readonly schema: Schema }
  | { readonly type: "batch"; readonly rows: number; readonly bodyBytes: number }
);

/** A key and a text that Arrow leaves to its users, in the order of the file. */
export interface MetadataEntry {
  readonly key: string;
  readonly value: string;
  /** where the bytes of the value begin in the flatbuffer */
  readonly at: number;
}

const schemaHeader = 1;
const batchHeader = 3;
/** Writers pad a body to 8 or 64 bytes. */
const mostPadding = 64;

/**
 * @param metadata the flatbuffer of one message, without prefix and body
 * @throws RangeError (or whatever Arrow's schema decoder throws) for bytes that are no such message
 */
export function parseMessage(metadata: Uint8Array): IpcMessage {
  const view = new DataView(metadata.buffer, metadata.byteOffset, metadata.byteLength);
  const message = followPointer(view, 0);
  const headerAt = fieldAt(view, message, 1);
  const header = followPointer(view, mustHave(fieldAt(view, message, 2), "header"));
  switch (headerAt === null ? 0 : view.getUint8(headerAt)) {
    case schemaHeader:
      checkSchemaVectors(view, header);
      return {
        type: "schema",
        schema: Message.decode(metadata).header() as Schema,
        entries: readEntries(view, fieldAt(view, header, 2)),
      };
    case batchHeader:
      return {
        type: "batch",
        ...readBatch(view, header, int64(view, fieldAt(view, message, 3))),
        entries: readEntries(view, fieldAt(view, message, 4)),
      };
    default:
      throw new RangeError("neither a schema nor a record batch");
  }
}

function readEntries(view: DataView, field: number | null): MetadataEntry[] {
  const entries = vectorAt(view, field, 4);
  return Array.from({ length: entries.length }, (_, i) => {
    const entry = followPointer(view, entries.at + 4 * i);
    const key = textAt(view, mustHave(fieldAt(view, entry, 0), "key"));
    const { text, at } = textAt(view, mustHave(fieldAt(view, entry, 1), "value"));
    return { key: key.text, value: text, at };
  });
}

/** Row count of a batch, with the regions of its buffers checked against its body. */
function readBatch(view: DataView, header: number, bodyBytes: number): { rows: number; bodyBytes: number } {
  const rows = int64(view, fieldAt(view, header, 0));
  const nodes = vectorAt(view, fieldAt(view, header, 1), 16);
  const buffers = vectorAt(view, fieldAt(view, header, 2), 16);
  const compression = fieldAt(view, header, 3);
  if (compression !== null) checkCompression(view, followPointer(view, compression));
  vectorAt(view, fieldAt(view, header, 4), 8);
  if (nodes.length === 0 || int64(view, nodes.at) !== rows) throw new RangeError("row counts that disagree");
  let end = 0;
  for (let i = 0; i < buffers.length; i++) {
    const [offset, length] = [int64(view, buffers.at + 16 * i), int64(view, buffers.at + 16 * i + 8)];
    if (offset < end) throw new RangeError("buffers that overlap");
    end = offset + length;
  }
  if (bodyBytes < end || bodyBytes - end >= mostPadding)
    throw new RangeError("buffers that do not fill the body");
  return { rows, bodyBytes };
}

/** Of codecs, LZ4 frames; of methods, buffer by buffer: both are the default value, 0. */
function checkCompression(view: DataView, compression: number): void {
  for (const field of [0, 1].map(index => fieldAt(view, compression, index)))
    if (field !== null && view.getInt8(field) !== 0)
      throw new RangeError("a compression other than LZ4 frames");
}

function checkSchemaVectors(view: DataView, schema: number): void {
  vectorAt(view, fieldAt(view, schema, 2), 4);
  vectorAt(view, fieldAt(view, schema, 3), 8);
  checkFieldVectors(view, vectorAt(view, fieldAt(view, schema, 1), 4), 0);
}

function checkFieldVectors(view: DataView, fields: { at: number; length: number }, depth: number): void {
  if (depth > 4) throw new RangeError("fields nested too deep");
  for (let i = 0; i < fields.length; i++) {
    const field = followPointer(view, fields.at + 4 * i);
    vectorAt(view, fieldAt(view, field, 6), 4);
    checkFieldVectors(view, vectorAt(view, fieldAt(view, field, 5), 4), depth + 1);
  }
}
