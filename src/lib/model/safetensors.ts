/**
 * The safetensors format: an 8-byte length, a JSON header, raw little-endian data. Read tensor by tensor,
 * with every size checked against the file before anything is allocated.
 */
import type { ByteSource } from "../core/byte-source.js";
import { UserError } from "../core/errors.js";
import { firstNonFinite, narrowBf16, pageAlignedFloat32, widenBf16, widenF16 } from "./float-formats.js";
import {
  bytesPer,
  readFully,
  readHeader,
  type StoredDtype,
  type StoredTensor,
} from "./safetensors-header.js";

/**
 * A tensor is read and widened in pieces through these two, so that it is never held twice and leaves no
 * garbage.
 */
const chunk = new Uint8Array(1 << 20);
const widened = new Float32Array(chunk.length / 2);

/** A safetensors file, in memory or on a disk. Close it. */
export class SafetensorsFile {
  readonly path: string;
  readonly tensors: ReadonlyMap<string, StoredTensor>;
  readonly metadata: Readonly<Record<string, string>>;
  private readonly dataStart: number;

  /**
   * Takes ownership of the source.
   * @throws UserError when it is cut off, or its header does not describe it
   */
  constructor(private readonly source: ByteSource) {
    this.path = source.path;
    try {
      ({ tensors: this.tensors, metadata: this.metadata, dataStart: this.dataStart } = readHeader(source));
    } catch (error) {
      source.close();
      throw error;
    }
  }

  /**
   * The values of a float tensor, widened to float32 piece by piece.
   * @param finite refuse NaN and infinity
   */
  readFloat32(name: string, { finite = false } = {}): Float32Array {
    const { dtype, begin, end } = this.entry(name);
    const per = this.floatBytes(name);
    const values = pageAlignedFloat32((end - begin) / per);
    for (let at = begin; at < end; at += chunk.length) {
      const bytes = chunk.subarray(0, Math.min(chunk.length, end - at));
      readFully(this.source, bytes, this.dataStart + at);
      const floats = widened.subarray(0, bytes.length / per);
      widen(dtype, bytes, floats);
      const offset = (at - begin) / per;
      const bad = finite ? firstNonFinite(floats) : -1;
      if (bad >= 0) throw this.damaged(name, floats[bad], offset + bad);
      values.set(floats, offset);
    }
    return values;
  }

  /**
   * Bit patterns of a bfloat16 tensor, from value `from` on, as many as `into` holds.
   * @throws UserError for NaN and infinity
   */
  readBf16(name: string, from: number, into: Uint16Array): void {
    const bytes = new Uint8Array(into.buffer, into.byteOffset, into.byteLength);
    readFully(this.source, bytes, this.dataStart + this.entry(name).begin + 2 * from);
    for (let i = 0; i < into.length; i++)
      if ((into[i] & 0x7f80) === 0x7f80)
        throw this.damaged(name, widenBf16(into.slice(i, i + 1))[0], from + i);
  }

  /** Bytes of one value of a float tensor. @throws UserError when it holds no floats that can be read */
  floatBytes(name: string): number {
    const { dtype } = this.entry(name);
    if (dtype === "F32" || dtype === "BF16" || dtype === "F16") return bytesPer[dtype];
    throw new UserError(
      `safetensors: ${this.path}: tensor ${name} holds ${dtype}; convert it to BF16, F16 or F32, the ` +
        "types that are supported.",
    );
  }

  /** The values of a float64 tensor. */
  readFloat64(name: string): Float64Array {
    return new Float64Array(this.bytesOf(name, "F64").buffer);
  }

  /** The values of an int32 tensor. */
  readInt32(name: string): Int32Array {
    return new Int32Array(this.bytesOf(name, "I32").buffer);
  }

  close(): void {
    this.source.close();
  }

  private damaged(name: string, value: number, index: number): UserError {
    return new UserError(
      `safetensors: ${this.path}: tensor ${name} holds ${value} at index ${index}; the weights are ` +
        "damaged, fetch or train them again.",
    );
  }

  private bytesOf(name: string, needed: StoredDtype): Uint8Array<ArrayBuffer> {
    const { dtype, begin, end } = this.entry(name);
    if (dtype !== needed)
      throw new UserError(
        `safetensors: ${this.path}: tensor ${name} holds ${dtype}, ${needed} is needed; write it again.`,
      );
    const bytes = new Uint8Array(end - begin);
    readFully(this.source, bytes, this.dataStart + begin);
    return bytes;
  }

  private entry(name: string): StoredTensor {
    const stored = this.tensors.get(name);
    if (stored !== undefined) return stored;
    throw new UserError(
      `safetensors: ${this.path} has no tensor ${name}; it is not a checkpoint of this shape, fetch or ` +
        "name another.",
    );
  }
}

function widen(dtype: StoredDtype, bytes: Uint8Array, into: Float32Array): void {
  const bits = () => new Uint16Array(bytes.buffer, bytes.byteOffset, bytes.length / 2);
  if (dtype === "BF16") widenBf16(bits(), into);
  else if (dtype === "F16") widenF16(bits(), into);
  else into.set(new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4));
}

export interface TensorToStore {
  readonly dtype: "F32" | "BF16" | "I32";
  readonly shape: readonly number[];
  /**
   * float32 or int32 values, bfloat16 as bit patterns in a Uint16Array, or what makes them when their turn
   * comes
   */
  readonly values: StoredValues | (() => StoredValues);
}

type StoredValues = Float32Array | Int32Array | Uint16Array;

/**
 * The bytes of a safetensors file, piece by piece, float32 values rounded to bfloat16 where that is asked
 * for. Values given as functions are made one tensor at a time.
 */
export function* encodeSafetensors(
  tensors: ReadonlyMap<string, TensorToStore>,
  metadata: Readonly<Record<string, string>> = {},
): Generator<Uint8Array> {
  const header: Record<string, unknown> = { __metadata__: { format: "pt", ...metadata } };
  let offset = 0;
  for (const [name, t] of tensors) {
    const bytes = t.shape.reduce((a, b) => a * b, 1) * bytesPer[t.dtype];
    header[name] = { dtype: t.dtype, shape: t.shape, data_offsets: [offset, offset + bytes] };
    offset += bytes;
  }
  const text = new TextEncoder().encode(JSON.stringify(header));
  const padding = new TextEncoder().encode(" ".repeat((8 - (text.length % 8)) % 8));
  const prefix = new DataView(new ArrayBuffer(8));
  prefix.setBigUint64(0, BigInt(text.length + padding.length), true);
  yield* [new Uint8Array(prefix.buffer), text, padding];
  for (const { dtype, values } of tensors.values()) {
    const given = typeof values === "function" ? values() : values;
    const data = dtype === "BF16" && given instanceof Float32Array ? narrowBf16(given) : given;
    yield new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  }
}
