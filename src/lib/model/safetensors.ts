/**
 * The safetensors format: an 8-byte length, a JSON header, raw little-endian data. Read tensor by tensor, with
 * every size checked against the file before anything is allocated.
 */
import { closeSync, fstatSync, openSync, readSync, writeSync } from "node:fs";
import { UserError } from "../core/errors.js";

export type StoredDtype = "F32" | "BF16" | "F16" | "I32" | "I64";

export interface StoredTensor {
  readonly dtype: StoredDtype;
  readonly shape: readonly number[];
  /** first byte and the byte after the last, counted from the end of the header */
  readonly begin: number;
  readonly end: number;
}

const bytesPer: Readonly<Record<StoredDtype, number>> = { F32: 4, BF16: 2, F16: 2, I32: 4, I64: 8 };

/** An open safetensors file. Close it. */
export class SafetensorsFile {
  private constructor(
    readonly path: string,
    private readonly fd: number,
    private readonly dataStart: number,
    readonly tensors: ReadonlyMap<string, StoredTensor>,
    readonly metadata: Readonly<Record<string, string>>,
  ) {}

  /** @throws UserError when the file is missing, cut off, or its header does not describe it */
  static open(path: string): SafetensorsFile {
    let fd: number;
    try {
      fd = openSync(path, "r");
    } catch (error) {
      throw new UserError(
        `safetensors: ${path} cannot be opened (${(error as NodeJS.ErrnoException).code}); check the path.`,
      );
    }
    try {
      const { tensors, metadata, dataStart } = readHeader(fd, path);
      return new SafetensorsFile(path, fd, dataStart, tensors, metadata);
    } catch (error) {
      closeSync(fd);
      throw error;
    }
  }

  /** The values of a float tensor, widened to float32. */
  readFloat32(name: string): Float32Array {
    const { dtype, bytes } = this.read(name);
    if (dtype === "F32") return new Float32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4);
    if (dtype === "BF16")
      return widenBf16(new Uint16Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 2));
    if (dtype === "F16")
      return widenF16(new Uint16Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 2));
    throw new UserError(`safetensors: ${this.path}: tensor ${name} holds ${dtype}, a float type is needed.`);
  }

  /** The values of an int32 tensor. */
  readInt32(name: string): Int32Array {
    const { dtype, bytes } = this.read(name);
    if (dtype !== "I32")
      throw new UserError(`safetensors: ${this.path}: tensor ${name} holds ${dtype}, I32 is needed.`);
    return new Int32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4);
  }

  close(): void {
    closeSync(this.fd);
  }

  private read(name: string): { dtype: StoredDtype; bytes: Uint8Array } {
    const stored = this.tensors.get(name);
    if (stored === undefined)
      throw new UserError(
        `safetensors: ${this.path} has no tensor ${name}; it is not a checkpoint of this shape.`,
      );
    const bytes = new Uint8Array(stored.end - stored.begin);
    readFully(this.fd, bytes, this.dataStart + stored.begin, this.path);
    return { dtype: stored.dtype, bytes };
  }
}

function readHeader(fd: number, path: string) {
  const size = fstatSync(fd).size;
  if (size < 8)
    throw new UserError(`safetensors: ${path} has ${size} bytes and is cut off; fetch or write it again.`);
  const prefix = new Uint8Array(8);
  readFully(fd, prefix, 0, path);
  const headerBytes = Number(new DataView(prefix.buffer).getBigUint64(0, true));
  if (headerBytes > size - 8) {
    throw new UserError(
      `safetensors: ${path} announces a header of ${headerBytes} bytes but holds ${size} in all; it is cut off or not a safetensors file, fetch or write it again.`,
    );
  }
  const text = new Uint8Array(headerBytes);
  readFully(fd, text, 8, path);
  let json: Record<string, unknown>;
  try {
    json = JSON.parse(new TextDecoder().decode(text)) as Record<string, unknown>;
  } catch {
    throw new UserError(
      `safetensors: the header of ${path} is not JSON; the file is damaged, fetch or write it again.`,
    );
  }
  const dataBytes = size - 8 - headerBytes;
  const tensors = new Map<string, StoredTensor>();
  for (const [name, entry] of Object.entries(json)) {
    if (name !== "__metadata__") tensors.set(name, checkEntry(name, entry, dataBytes, path));
  }
  return {
    tensors,
    metadata: (json["__metadata__"] ?? {}) as Record<string, string>,
    dataStart: 8 + headerBytes,
  };
}

