/**
 * One engine for every study: what a plan asks for, that a
 * run is read back, goes on where it was, and can be stopped.
 */
import { mkdtempSync, rmSync, statSync, truncateSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { orders } from "../../src/lib/claims/orders.js";
import { each, grid, runsOf } from "../../src/lib/study/plan.js";
import { study } from "../../src/lib/study/study.js";
import { closeDecoders } from "../../src/lib/study/workers.js";

let runs: string;
beforeAll(() => {
  runs = mkdtempSync(join(tmpdir(), "unmask-runs-"));
  vi.stubEnv("UNMASK_RUNS", runs);
  vi.stubEnv("UNMASK_WORKERS", "2");
  vi.spyOn(process.stderr, "write").mockReturnValue(true);
});
afterAll(async () => {
  await closeDecoders();
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
  rmSync(runs, { recursive: true, force: true });
});

describe("a plan", () => {
  it("is every combination at every seed, the first list slowest, and each run once", () => {
    const vary = [...grid(each("temperature", [0.2, 1]), orders), { temperature: 1, ...orders[3] }];
    const found = runsOf({ seeds: [1, 2], problems: 3, vary });
    const settings = found.map(({ seed, decode }) => [
      seed,
      decode.temperature,
      decode.tieRule,
      decode.remasking,
    ]);
    expect(settings).toEqual(
      [1, 2].flatMap(seed => [0.2, 1].flatMap(t => orders.map(o => [seed, t, o.tieRule, o.remasking]))),
    );
  });

  it("takes a value for each size, or one that depends on the seed", () => {
    vi.stubEnv("UNMASK_PROFILE", "smoke");
    const problems = { smoke: 4, standard: 25, full: 100 };
    const [{ problems: few, checkpoint }] = runsOf({ problems, seeds: [2], checkpoint: s => `model-${s}` });
    expect([few, checkpoint]).toEqual([4, "model-2"]);
    vi.stubEnv("UNMASK_PROFILE", undefined);
  });

  it("with an option that there is not is refused, with the one that was meant", () => {
    expect(() => runsOf({ problems: 1, vary: [{ temprature: 1 } as never] })).toThrow(/temperature/);
  });
});

describe("a study", () => {
  const plan = { problems: 9, seeds: [1], samplesPerProblem: 8, steps: 9, trace: true };

  it(
    "is made once, and goes on after the last unit of work that all of its logs have, with the same " +
      "rows",
    async () => {
      const made = await study(plan);
      const [{ folder }] = made.runs;
      expect(made.rows.length).toBe(72);
      const sizes = () =>
        ["samples", "confidences"].map(kind => statSync(join(folder, `${kind}.arrow`)).mtimeMs);
      const written = sizes();
      expect((await study(plan)).rows).toEqual(made.rows);
      expect(sizes()).toEqual(written);

      const cut = join(folder, "confidences.arrow");
      truncateSync(cut, Math.floor(statSync(cut).size * 0.9));
      const again = await study(plan);
      expect(again.rows).toEqual(made.rows);
      expect(again.runs[0].confidences).toEqual(made.runs[0].confidences);
    },
    60_000,
  );

  it("logs the order that it decoded in, and the policy with its parameters", async () => {
    const policy = { name: "threshold", tau: 0.9 } as const;
    const [row] = (await study({ problems: 1, seeds: [1], vary: [{ policy, blockLength: 12 }] })).rows;
    expect(row).toMatchObject({ policy: "threshold", tau: 0.9, spacing: 0, gamma: null, blockLength: 12 });
    expect(row).toMatchObject({ remasking: "probability-untempered", kvCache: null, head: null });
    expect(Array.from(row.order).sort((a, b) => a - b)).toEqual(Array.from({ length: 36 }, (_, i) => i));
    const stepsInOrder = Array.from(row.order, position => row.stepOf[position]);
    expect(stepsInOrder).toEqual([...stepsInOrder].sort((a, b) => a - b));
    expect(Math.max(...stepsInOrder)).toBe(row.calls - 1);
  });

  it.each(["an abort", "an interrupt"])(
    "is stopped by %s within three seconds, its workers too",
    async how => {
      const controller = new AbortController();
      const long = study(
        { problems: 200, seeds: [1], temperature: how === "an abort" ? 0.7 : 0.8 },
        controller.signal,
      );
      const keepAlive = () => undefined; // as a notebook's kernel does, which catches interrupts
      process.on("SIGINT", keepAlive);
      setTimeout(() => {
        if (how === "an abort") controller.abort(new Error("enough"));
        else process.kill(process.pid, "SIGINT");
      }, 1500);
      const started = performance.now();
      await expect(long).rejects.toThrow(how === "an abort" ? "enough" : "interrupted; run it again");
      expect(performance.now() - started).toBeLessThan(4500);
      process.off("SIGINT", keepAlive);
    },
  );
});
