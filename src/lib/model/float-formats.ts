/**
 * 16-bit floats and float32: conversions, the search for NaN, and memory that TensorFlow can use as it is.
 */

/**
 * A float32 array at the start of a memory page. TensorFlow shares uploaded arrays that lie on a 64-byte
 * boundary and copies the others; a plain array lies on a 16-byte one, so three of four large weights would
 * be held twice. Only buffers that could be resized get pages of their own.
 */
export function pageAlignedFloat32(length: number): Float32Array {
  const bytes = 4 * length;
  const Resizable = ArrayBuffer as new (bytes: number, options: { maxByteLength: number }) => ArrayBuffer;
  return new Float32Array(new Resizable(bytes, { maxByteLength: bytes }), 0, length);
}

/** The same of int32. */
export function pageAlignedInt32(length: number): Int32Array {
  return new Int32Array(pageAlignedFloat32(length).buffer, 0, length);
}

/** bfloat16 bit patterns to float32 values, exactly. */
export function widenBf16(
  bits: Uint16Array,
  into: Float32Array = new Float32Array(bits.length),
): Float32Array {
  const words = new Uint32Array(into.buffer, into.byteOffset, bits.length);
  for (let i = 0; i < bits.length; i++) words[i] = bits[i] << 16;
  return into;
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

/** IEEE half bit patterns to float32 values, exactly. */
export function widenF16(
  bits: Uint16Array,
  into: Float32Array = new Float32Array(bits.length),
): Float32Array {
  for (let i = 0; i < bits.length; i++) {
    const exponent = (bits[i] >> 10) & 31;
    const fraction = bits[i] & 1023;
    const sign = bits[i] & 0x8000 ? -1 : 1;
    if (exponent === 31) into[i] = fraction ? NaN : sign * Infinity;
    else if (exponent === 0) into[i] = sign * fraction * 2 ** -24;
    else into[i] = sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
  }
  return into;
}

/** Index of the first NaN or infinity, -1 when there is none. */
export function firstNonFinite(values: Float32Array): number {
  const words = new Uint32Array(values.buffer, values.byteOffset, values.length);
  for (let i = 0; i < words.length; i++) if ((words[i] & 0x7f800000) === 0x7f800000) return i;
  return -1;
}
