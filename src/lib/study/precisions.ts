/** Runs in float32 beside runs in bfloat16: what their rows do not say themselves. */
import type { Precision } from "../compile/precision.js";

/** Rows with the precision of their run's products, which its settings and its log's metadata name. */
export function withPrecision<R extends object>(
  rows: readonly R[],
  { precision = "float32" }: { readonly precision?: Precision },
): (R & { readonly precision: Precision })[] {
  return rows.map(row => ({ ...row, precision }));
}
