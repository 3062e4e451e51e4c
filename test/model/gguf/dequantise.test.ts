/**
 * Block formats by hand: one block whose values can be
 * read off its bytes. Whole tables: test/reference-2/gguf.
 */
import { describe, expect, it } from "vitest";
import { dequantisers } from "../../../src/lib/model/gguf/dequantise.js";
import { inHuggingFaceOrder } from "../../../src/lib/model/gguf/gguf-weights.js";

/** Half-precision 1 and 0.5. */
const [one, half] = [
  [0x00, 0x3c],
  [0x00, 0x38],
];

function values(type: string, bytes: readonly number[], count: number): number[] {
  const into = new Float32Array(count);
  dequantisers.get(type)?.(Uint8Array.from(bytes), into);
  return Array.from(into);
}

describe("a block of 32", () => {
  const codes = Array.from({ length: 16 }, (_, j) => j | ((15 - j) << 4));

  it("Q4_0: low halves are values 0 to 15, high halves 16 to 31, both less 8", () => {
    const expected = [
      ...Array.from({ length: 16 }, (_, j) => j - 8),
      ...Array.from({ length: 16 }, (_, j) => 7 - j),
    ];
    expect(values("Q4_0", [...one, ...codes], 32)).toEqual(expected);
  });

  it("Q4_1: scale times code plus offset", () => {
    expect(values("Q4_1", [...half, ...one, ...codes], 32).slice(0, 3)).toEqual([1, 1.5, 2]);
  });

  it("Q5_0: bit j of the word in front is the fifth bit of value j", () => {
    const fifths = [0b10, 0, 0b1, 0];
    const read = values("Q5_0", [...one, ...fifths, ...new Array<number>(16).fill(0)], 32);
    expect(read.flatMap((x, j) => (x === 0 ? [j] : []))).toEqual([1, 16]);
    expect(new Set(read)).toEqual(new Set([0, -16]));
  });

  it("Q8_0: bytes are signed", () => {
    const bytes = [0, 1, 127, 128, 255, ...new Array<number>(27).fill(0)];
    expect(values("Q8_0", [...half, ...bytes], 32).slice(0, 5)).toEqual([0, 0.5, 63.5, -64, -0.5]);
  });
});

describe("several blocks", () => {
  it("each has its own scale", () => {
    const block = (scale: readonly number[]) => [...scale, ...new Array<number>(32).fill(2)];
    const read = values("Q8_0", [...block(one), ...block(half)], 64);
    expect([read[0], read[31], read[32], read[63]]).toEqual([2, 2, 1, 1]);
  });
});

describe("rows that llama.cpp reordered", () => {
  it("go back: even rows of a head are its first half, odd ones its second, every head apart", () => {
    const rows = Float32Array.from([0, 0, 1, 1, 2, 2, 3, 3, 10, 10, 11, 11, 12, 12, 13, 13]);
    inHuggingFaceOrder(rows, 2, 4);
    expect(Array.from(rows)).toEqual([0, 0, 2, 2, 1, 1, 3, 3, 10, 10, 12, 12, 11, 11, 13, 13]);
  });
});
