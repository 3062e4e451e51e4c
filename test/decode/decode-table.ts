/** One sample decoded by a denoiser of fixed distributions, at temperature 0. */
import type { Trajectory } from "../../src/lib/core/records.js";
import { Rng } from "../../src/lib/core/rng.js";
import { decodeConfig } from "../../src/lib/decode/config.js";
import type { DecodeConfig } from "../../src/lib/decode/types.js";
import { decode, type DecodeOptions } from "../../src/lib/decode/decode.js";
import { tableDenoiser } from "./table-denoiser.js";

/** @param rows [C][9] probabilities; the mask is token 8 */
export async function decodeTable(
  rows: readonly number[][],
  overrides: Partial<DecodeConfig>,
  options: DecodeOptions = {},
  seed = 0,
): Promise<Trajectory> {
  const config = decodeConfig(rows.length, { temperature: 0, topP: 1, ...overrides });
  const rngs = [Rng.fromSeed(seed)];
  const [t] = await decode(tableDenoiser(rows, 8), [Int32Array.of(1, 2)], config, rngs, options);
  return t;
}

/** Positions by step, "0 2 4 | 3 | 1": `order` cut where the step changes. */
export function rounds({ order, stepOf }: Trajectory): string {
  return Array.from(
    order,
    (p, i) => (i === 0 ? "" : stepOf[p] === stepOf[order[i - 1]] ? " " : " | ") + p,
  ).join("");
}
