/**
 * The message at a place of a log, if it is whole and as it was
 * written: lengths are believed only where they can be right.
 */
import { readSync } from "node:fs";
import { headerEntries } from "./columns.js";
import { bodyFits, headerFits, isPowerOfTwo, isSealed } from "./checksum.js";
import { endOfStream, parseMessage, prefixBytes, type IpcMessage } from "./ipc-message.js";
import { columnList, type LogKind } from "./schemas.js";

export interface Place {
  readonly at: number;
  /** of the file, in bytes */
  readonly size: number;
  /** of the log; undefined while its schema is not read, at the start */
  readonly kind: LogKind | undefined;
  /** the schema had a checksum, so batches must have one */
  readonly sealed: boolean;
}

/**
 * "cut": the file ends inside a message; "end": the end-of-stream marker is there; "more": bytes follow it.
 */
export type Next =
  | { readonly found: "message"; readonly message: IpcMessage; readonly end: number }
  | { readonly found: "cut" }
  | { readonly found: "end" }
  | { readonly found: "more" | "damage"; readonly cause: string };

/** No schema comes near this. */
const mostSchemaBytes = 2 ** 24;
const sectorBytes = 512;

const damage = (cause: string): Next => ({ found: "damage", cause });

/** Reads what starts at a place. */
export function nextMessage(file: number, { at, size, kind, sealed }: Place): Next {
  const prefix = readBytes(file, at, Math.min(prefixBytes, size - at));
  if (!prefix.subarray(0, 4).every(byte => byte === 255)) return damage("a message should start there");
  if (prefix.length < prefixBytes) return { found: "cut" };
  const headerBytes = prefix.readInt32LE(4);
  if (headerBytes === 0)
    return at + endOfStream.length === size
      ? { found: "end" }
      : { found: "more", cause: "bytes follow its end" };
  const mostBytes = kind === undefined ? mostSchemaBytes : mostBatchHeaderBytes(kind);
  if (headerBytes < 0 || headerBytes > mostBytes || headerBytes % 8 !== 0)
    return damage("the length of a message is wrong");
  const headerEnd = at + prefixBytes + headerBytes;
  if (headerEnd > size) {
    const rest = readBytes(file, at + prefixBytes, size - at - prefixBytes);
    return cutOrLying(rest, headerBytes, sealed);
  }
  const header = readBytes(file, at, prefixBytes + headerBytes);
  const message = parse(header.subarray(prefixBytes));
  if (typeof message === "string") return damage(message);
  if (sealed !== isSealed(message) && message.type === "batch")
    return damage("some messages have checksums, some not");
  if (isSealed(message) && !headerFits(message, header))
    return damage("the head of a message does not fit its checksum");
  const end = headerEnd + (message.type === "batch" ? message.bodyBytes : 0);
  if (end > size) return { found: "cut" };
  if (sealed && !bodyFits(message, readBytes(file, headerEnd, end - headerEnd)))
    return damage("the body of a batch does not fit its checksum");
  return { found: "message", message, end };
}

/** Bound on the header of a batch, so that a damaged length is not taken for a cut. */
function mostBatchHeaderBytes(kind: LogKind): number {
  const entries = columnList(kind).map(([, , type]) => headerEntries(type));
  return 256 + 16 * entries.reduce((a, b) => a + b);
}

/**
 * A header that the file has only the beginning of: cut, unless its length must be wrong, because another
 * message begins in it or because all of it is the mark of the stream's end with one bit flipped.
 * @param rest of the file after the prefix
 */
function cutOrLying(rest: Buffer, headerBytes: number, sealed: boolean): Next {
  if (rest.length === 0 && sealed && isPowerOfTwo(headerBytes)) return damage("the mark of its end is wrong");
  for (let i = 0; i + 4 <= rest.length; i += 8)
    if (rest.readInt32LE(i) === -1) return damage("the length of a message is wrong");
  return { found: "cut" };
}

/**
 * Whether what lies from `at` on is what a power cut leaves of writes that had not reached the disk: the file
 * has grown, but zeros are where sectors were never written. Batches with checksums are compressed too and
 * hold no such stretch of zeros; one of before may, so a log of before that has its end mark is taken to have
 * been on the disk.
 */
export function isTorn(file: number, { at, size, sealed }: Place): boolean {
  const rest = readBytes(file, at, size - at);
  if (!sealed && rest.subarray(-endOfStream.length).equals(endOfStream)) return false;
  const first = sectorBytes - (at % sectorBytes);
  if (isZero(rest.subarray(0, first))) return true; // no message starts with zeros
  for (let from = first; from < rest.length; from += sectorBytes)
    if (isZero(rest.subarray(from, from + sectorBytes))) return true;
  return false;
}

function isZero(bytes: Uint8Array): boolean {
  return bytes.every(byte => byte === 0);
}

function parse(metadata: Uint8Array): IpcMessage | string {
  try {
    return parseMessage(metadata);
  } catch (error) {
    return `a message has ${(error as Error).message}`;
  }
}

/** What the file has of these bytes. */
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
