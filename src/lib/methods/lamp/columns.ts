/** What the study of repairs logs. */
import type { Columns, RowOf } from "../../log/columns.js";

/** What one method made of one problem with the help of a reward. */
export const repairs = {
  run: "utf8",
  seed: "int32",
  problem: "utf8",
  /**
   * "tests", an oracle: the share of the base tests that
   * answers are graded by; "syntax": whether the program parses
   */
  reward: "utf8",
  /** K of LAMP */
  iterations: "int32",
  /** "plain", "LAMP", "LAMP, best candidate", "best of 3" */
  method: "utf8",
  calls: "int32",
  /** reward of what the method returned, in [0, 1] */
  score: "float64",
  passedBase: "bool?",
  passedPlus: "bool?",
  /** tokens that LAMP could edit, and edits that it accepted */
  edits: "int32",
  accepted: "int32",
} as const satisfies Columns;

export type RepairRow = RowOf<typeof repairs>;
