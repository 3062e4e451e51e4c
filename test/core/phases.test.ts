import { performance } from "node:perf_hooks";
import { beforeAll, describe, expect, it } from "vitest";
import { inPhase, phaseSeconds, startPhaseClock, type Phase } from "../../src/lib/core/phases.js";

const pause = (milliseconds: number) => new Promise(done => setTimeout(done, milliseconds));
function busy(milliseconds: number): void {
  for (const end = performance.now() + milliseconds; performance.now() < end;);
}

/** How long each phase took meanwhile, in milliseconds. */
async function spent(work: () => unknown): Promise<(phase: Phase | "all") => number> {
  const [before, from] = [{ ...phaseSeconds()! }, performance.now()];
  await work();
  const [after, to] = [phaseSeconds()!, performance.now()];
  return phase => (phase === "all" ? to - from : 1000 * (after[phase] - before[phase]));
}

describe("before there is a clock", () => {
  it("work is done and nothing is measured", () => {
    expect(inPhase("compute", () => 3)).toBe(3);
    expect(phaseSeconds()).toBeUndefined();
  });
});

describe("the phase clock", () => {
  beforeAll(() => startPhaseClock(() => performance.eventLoopUtilization().idle));

  it("gives the time of the inner phase to it alone", async () => {
    const of = await spent(() =>
      inPhase("compute", () => {
        busy(20);
        inPhase("read", () => busy(40));
      }),
    );
    expect(of("read")).toBeGreaterThanOrEqual(40);
    expect(of("compute")).toBeGreaterThanOrEqual(20);
    expect(of("read") + of("compute")).toBeLessThan(of("all") + 1); // nothing is counted twice
  });

  it("counts what is awaited only while nothing else runs", async () => {
    const of = await spent(async () => {
      const graded = inPhase("grade", () => pause(400));
      inPhase("compute", () => busy(50));
      await graded;
    });
    expect(of("compute")).toBeGreaterThanOrEqual(50);
    expect(of("grade")).toBeGreaterThan(10);
    expect(of("grade") + of("compute")).toBeLessThan(of("all") + 1);
  });

  it("tells idle time from other JavaScript", async () => {
    const of = await spent(async () => {
      await pause(60);
      busy(30);
    });
    expect(of("wait")).toBeGreaterThan(30);
    expect(of("script")).toBeGreaterThanOrEqual(25);
  });

  it("ends a phase that throws or is rejected", async () => {
    const fail = () => {
      throw new Error("no");
    };
    expect(() => inPhase("log", fail)).toThrow("no");
    await expect(inPhase("draw", () => Promise.reject(new Error("no")))).rejects.toThrow("no");
    const of = await spent(() => busy(20));
    expect(of("log") + of("draw")).toBe(0);
  });
});
