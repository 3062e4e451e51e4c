/** What the study of caches logs. */
import type { Columns, RowOf } from "../../log/columns.js";

/**
 * What a block-wise cache changes in the logits along one
 * decoding without it, by pass within a block, from 0.
 */
export const cached = {
  run: "utf8",
  seed: "int32",
  problem: "utf8",
  /** "prefix" or "dual" */
  kvCache: "utf8",
  blockLength: "int32",
  /** masked positions of the block that were compared, all blocks of the window together */
  positions: "float32[]",
  /** nats: KL(exact || cached), summed over those */
  divergences: "float32[]",
  /** of those, the ones whose most probable token is another */
  changed: "float32[]",
} as const satisfies Columns;

export type CachedRow = RowOf<typeof cached>;
