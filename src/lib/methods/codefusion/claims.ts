/** N12: what a decoder over denoised embeddings adds, in validity and in variety. */
import type { Claim } from "../../claims/claim.js";

const n12 = {
  chapter: "beyond",
  figure: "n12-codefusion",
  citation: "arXiv 2310.17680 (by summaries)",
} as const;

export const codefusionClaims: readonly Claim[] = [
  {
    ...n12,
    id: "N12",
    statement:
      "Read by a decoder with full attention, the same denoised embeddings are more often a valid " +
      "program than rounded to the nearest token.",
    published:
      "valid programs 67.6, 73.4 and 94.5% against 24.2, 54.2 and 78.6% of GENIE, which rounds; in the " +
      "ablation rounding is worse",
    conditions: [
      { measure: "valid programs", of: { readout: "decoder" }, minus: { readout: "rounding" }, above: 0 },
    ],
    beside: [{ measure: "pass@1", of: { readout: "decoder" }, minus: { readout: "rounding" } }],
    fixed: { on: "2026-11-30", hash: "3ae83374098f53df" },
  },
  {
    ...n12,
    id: "N12-variety",
    statement:
      "At equal pass@1, five samples of CodeFusion hold more distinct valid programs than five of an " +
      "autoregressive model.",
    published: "4-gram diversity .81 against .61 of the best autoregressive model (not at equal accuracy)",
    conditions: [
      {
        ...{ measure: "variety", of: { readout: "decoder" }, minus: { readout: "autoregressive" } },
        matched: { side: "minus", by: "pass@1" },
        above: 0,
      },
    ],
    fixed: { on: "2026-11-30", hash: "255c1e7654313613" },
  },
];
