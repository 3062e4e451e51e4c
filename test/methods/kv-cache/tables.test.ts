import { expect, it } from "vitest";
import {
  cacheErrorByPass,
  cacheErrorTable,
  type CachedUnit,
} from "../../../src/lib/methods/kv-cache/tables.js";
import { Rng } from "../../../src/lib/core/rng.js";

const row = (seed: number, problem: string, divergences: number[], changed: number[]): CachedUnit => ({
  ...{ seed, problem, kvCache: "dual", blockLength: 2, positions: [4, 2], divergences, changed },
});
const rows = [
  row(1, "a", [0, 0.6], [0, 1]),
  row(1, "b", [0, 0.3], [0, 0]),
  row(2, "c", [0, 0.9], [0, 2]),
  { ...row(2, "c", [0, 90], [0, 2]), kvCache: "prefix", blockLength: 4 },
];

it(
  "the mean is over all masked positions of a decoding, whole passes included, then over problems " +
    "and seeds",
  () => {
    const table = cacheErrorTable(rows, Rng.fromSeed(0), { replicates: 1, level: 0.95 });
    const dual = table.filter(found => found.cache === "dual");
    // problems: 0.6 / 6, 0.3 / 6, then 0.9 / 6; changed: 1 / 6, 0, then 2 / 6
    expect(dual.map(({ measure, mean }) => [measure, Number(mean.toFixed(6))])).toEqual([
      ["divergence", Number(((0.075 + 0.15) / 2).toFixed(6))],
      ["changed", Number(((1 / 12 + 1 / 3) / 2).toFixed(6))],
    ]);
    expect(dual[0]).toMatchObject({ block: 2, n: 3, seeds: 2 });
  },
);

it("by pass, of blocks of one length", () => {
  const table = cacheErrorByPass(rows, 2, Rng.fromSeed(0));
  expect(table.map(({ cache, pass, mean }) => [cache, pass, Number(mean.toFixed(6))])).toEqual([
    ["dual", 0, 0],
    ["dual", 1, Number(((0.225 + 0.45) / 2).toFixed(6))],
  ]);
});
