/**
 * Blocks of 256 values whose parts have scales of their own, which are quantised too: the K formats of GGUF,
 * IQ4_XS and the two formats of ternary weights.
 */
import { halfAt } from "./half.js";
import { nonLinear, type Dequantise } from "./small-blocks.js";

const size = 256;

/** Sixteen parts of 16 values: d s q - m t, scale s and offset t four bits each, q two. */
export const q2_K: Dequantise = (bytes, into) => {
  for (let at = 0, o = 0; o < into.length; at += 84, o += size) {
    const [d, m] = [halfAt(bytes, at + 80), halfAt(bytes, at + 82)];
    for (let part = 0; part < 16; part++) {
      const [scale, offset] = [d * (bytes[at + part] & 15), m * (bytes[at + part] >> 4)];
      const { codes, shift } = twoBits(part);
      const from = at + 16 + codes;
      for (let j = 0; j < 16; j++)
        into[o + 16 * part + j] = scale * ((bytes[from + j] >> shift) & 3) - offset;
    }
  }
};

/**
 * Sixteen parts of 16 values: d (s - 32) q, scale s six bits,
 * q two bits and a third one, whose absence takes 4 away.
 */
export const q3_K: Dequantise = (bytes, into) => {
  const scales = new Int8Array(16);
  for (let at = 0, o = 0; o < into.length; at += 110, o += size) {
    const d = halfAt(bytes, at + 108);
    for (let i = 0; i < 16; i++) {
      const low = i < 8 ? bytes[at + 96 + i] & 15 : bytes[at + 88 + i] >> 4;
      const high = (bytes[at + 104 + (i & 3)] >> (2 * (i >> 2))) & 3;
      scales[i] = (low | (high << 4)) - 32;
    }
    for (let part = 0; part < 16; part++) {
      const { codes, shift } = twoBits(part);
      const [low, high, bit] = [at + 32 + codes, at + 16 * (part & 1), part >> 1];
      const scale = d * scales[part];
      for (let j = 0; j < 16; j++) {
        const third = (bytes[high + j] >> bit) & 1;
        into[o + 16 * part + j] = scale * (((bytes[low + j] >> shift) & 3) - (third === 1 ? 0 : 4));
      }
    }
  }
};

/** Where the two-bit codes of a part of 16 begin: 32 bytes hold four parts' pairs one above the other. */
function twoBits(part: number): { readonly codes: number; readonly shift: number } {
  return { codes: 32 * (part >> 3) + 16 * (part & 1), shift: 2 * ((part >> 1) & 3) };
}

/** Eight parts of 32 values: d s q - m t, scale s and offset t six bits each, q four. */
export const q4_K: Dequantise = (bytes, into) => {
  for (let at = 0, o = 0; o < into.length; at += 144, o += size) {
    const [d, m] = [halfAt(bytes, at), halfAt(bytes, at + 2)];
    for (let part = 0; part < 8; part++) {
      const { scale, offset } = sixBits(bytes, at + 4, part);
      const [s, t] = [d * scale, m * offset];
      const [from, shift] = [at + 16 + 32 * (part >> 1), 4 * (part & 1)];
      for (let j = 0; j < 32; j++) into[o + 32 * part + j] = s * ((bytes[from + j] >> shift) & 15) - t;
    }
  }
};

/** As Q4_K with a fifth bit: bit `part` of 32 bytes of their own. */
export const q5_K: Dequantise = (bytes, into) => {
  for (let at = 0, o = 0; o < into.length; at += 176, o += size) {
    const [d, m] = [halfAt(bytes, at), halfAt(bytes, at + 2)];
    for (let part = 0; part < 8; part++) {
      const { scale, offset } = sixBits(bytes, at + 4, part);
      const [s, t] = [d * scale, m * offset];
      const [from, shift] = [at + 48 + 32 * (part >> 1), 4 * (part & 1)];
      for (let j = 0; j < 32; j++) {
        const q = ((bytes[from + j] >> shift) & 15) | (((bytes[at + 16 + j] >> part) & 1) << 4);
        into[o + 32 * part + j] = s * q - t;
      }
    }
  }
};

