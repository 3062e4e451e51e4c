/** The precision of matrix products in recorded graphs. */
import { nativeBackend } from "./native.js";

/** "bfloat16": operands and results are rounded to it, sums inside a product are not. */
export const precisions = ["float32", "bfloat16"] as const;
export type Precision = (typeof precisions)[number];

/**
 * Whether what is recorded now will have its products in bfloat16: then there are other ways to lay numbers out that save
 * time, where in float32 every bit is to stay as it was.
 */
export function roundsProducts(): boolean {
  return nativeBackend()?.recordsIn === "bfloat16";
}
