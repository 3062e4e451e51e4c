/** The header of a safetensors file: which tensors lie where. Every number is checked against the file's size. */
import { fstatSync, readSync } from "node:fs";
import { UserError } from "../core/errors.js";

/** The format's types; of these, floats of 16 and 32 bits and I32 can be read. */
export const bytesPer = {
  ...{ F32: 4, BF16: 2, F16: 2, I32: 4, I64: 8, F64: 8, U64: 8, U32: 4, I16: 2, U16: 2 },
  ...{ F8_E4M3: 1, F8_E5M2: 1, I8: 1, U8: 1, BOOL: 1 },
} as const;

export type StoredDtype = keyof typeof bytesPer;

export interface StoredTensor {
  readonly dtype: StoredDtype;
  readonly shape: readonly number[];
  /** first byte and the byte after the last, counted from the end of the header */
  readonly begin: number;
  readonly end: number;
}

/** The format's own limit on the header. */
const maxHeaderBytes = 100e6;
/** What the file announces, checked against its size. @throws UserError saying what does not fit */
export function readHeader(fd: number, path: string) {
  const size = fstatSync(fd).size;
  const refuse = (what: string) =>
    new UserError(`safetensors: ${path} ${what}; fetch or write the file again.`);
  if (size < 8) throw refuse(`has ${size} bytes and is cut off`);
  const prefix = new Uint8Array(8);
  readFully(fd, prefix, 0, path);
  if (new TextDecoder().decode(prefix) === "version ")
    throw new UserError(`safetensors: ${path} is a Git LFS pointer, not the weights; run git lfs pull.`);
  const headerBytes = Number(new DataView(prefix.buffer).getBigUint64(0, true));
  if (headerBytes > size - 8)
    throw refuse(
      `announces a header of ${headerBytes} bytes but holds ${size} in all, so it is cut off or no safetensors file`,
    );
  if (headerBytes > maxHeaderBytes)
    throw refuse(
      `announces a header of ${headerBytes} bytes, beyond the format's limit of ${maxHeaderBytes}`,
    );
  const text = new Uint8Array(headerBytes);
  readFully(fd, text, 8, path);
  const json = parseObject(new TextDecoder().decode(text));
  if (json === undefined) throw refuse("has a header that is no JSON object, so it is damaged");
  const tensors = new Map<string, StoredTensor>();
  for (const [name, entry] of Object.entries(json)) {
    if (name !== "__metadata__") tensors.set(name, checkEntry(name, entry, path));
  }
  checkLayout(tensors, size - 8 - headerBytes, path);
  const metadata = (json["__metadata__"] ?? {}) as Record<string, string>;
  return { tensors, metadata, dataStart: 8 + headerBytes };
}

function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

function checkEntry(name: string, entry: unknown, path: string): StoredTensor {
  const { dtype, shape, data_offsets: offsets } = (entry ?? {}) as Record<string, unknown>;
  const whole = (values: unknown): values is number[] =>
    Array.isArray(values) && values.every(v => Number.isSafeInteger(v) && (v as number) >= 0);
  const refuse = (what: string) =>
    new UserError(`safetensors: ${path}: tensor ${name} ${what}; fetch or write the file again.`);
  if (typeof dtype !== "string" || !whole(shape) || !whole(offsets) || offsets.length !== 2)
    throw refuse("has a malformed entry in the header, so the file is damaged");
  if (!Object.hasOwn(bytesPer, dtype))
    throw new UserError(
      `safetensors: ${path}: tensor ${name} has dtype ${dtype}, which is not supported; convert it to BF16, F16 or F32.`,
    );
  const [begin, end] = offsets;
  const expected = shape.reduce((a, b) => a * b, 1) * bytesPer[dtype as StoredDtype];
  if (end - begin !== expected)
    throw refuse(
      `of shape [${shape.join(", ")}] and dtype ${dtype} needs ${expected} bytes but its entry spans ${end - begin}, so the header is wrong`,
    );
  return { dtype: dtype as StoredDtype, shape, begin, end };
}

/** Tensors must fill the data without gap or overlap, as the format demands. */
function checkLayout(tensors: ReadonlyMap<string, StoredTensor>, dataBytes: number, path: string): void {
  const refuse = (what: string) =>
    new UserError(`safetensors: ${path} ${what}; fetch or write the file again.`);
  let filled = 0;
  for (const [name, { begin, end }] of [...tensors].sort(
    ([, a], [, b]) => a.begin - b.begin || a.end - b.end,
  )) {
    if (end > dataBytes)
      throw refuse(`is cut off in tensor ${name}: ${end} bytes of data announced, ${dataBytes} present`);
    if (begin !== filled)
      throw refuse(
        `has a header that lies: tensor ${name} begins at byte ${begin}, the one before ends at ${filled}`,
      );
    filled = end;
  }
  if (filled !== dataBytes)
    throw refuse(`has a header that lies: it describes ${filled} bytes of data, the file holds ${dataBytes}`);
}

/** Fill `into` from `position` of the file. */
export function readFully(fd: number, into: Uint8Array, position: number, path: string): void {
  for (let done = 0; done < into.length;) {
    const n = readSync(fd, into, done, Math.min(into.length - done, 1 << 30), position + done);
    if (n === 0)
      throw new UserError(`safetensors: ${path} ended while it was read; fetch or write it again.`);
    done += n;
  }
}
