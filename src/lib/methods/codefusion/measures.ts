/** What claims measure of programs. */
import { as, averaged, points } from "../../claims/measure.js";
import type { Row } from "../../claims/rows.js";

interface Program {
  readonly text: string;
  readonly valid: boolean;
}

export const codefusionMeasures = {
  "valid programs": averaged<Program>(
    "share of valid programs (one well-formed block that Python parses)",
    points,
    row => Number(row.valid),
  ),
  variety: {
    words: "distinct valid programs among five samples of a problem, as a share of five",
    matters: points,
    ofProblem: (samples: readonly Row[]) => {
      const programs = samples.map(row => as<Program>(row));
      return new Set(programs.filter(p => p.valid).map(p => p.text)).size / programs.length;
    },
  },
} as const;