function checkEntry(name: string, entry: unknown, dataBytes: number, path: string): StoredTensor {
  const { dtype, shape, data_offsets: offsets } = (entry ?? {}) as Record<string, unknown>;
  const whole = (values: unknown): values is number[] =>
    Array.isArray(values) && values.every(v => Number.isSafeInteger(v) && (v as number) >= 0);
  if (typeof dtype !== "string" || !whole(shape) || !whole(offsets) || offsets.length !== 2) {
    throw new UserError(
      `safetensors: ${path}: the header entry of tensor ${name} is malformed; the file is damaged.`,
    );
  }
  if (!(dtype in bytesPer)) {
    throw new UserError(
      `safetensors: ${path}: tensor ${name} has dtype ${dtype}; supported are ${Object.keys(bytesPer).join(", ")}.`,
    );
  }
  const [begin, end] = offsets;
  const expected = shape.reduce((a, b) => a * b, 1) * bytesPer[dtype as StoredDtype];
  if (end - begin !== expected) {
    throw new UserError(
      `safetensors: ${path}: tensor ${name} of shape [${shape.join(", ")}] needs ${expected} bytes but its entry spans ${end - begin}; the header is wrong.`,
    );
  }
  if (end > dataBytes) {
    throw new UserError(
      `safetensors: ${path} is cut off in tensor ${name}: ${end} bytes of data announced, ${dataBytes} present; fetch or write it again.`,
    );
  }
  return { dtype: dtype as StoredDtype, shape, begin, end };
}

function readFully(fd: number, into: Uint8Array, position: number, path: string): void {
  for (let done = 0; done < into.length;) {
    const n = readSync(fd, into, done, Math.min(into.length - done, 1 << 30), position + done);
    if (n === 0)
      throw new UserError(`safetensors: ${path} ended while it was read; fetch or write it again.`);
    done += n;
  }
}

/** bfloat16 bit patterns to float32 values, exactly. */
export function widenBf16(bits: Uint16Array): Float32Array {
  const out = new Float32Array(bits.length);
  const words = new Uint32Array(out.buffer);
  for (let i = 0; i < bits.length; i++) words[i] = bits[i] << 16;
  return out;
}

/** float32 values to bfloat16 bit patterns, rounding to nearest even; NaN stays NaN. */
export function narrowBf16(values: Float32Array): Uint16Array {
  const words = new Uint32Array(values.buffer, values.byteOffset, values.length);
  const out = new Uint16Array(values.length);
  for (let i = 0; i < values.length; i++) {
    const w = words[i];
    const nan = (w & 0x7fffffff) > 0x7f800000;
    out[i] = nan ? (w >>> 16) | 0x40 : (w + 0x7fff + ((w >>> 16) & 1)) >>> 16;
  }
  return out;
}

function widenF16(bits: Uint16Array): Float32Array {
  return Float32Array.from(bits, h => {
    const exponent = (h >> 10) & 31;
    const fraction = h & 1023;
    const sign = h & 0x8000 ? -1 : 1;
    if (exponent === 31) return fraction ? NaN : sign * Infinity;
    return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
  });
}

export interface TensorToStore {
  readonly dtype: "F32" | "BF16" | "I32";
  readonly shape: readonly number[];
  readonly values: Float32Array | Int32Array;
}

/** Write a safetensors file. The caller makes it atomic by writing beside the target and renaming. */
export function writeSafetensors(
  path: string,
  tensors: ReadonlyMap<string, TensorToStore>,
  metadata: Readonly<Record<string, string>> = {},
): void {
  const header: Record<string, unknown> = { __metadata__: { format: "pt", ...metadata } };
  let offset = 0;
  for (const [name, t] of tensors) {
    const bytes = t.values.length * bytesPer[t.dtype];
    header[name] = { dtype: t.dtype, shape: t.shape, data_offsets: [offset, offset + bytes] };
    offset += bytes;
  }
  let text = JSON.stringify(header);
  text += " ".repeat((8 - (Buffer.byteLength(text) % 8)) % 8);
  const prefix = Buffer.alloc(8);
  prefix.writeBigUInt64LE(BigInt(Buffer.byteLength(text)));
  const fd = openSync(path, "w");
  try {
    writeFully(fd, prefix);
    writeFully(fd, Buffer.from(text));
    for (const t of tensors.values()) {
      const data = t.dtype === "BF16" ? narrowBf16(t.values as Float32Array) : t.values;
      writeFully(fd, new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
    }
  } finally {
    closeSync(fd);
  }
}

function writeFully(fd: number, bytes: Uint8Array): void {
  for (let done = 0; done < bytes.length;) done += writeSync(fd, bytes, done);
}
