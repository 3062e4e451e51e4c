/** All IEEE half-precision values by their bit patterns: the scale of a quantised block is one look-up. */
import { widenF16 } from "../float-formats.js";

/** [65536] */
export const halves: Float32Array = widenF16(Uint16Array.from({ length: 1 << 16 }, (_, bits) => bits));

/** The half at a byte of `bytes`, little-endian. */
export function halfAt(bytes: Uint8Array, at: number): number {
  return halves[bytes[at] | (bytes[at + 1] << 8)];
}
