/**
 * The header of a safetensors file: which tensors lie where. Every number is checked against the file's size.
 */
import type { ByteSource } from "../core/byte-source.js";
import { UserError } from "../core/errors.js";
import { duplicateKey, isJsonObject } from "../core/json-text.js";
import { quote, shorten } from "../core/plain-text.js";

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
const mostAxes = 16;

/** What the file announces, checked against its size. @throws UserError saying what does not fit */
export function readHeader(source: ByteSource) {
  const { size, path } = source;
  const refuse = (what: string) =>
    new UserError(`safetensors: ${path} ${what}; fetch or write the file again.`);
  if (size < 8) throw refuse(`has ${size} bytes and is cut off`);
  const prefix = new Uint8Array(8);
  readFully(source, prefix, 0);
  if (new TextDecoder().decode(prefix) === "version ")
    throw new UserError(`safetensors: ${path} is a Git LFS pointer, not the weights; run git lfs pull.`);
  const headerBytes = Number(new DataView(prefix.buffer).getBigUint64(0, true));
  if (headerBytes > size - 8)
    throw refuse(
      `announces a header of ${headerBytes} bytes but holds ${size} in all, so it is cut off or no ` +
        "safetensors file",
    );
  if (headerBytes > maxHeaderBytes)
    throw refuse(
      `announces a header of ${headerBytes} bytes, beyond the format's limit of ${maxHeaderBytes}`,
    );
  const text = new Uint8Array(headerBytes);
  readFully(source, text, 8);
  const json = parseObject(text);
  if (typeof json === "string") throw refuse(`has a header that ${json}, so it is damaged`);
  const tensors = new Map<string, StoredTensor>();
  for (const [name, entry] of Object.entries(json)) {
    if (name !== "__metadata__") tensors.set(name, checkEntry(name, entry, path));
  }
  checkLayout(tensors, size - 8 - headerBytes, path);
  return { tensors, metadata: metadataOf(json["__metadata__"], refuse), dataStart: 8 + headerBytes };
}

/** The header, or what is wrong with it. The format knows no byte-order mark and no name twice. */
function parseObject(bytes: Uint8Array): Record<string, unknown> | string {
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return "is no UTF-8";
  }
  try {
    const value: unknown = JSON.parse(text);
    if (!isJsonObject(value)) return "is no JSON object";
    const twice = duplicateKey(text);
    return twice === undefined ? value : `names ${quote(twice)} twice`;
  } catch {
    return "is no JSON object";
  }
}

/** Texts by their names. */
function metadataOf(given: unknown, refuse: (what: string) => UserError): Record<string, string> {
  const metadata = given ?? {};
  if (!isJsonObject(metadata) || !Object.values(metadata).every(value => typeof value === "string"))
    throw refuse(`has __metadata__ ${quote(given)}, where texts by their names are needed`);
  return metadata as Record<string, string>;
}

function checkEntry(name: string, entry: unknown, path: string): StoredTensor {
  const { dtype, shape, data_offsets: offsets } = (entry ?? {}) as Record<string, unknown>;
  const whole = (values: unknown): values is number[] =>
    Array.isArray(values) && values.every(v => Number.isSafeInteger(v) && (v as number) >= 0);
  const refuse = (what: string) =>
    new UserError(`safetensors: ${path}: tensor ${named(name)} ${what}; fetch or write the file again.`);
  if (typeof dtype !== "string" || !whole(shape) || !whole(offsets) || offsets.length !== 2)
    throw refuse("has a malformed entry in the header, so the file is damaged");
  if (!Object.hasOwn(bytesPer, dtype))
    throw new UserError(
      `safetensors: ${path}: tensor ${named(name)} has dtype ${shorten(dtype, 40)}, which is not ` +
        "supported; convert it to BF16, F16 or F32.",
    );
  const [begin, end] = offsets;
  if (shape.length > mostAxes)
    throw refuse(`has ${shape.length} axes, more than the ${mostAxes} of any tensor here`);
  const expected = shape.reduce((a, b) => a * b, 1) * bytesPer[dtype as StoredDtype];
  if (!Number.isSafeInteger(expected) || end - begin !== expected)
    throw refuse(
      `of shape [${shape.join(", ")}] and dtype ${dtype} needs ${expected} bytes but its entry spans ` +
        `${end - begin}, so the header is wrong`,
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
      throw refuse(
        `is cut off in tensor ${named(name)}: ${end} bytes of data announced, ${dataBytes} present`,
      );
    if (begin !== filled)
      throw refuse(
        `has a header that lies: tensor ${named(name)} begins at byte ${begin}, the one before ends at ` +
          `${filled}`,
      );
    filled = end;
  }
  if (filled !== dataBytes)
    throw refuse(`has a header that lies: it describes ${filled} bytes of data, the file holds ${dataBytes}`);
}

/** Fill `into` from `position` of the source. */
export function readFully(source: ByteSource, into: Uint8Array, position: number): void {
  if (source.read(into, position)) return;
  throw new UserError(`safetensors: ${source.path} ended while it was read; fetch or write it again.`);
}

/** A tensor's name as a message shows it: as it is, unless it is no name that any model has. */
function named(name: string): string {
  return /^[\w.-]{1,120}$/.test(name) ? name : quote(name);
}
