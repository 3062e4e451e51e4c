/** Columns that belong together. */
import type { Columns } from "./columns.js";

/**
 * Parameters of the named policies, in force by default or
 * by choice; null where a policy has no such parameter.
 */
export const policyColumns = {
  tau: "float64?",
  factor: "float64?",
  gamma: "float64?",
  spacing: "int32?",
  minGap: "int32?",
  theta: "float64?",
  base: "int32?",
  skip: "int32?",
  paths: "int32?",
  select: "utf8?",
  pool: "int32?",
  alpha: "float64?",
} as const satisfies Columns;

/**
 * AR-ness at k = 1, 2, ... as older logs recorded it, which had no order: of the whole window, and up to the
 * first end token (NaN where nothing stands before it). Empty wherever the order itself is logged.
 */
export const recordedColumns = {
  localArness: "float32[]",
  globalArness: "float32[]",
  localArnessEos: "float32[]",
  globalArnessEos: "float32[]",
} as const satisfies Columns;

/** Nothing recorded beside the order. */
export const nothingRecorded = {
  localArness: [],
  globalArness: [],
  localArnessEos: [],
  globalArnessEos: [],
} as const;
