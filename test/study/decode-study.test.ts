/** What is read back of a run, and what is made anew because only the samples of most shipped runs are there. */
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { closeDecoders } from "../../src/lib/study/batch-decoders.js";
import { isComplete } from "../../src/lib/study/decode-study.js";
import { models, runAll, studyOf } from "../../src/lib/study/studies.js";

let runs: string;
beforeAll(() => {
  runs = mkdtempSync(join(tmpdir(), "unmask-runs-"));
  vi.stubEnv("UNMASK_RUNS", runs);
  vi.spyOn(console, "error").mockImplementation(() => {});
});
afterAll(async () => {
  await closeDecoders();
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
  rmSync(runs, { recursive: true, force: true });
});

describe("a run whose commits were not shipped", () => {
  const study = studyOf(models.instruct, "minipy", 2);

  it("is read back where samples are asked for, and made anew, with the same samples, where commits are", async () => {
    const [made] = await runAll([study], { commits: true });
    const [samples, commits] = [made.samples, made.commits];
    expect(commits.length).toBe(2 * 36);
    rmSync(join(made.folder, "commits.arrow"));

    expect([isComplete(study), isComplete(study, { commits: true })]).toEqual([true, false]);
    const [read] = await runAll([study]);
    expect(read.samples).toEqual(samples);
    expect(() => read.commits).toThrow(/commits.arrow is not there/);
    expect(existsSync(join(made.folder, "commits.arrow"))).toBe(false);

    const [again] = await runAll([study], { commits: true });
    expect([again.samples, again.commits]).toEqual([samples, commits]);
  });
});
