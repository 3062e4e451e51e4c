/** How the blocks of each type of a GGUF file become floats. */
import { widenBf16, widenF16 } from "../float-formats.js";
import * as small from "./small-blocks.js";
import * as large from "./super-blocks.js";

const words = (bytes: Uint8Array) => new Uint16Array(bytes.buffer, bytes.byteOffset, bytes.length / 2);

/**
 * By the type's name. The bytes begin at a multiple of 4
 * of their buffer. Types that are missing are not read.
 */
export const dequantisers: ReadonlyMap<string, small.Dequantise> = new Map<string, small.Dequantise>([
  ["F32", (bytes, into) => into.set(new Float32Array(bytes.buffer, bytes.byteOffset, into.length))],
  ["F16", (bytes, into) => void widenF16(words(bytes), into)],
  ["BF16", (bytes, into) => void widenBf16(words(bytes), into)],
  ["Q4_0", small.q4_0],
  ["Q4_1", small.q4_1],
  ["Q5_0", small.q5_0],
  ["Q5_1", small.q5_1],
  ["Q8_0", small.q8_0],
  ["Q2_K", large.q2_K],
  ["Q3_K", large.q3_K],
  ["Q4_K", large.q4_K],
  ["Q5_K", large.q5_K],
  ["Q6_K", large.q6_K],
  ["IQ4_NL", small.iq4_nl],
  ["IQ4_XS", large.iq4_xs],
  ["TQ1_0", large.tq1_0],
  ["TQ2_0", large.tq2_0],
  ["MXFP4", small.mxfp4],
]);
