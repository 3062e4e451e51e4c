/** What claims measure of caches. */
import { averaged } from "../../claims/measure.js";
import { meanDivergence, type CachedUnit } from "./tables.js";

export const kvCacheMeasures = {
  divergence: averaged<CachedUnit>(
    "KL(exact || cached) over the masked positions of the block, all passes, in thousandths of a nat",
    null,
    row => 1000 * meanDivergence(row),
  ),
  "divergence of first passes": averaged<CachedUnit>(
    "the same of first passes alone, in nats",
    null,
    row => row.divergences[0] / row.positions[0],
  ),
} as const;
