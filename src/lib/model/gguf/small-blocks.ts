/**
 * Blocks of 32 values with one scale, some with an offset: the first quantised
 * formats of GGUF, and the two later ones whose codes index a table. A block's 16
 * bytes of codes hold value j in the low half of byte j and value j + 16 in the high.
 */
import { halfAt } from "./half.js";

/** Whole blocks of `bytes`, one after the other, as values. */
export type Dequantise = (bytes: Uint8Array, into: Float32Array) => void;

const size = 32;
const half = size / 2;

/** d (q - 8) */
export const q4_0: Dequantise = (bytes, into) => {
  for (let at = 0, o = 0; o < into.length; at += 18, o += size) {
    const d = halfAt(bytes, at);
    for (let j = 0; j < half; j++) {
      const codes = bytes[at + 2 + j];
      into[o + j] = d * ((codes & 15) - 8);
      into[o + half + j] = d * ((codes >> 4) - 8);
    }
  }
};

/** d q + m */
export const q4_1: Dequantise = (bytes, into) => {
  for (let at = 0, o = 0; o < into.length; at += 20, o += size) {
    const [d, m] = [halfAt(bytes, at), halfAt(bytes, at + 2)];
    for (let j = 0; j < half; j++) {
      const codes = bytes[at + 4 + j];
      into[o + j] = d * (codes & 15) + m;
      into[o + half + j] = d * (codes >> 4) + m;
    }
  }
};

/** d (q - 16); the fifth bits stand together in front of the codes */
export const q5_0: Dequantise = (bytes, into) => {
  for (let at = 0, o = 0; o < into.length; at += 22, o += size) {
    const d = halfAt(bytes, at);
    const fifths = wordAt(bytes, at + 2);
    for (let j = 0; j < half; j++) {
      const codes = bytes[at + 6 + j];
      into[o + j] = d * (((codes & 15) | (((fifths >>> j) & 1) << 4)) - 16);
      into[o + half + j] = d * (((codes >> 4) | (((fifths >>> (j + half)) & 1) << 4)) - 16);
    }
  }
};

/** d q + m */
export const q5_1: Dequantise = (bytes, into) => {
  for (let at = 0, o = 0; o < into.length; at += 24, o += size) {
    const [d, m] = [halfAt(bytes, at), halfAt(bytes, at + 2)];
    const fifths = wordAt(bytes, at + 4);
    for (let j = 0; j < half; j++) {
      const codes = bytes[at + 8 + j];
      into[o + j] = d * ((codes & 15) | (((fifths >>> j) & 1) << 4)) + m;
      into[o + half + j] = d * ((codes >> 4) | (((fifths >>> (j + half)) & 1) << 4)) + m;
    }
  }
};

/** d q, q a signed byte */
export const q8_0: Dequantise = (bytes, into) => {
  for (let at = 0, o = 0; o < into.length; at += 34, o += size) {
    const d = halfAt(bytes, at);
    for (let j = 0; j < size; j++) into[o + j] = d * ((bytes[at + 2 + j] << 24) >> 24);
  }
};

/** What the codes of the IQ4 formats mean: closer together near 0, where weights are. */
export const nonLinear = Int8Array.of(
  ...[-127, -104, -83, -65, -49, -35, -22, -10],
  ...[1, 13, 25, 38, 53, 69, 89, 113],
);

/** d table[q] */
export const iq4_nl: Dequantise = (bytes, into) => {
  for (let at = 0, o = 0; o < into.length; at += 18, o += size) {
    const d = halfAt(bytes, at);
    for (let j = 0; j < half; j++) {
      const codes = bytes[at + 2 + j];
      into[o + j] = d * nonLinear[codes & 15];
      into[o + half + j] = d * nonLinear[codes >> 4];
    }
  }
};

/** Floats of four bits: a sign, two bits of exponent, one of fraction. */
const fourBitFloats = Float32Array.of(
  ...[0, 0.5, 1, 1.5, 2, 3, 4, 6],
  ...[-0, -0.5, -1, -1.5, -2, -3, -4, -6],
);

/** 2^(e - 127) of one byte, times a float of four bits (OCP Microscaling formats) */
export const mxfp4: Dequantise = (bytes, into) => {
  for (let at = 0, o = 0; o < into.length; at += 17, o += size) {
    const d = 2 ** (bytes[at] - 127);
    for (let j = 0; j < half; j++) {
      const codes = bytes[at + 1 + j];
      into[o + j] = d * fourBitFloats[codes & 15];
      into[o + half + j] = d * fourBitFloats[codes >> 4];
    }
  }
};

function wordAt(bytes: Uint8Array, at: number): number {
  return bytes[at] | (bytes[at + 1] << 8) | (bytes[at + 2] << 16) | (bytes[at + 3] << 24);
}