/**
 * Scale and offset of a part out of 12 bytes: those of parts 0 to 3 are the low six bits of bytes 0 to 3 and
 * 4 to 7, those of parts 4 to 7 the halves of bytes 8 to 11 with the two bits that the others left over.
 */
function sixBits(bytes: Uint8Array, at: number, part: number) {
  if (part < 4) return { scale: bytes[at + part] & 63, offset: bytes[at + part + 4] & 63 };
  const both = bytes[at + part + 4];
  return {
    scale: (both & 15) | ((bytes[at + part - 4] >> 6) << 4),
    offset: (both >> 4) | ((bytes[at + part] >> 6) << 4),
  };
}

/** Sixteen parts of 16 values: d s (q - 32), scale s a signed byte, q four low bits and two high ones. */
export const q6_K: Dequantise = (bytes, into) => {
  for (let at = 0, o = 0; o < into.length; at += 210, o += size) {
    const d = halfAt(bytes, at + 208);
    for (let part = 0; part < 16; part++) {
      const scale = d * ((bytes[at + 192 + part] << 24) >> 24);
      const [side, quarter, odd] = [part >> 3, (part >> 1) & 3, 16 * (part & 1)];
      const low = at + 64 * side + 32 * (quarter & 1) + odd;
      const high = at + 128 + 32 * side + odd;
      for (let j = 0; j < 16; j++) {
        const four = (bytes[low + j] >> (4 * (quarter >> 1))) & 15;
        const two = (bytes[high + j] >> (2 * quarter)) & 3;
        into[o + 16 * part + j] = scale * ((four | (two << 4)) - 32);
      }
    }
  }
};

/** Eight parts of 32 values: d (s - 32) table[q], scale s four low bits and two high ones. */
export const iq4_xs: Dequantise = (bytes, into) => {
  for (let at = 0, o = 0; o < into.length; at += 136, o += size) {
    const d = halfAt(bytes, at);
    const highs = bytes[at + 2] | (bytes[at + 3] << 8);
    for (let part = 0; part < 8; part++) {
      const low = (bytes[at + 4 + (part >> 1)] >> (4 * (part & 1))) & 15;
      const scale = d * ((low | (((highs >> (2 * part)) & 3) << 4)) - 32);
      const from = at + 8 + 16 * part;
      for (let j = 0; j < 16; j++) {
        into[o + 32 * part + j] = scale * nonLinear[bytes[from + j] & 15];
        into[o + 32 * part + 16 + j] = scale * nonLinear[bytes[from + j] >> 4];
      }
    }
  }
};

const powersOf3 = [1, 3, 9, 27, 81];

/**
 * Runs of bytes of a TQ1_0 block, and how many values each
 * byte holds: five digits to base 3, in the last run four.
 */
const ternaryRuns = [
  { from: 0, bytes: 32, digits: 5 },
  { from: 32, bytes: 16, digits: 5 },
  { from: 48, bytes: 4, digits: 4 },
] as const;

/**
 * d (q - 1), q a digit to base 3. A byte is the digits' fraction of 1 in 256ths, rounded up: times 3^n
 * without what overflows, then times 3, its whole part is digit n.
 */
export const tq1_0: Dequantise = (bytes, into) => {
  for (let at = 0, o = 0; at < bytes.length; at += 54) {
    const d = halfAt(bytes, at + 52);
    for (const { from, bytes: count, digits } of ternaryRuns) {
      for (let n = 0; n < digits; n++) {
        for (let j = 0; j < count; j++) {
          const rest = (bytes[at + from + j] * powersOf3[n]) & 255;
          into[o++] = d * (((rest * 3) >> 8) - 1);
        }
      }
    }
  }
};

/** d (q - 1), q two bits; 32 bytes hold four times 32 values one above the other. */
export const tq2_0: Dequantise = (bytes, into) => {
  for (let at = 0, o = 0; o < into.length; at += 66, o += size) {
    const d = halfAt(bytes, at + 64);
    for (let part = 0; part < 8; part++) {
      const [from, shift] = [at + 32 * (part >> 2), 2 * (part & 3)];
      for (let j = 0; j < 32; j++) into[o + 32 * part + j] = d * (((bytes[from + j] >> shift) & 3) - 1);
    }
  }
};
