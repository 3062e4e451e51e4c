/**
 * Runs in bfloat16: what their folders and logs say of it, and
 * that those in float32 are kept apart and named as before.
 */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import type { Precision } from "../../src/lib/compile/precision.js";
import { readLog } from "../../src/lib/log/log-reader.js";
import { useBackend } from "../../src/lib/runtime/backend.js";
import { recipe } from "../../src/lib/recipes/recipe-by-name.js";
import type { AnyRecipe } from "../../src/lib/recipes/recipe-kind.js";
import { withPrecision } from "../../src/lib/study/precisions.js";
import { study } from "../../src/lib/study/study.js";
import { closeDecoders } from "../../src/lib/study/workers.js";
import { trainRun } from "../../src/lib/recipes/train-run.js";
import { hasNativeBackend } from "../compile/native-backend.js";

let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "unmask-precision-"));
  vi.stubEnv("UNMASK_RUNS", folder);
  vi.stubEnv("UNMASK_WORKERS", "1");
  vi.spyOn(console, "error").mockImplementation(() => {});
  await useBackend();
});
afterAll(async () => {
  await closeDecoders();
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
  rmSync(folder, { recursive: true, force: true });
});

const inPrecision = (precision: Precision) => (precision === "float32" ? {} : { precision });
const both = ["float32", "bfloat16"] as const;

describe.skipIf(!hasNativeBackend)("a run in bfloat16", () => {
  it(
    "of training says so in its log, has other losses than in float32, and is not gone on with in " +
      "float32",
    async () => {
      const run = (precision: Precision, out: string): Promise<string> => {
        const chosen: AnyRecipe = {
          ...recipe("ar-parent", { steps: 2, batch: 8 }),
          ...inPrecision(precision),
        };
        return trainRun({ recipe: chosen, seed: 1, out: join(folder, out), resume: true });
      };
      for (const precision of both) expect(await run(precision, precision)).toBe("trained");
      const logs = both.map(precision => readLog(join(folder, precision, "train.arrow"), "train"));
      expect(logs.map(log => log.metadata.precision)).toEqual([...both]);
      const records = both.map(precision => readFileSync(join(folder, precision, "training.json"), "utf8"));
      expect(records.map(text => (JSON.parse(text) as { precision?: unknown }).precision)).toEqual([...both]);
      const [exact, rounded] = logs.map(log => log.rows().map(({ loss }) => loss));
      rounded.forEach((loss, i) => {
        expect(loss).not.toBe(exact[i]);
        expect(Math.abs(loss / exact[i] - 1)).toBeLessThan(0.05);
      });
      await expect(run("float32", "bfloat16")).rejects.toThrow(/holds another run/);
    },
  );

  it("of decoding has a folder of its own, named for it", async () => {
    const [{ folder: place, rows }] = (await study({ problems: 1, seeds: [1], precision: "bfloat16" })).runs;
    expect(basename(place)).toMatch(/-bfloat16-[0-9a-f]{8}$/);
    expect(rows).toHaveLength(1);
    const { metadata } = readLog(join(place, "samples.arrow"), "samples");
    expect(metadata.precision).toBe("bfloat16");
  });

  it("of updates learns from the rollouts of float32, and before any update differs by rounding alone", async () => {
    const marks = [0, 1];
    const { runs } = await study({
      ...{ measure: "shifts", problems: 1, groupSize: 2, draws: 1, seeds: [1] },
      vary: [{ marks }, { marks, precision: "bfloat16" }],
    });
    const of = (run: (typeof runs)[number], updates: number) =>
      run.rows.filter(row => row.updates === updates).map(row => Array.from(row.shifts));
    const [exact, rounded] = runs;
    expect(basename(rounded.folder)).toMatch(/^instruct-seed1-updates-bfloat16-[0-9a-f]{8}$/);
    expect(rounded.rows.map(row => row.weights)).toEqual(exact.rows.map(row => row.weights));
    expect(
      of(exact, 0)
        .flat()
        .every(shift => shift === 0),
    ).toBe(true);
    const largest = Math.max(...of(rounded, 0).flat().map(Math.abs));
    expect(largest).toBeGreaterThan(0);
    expect(largest).toBeLessThan(0.5);
    expect(of(rounded, 1)).not.toEqual(of(exact, 1));
  });
});

it("rows of logs from before the precision was written down are in float32", () => {
  expect(withPrecision([{ problem: "p" }], {})).toEqual([{ problem: "p", precision: "float32" }]);
});
