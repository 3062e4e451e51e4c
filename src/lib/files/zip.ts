/** Reading ZIP archives (PKWARE's APPNOTE): entries stored or deflated, below 4 GB, without encryption. */
import { readFileSync } from "node:fs";
import { inflateRawSync } from "node:zlib";
import { causeOf } from "../core/errors.js";
import type { Refusal } from "./text-file.js";

const endOfDirectory = 0x06054b50;
const directoryEntry = 0x02014b50;
const [endBytes, longestComment] = [22, 0xffff];

/** One file of an archive. */
export interface ZipEntry {
  readonly name: string;
  /** @throws what `refuse` makes of an entry that is damaged or compressed in another way */
  read(): Buffer;
}

/**
 * The files of an archive, in its own order; folders are left out.
 * @param refuse the reader's sentence around what is wrong with the archive
 */
export function zipEntries(path: string, refuse: Refusal): ZipEntry[] {
  const bytes = contentOf(path, refuse);
  const end = endOf(bytes);
  if (end < 0) throw refuse("is no ZIP archive");
  try {
    const count = bytes.readUInt16LE(end + 10);
    const entries: ZipEntry[] = [];
    for (let i = 0, at = bytes.readUInt32LE(end + 16); i < count; i++) {
      if (bytes.readUInt32LE(at) !== directoryEntry) throw new Error("its directory is damaged");
      const [name, extra, comment] = [28, 30, 32].map(field => bytes.readUInt16LE(at + field));
      const entry = entryAt(bytes, at, name, refuse);
      if (!entry.name.endsWith("/")) entries.push(entry);
      at += 46 + name + extra + comment;
    }
    return entries;
  } catch (error) {
    throw refuse(`cannot be read as a ZIP archive (${causeOf(error)})`);
  }
}

function contentOf(path: string, refuse: Refusal): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    throw refuse(`cannot be read (${causeOf(error)})`);
  }
}

/** Where the record at the end begins, which a comment may follow; -1 where there is none. */
function endOf(bytes: Buffer): number {
  for (let at = bytes.length - endBytes; at >= Math.max(0, bytes.length - endBytes - longestComment); at--)
    if (bytes.readUInt32LE(at) === endOfDirectory) return at;
  return -1;
}

function entryAt(bytes: Buffer, at: number, nameLength: number, refuse: Refusal): ZipEntry {
  const method = bytes.readUInt16LE(at + 10);
  const [packed, unpacked] = [20, 24].map(field => bytes.readUInt32LE(at + field));
  const header = bytes.readUInt32LE(at + 42);
  const name = bytes.toString("utf8", at + 46, at + 46 + nameLength);
  return {
    name,
    read() {
      try {
        // The entry's own header may have other extra fields than the directory.
        const start = header + 30 + bytes.readUInt16LE(header + 26) + bytes.readUInt16LE(header + 28);
        const data = bytes.subarray(start, start + packed);
        if (method === 0) return data;
        if (method === 8) return inflateRawSync(data, { maxOutputLength: Math.max(1, unpacked) });
      } catch (error) {
        throw refuse(`holds ${name}, which is damaged (${causeOf(error)})`);
      }
      throw refuse(`holds ${name}, compressed by method ${method}, which is not known here`);
    },
  };
}
