/** N3: how exact a block-wise cache is. */
import type { Claim, Condition, Contrast } from "../../claims/claim.js";
import type { Where } from "../../claims/rows.js";

const cached = (cache: string, blockLength: number) => ({ cache, blockLength });
const drifts = (of: Where, minus: Where): Condition => ({
  ...{ measure: "divergence", of, minus, above: 0, together: 9 },
});
const caches = ["prefix", "dual"];

export const kvCacheClaims: readonly Claim[] = [
  {
    id: "N3",
    chapter: "faster",
    figure: "n3-cache",
    statement:
      "Cached logits are exact in the first pass over a block, drift further from the exact ones the " +
      "longer blocks are, and further where the suffix is cached too.",
    citation: "arXiv 2505.22618 §3; the measurement is ours",
    published:
      "accuracy falls with larger cache blocks; GSM8K 8-shot, 1024 tokens, parallel decoding: 78.0 " +
      "without, 75.7 with the prefix cache, 76.0 with the dual cache; keys and values of adjacent " +
      "steps nearly equal",
    conditions: [
      ...[
        [1, 2],
        [2, 4],
        [4, 12],
      ].flatMap(([from, to]) => caches.map(cache => drifts(cached(cache, to), cached(cache, from)))),
      ...[2, 4, 12].map(block => drifts(cached("dual", block), cached("prefix", block))),
      { measure: "divergence of first passes", of: {}, always: { below: 1e-6 } },
    ],
    shown: "smallest",
    beside: [
      ...caches.map((cache): Contrast => ({
        measure: "divergence",
        of: cached(cache, 36),
        minus: cached(cache, 12),
      })),
    ],
    note:
      "Decodings without a cache replayed, one token a step. A block of 36 is the whole window and has " +
      "no suffix.",
    fixed: { on: "2026-11-30", hash: "dc77deeaa6ae9771" },
  },
];
