/** How far cached logits lie from exact ones, by cache and block length, and by how old what is cached is. */
import type { Rng } from "../../core/rng.js";
import { bootstrapDefaults, type BootstrapConfig } from "../../analysis/bootstrap.js";
import type { Measure, SampleUnit } from "../../analysis/by-group.js";
import { measuresByGroup } from "../../analysis/measures-by-group.js";

/**
 * What a cache changed along one decoding, by pass within
 * a block, all blocks together; pass 0 is the whole one.
 */
export interface CachedUnit extends SampleUnit {
  /** "prefix" or "dual" */
  readonly kvCache: string;
  readonly blockLength: number;
  /** masked positions of the block that were compared */
  readonly positions: ArrayLike<number>;
  /** nats, summed over those */
  readonly divergences: ArrayLike<number>;
  /** those whose most probable token is another one */
  readonly changed: ArrayLike<number>;
}

/** Mean KL(exact || cached) over the masked positions of every pass, whole ones included, in nats. */
export function meanDivergence({ divergences, positions }: CachedUnit): number {
  return sum(divergences) / sum(positions);
}

/** Share of those positions whose most probable token is another one. */
export function changedShare({ changed, positions }: CachedUnit): number {
  return sum(changed) / sum(positions);
}

export type CacheErrorMeasure = "divergence" | "changed";

export interface CacheErrorRow extends Measure {
  readonly cache: string;
  readonly block: number;
  readonly measure: CacheErrorMeasure;
}

/** Both measures by cache and block length. */
export function cacheErrorTable(
  rows: readonly CachedUnit[],
  rng: Rng,
  config: BootstrapConfig = bootstrapDefaults,
): CacheErrorRow[] {
  const measures = { divergence: meanDivergence, changed: changedShare };
  const group = ({ kvCache, blockLength }: CachedUnit) => ({ cache: kvCache, block: blockLength });
  return measuresByGroup(rows, group, measures, rng, config);
}

/** Mean KL by pass within the block. @param block its length */
export function cacheErrorByPass(
  rows: readonly CachedUnit[],
  block: number,
  rng: Rng,
): (Measure & { readonly cache: string; readonly block: number; readonly pass: number })[] {
  const found = rows.filter(row => row.blockLength === block);
  const passes = Math.max(0, ...found.map(row => row.positions.length));
  return Array.from({ length: passes }, (_, pass) => pass).flatMap(pass =>
    measuresByGroup(
      found,
      ({ kvCache }) => ({ cache: kvCache, block, pass }),
      { divergence: (row: CachedUnit) => (row.divergences[pass] ?? NaN) / row.positions[pass] },
      rng.split(pass),
    ),
  );
}

function sum(values: ArrayLike<number>): number {
  let total = 0;
  for (let i = 0; i < values.length; i++) total += values[i];
  return total;
}
