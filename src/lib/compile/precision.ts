/**
 * The precision of matrix products in recorded graphs: "bfloat16" rounds operands and results, not the sums
 * inside a product.
 */
export const precisions = ["float32", "bfloat16"] as const;
export type Precision = (typeof precisions)[number];
