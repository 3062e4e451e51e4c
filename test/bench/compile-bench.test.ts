/** The bench of compile(fn): its modes agree, its table and prices come from the rows. */
import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, it } from "vitest";
import { compile } from "../../src/lib/compile/compile.js";
import { useBackend } from "../../src/lib/runtime/backend.js";
import { compileTable } from "../../src/lib/commands/compile-bench-command.js";
import { benchCase, compileCases, prices, type CompileRow } from "../../src/lib/bench/compile-bench.js";
import { hasNativeBackend } from "../compile/native-backend.js";

describe.skipIf(!hasNativeBackend)("the functions", () => {
  beforeAll(async () => {
    await useBackend("native");
  });

  it.each(compileCases().map(one => [one.work, one] as const))(
    "%s gives compiled what it gives op by op",
    (_, { fn, inputs }) => {
      const xs = inputs();
      const results = (["op-by-op", "graph"] as const).map(mode => {
        const compiled = compile(fn, { mode });
        const values = [compiled(...xs)].flat().map(output => output.dataSync<"float32">());
        compiled.dispose();
        return values;
      });
      const differences = results[0].map((values, i) =>
        values.reduce((most, value, j) => Math.max(most, Math.abs(results[1][i][j] - value)), 0),
      );
      expect(Math.max(...differences)).toBeLessThan(1e-5);
    },
  );

  it("are timed in every mode, and leave no tensor behind", () => {
    const before = tf.memory().numTensors;
    const rows = benchCase(compileCases()[0], 2);
    expect(tf.memory().numTensors).toBe(before);
    expect(rows.map(row => [row.mode, row.runs_us.length])).toEqual([
      ["op-by-op", 2],
      ["graph", 2],
      ["xla", 2],
    ]);
    for (const row of rows) expect(Math.min(row.first_ms, ...row.runs_us)).toBeGreaterThan(0);
  });
});

describe("its rows", () => {
  const row = (work: string, mode: CompileRow["mode"], median_us: number): CompileRow => {
    return { work, mode, first_ms: 2, median_us, runs_us: [median_us] };
  };
  const rows = [
    ["op-by-op", 30, 10_020],
    ["graph", 25, 275],
  ].flatMap(([mode, short, long]) => [
    row("1 operation on 1 number", mode as CompileRow["mode"], short as number),
    row("1000 operations on 1 number", mode as CompileRow["mode"], long as number),
  ]);

  it("give the price of an operation as their slope, that of a call as the rest", () => {
    expect(prices(rows, "op-by-op").operation_us).toBeCloseTo(10, 6);
    expect(prices(rows, "op-by-op").call_us).toBeCloseTo(20, 6);
    expect(prices(rows, "graph").operation_us).toBeCloseTo(250 / 999, 6);
  });

  it("are printed beside op by op", () => {
    const lines = compileTable(rows).split("\n");
    expect(lines[4]).toMatch(/^1000 operations on 1 number\s+graph\s+2\.0\s+275\.0\s+36\.44$/);
  });
});
