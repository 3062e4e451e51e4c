/** Jobs in processes of their own: order, errors, and what is said of one that dies. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { UserError } from "../../src/lib/core/errors.js";
import { fromRoot } from "../../src/lib/host/package-root.js";
import { WorkerPool } from "../../src/lib/study/worker-pool.js";

interface Job {
  readonly do: "wait" | "refuse" | "throw" | "die";
  readonly milliseconds?: number;
}

let folder: string;
let pool: WorkerPool<Job, string>;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "unmask-workers-"));
  const library = (name: string) => JSON.stringify(pathToFileURL(fromRoot("dist/lib", name)).href);
  writeFileSync(
    join(folder, "worker.mjs"),
    `import { serveJobs } from ${library("study/worker-pool.js")};
     import { UserError } from ${library("core/errors.js")};
     serveJobs(async job => {
       if (job.do === "refuse") throw new UserError("worker: this is wrong; do that.");
       if (job.do === "throw") throw new Error("a bug");
       if (job.do === "die") { console.error("last words"); setTimeout(() => process.exit(3), 50); await new Promise(() => {}); }
       await new Promise(done => setTimeout(done, job.milliseconds));
       return String(job.milliseconds) + " on " + process.env.TF_NUM_INTRAOP_THREADS + " thread";
     });`,
  );
});
afterAll(() => rmSync(folder, { recursive: true }));
afterEach(() => pool.close());
const open = (size: number) => (pool = new WorkerPool(pathToFileURL(join(folder, "worker.mjs")), size));

describe("a pool of workers", () => {
  it("gives results in the order of the jobs, however long each takes", async () => {
    const results: string[] = [];
    const jobs = [80, 1, 40, 1].map(milliseconds => ({ do: "wait", milliseconds }) as const);
    for await (const result of open(3).map(jobs)) results.push(result);
    expect(results.map(r => Number.parseInt(r))).toEqual([80, 1, 40, 1]);
    expect(results[0]).toBe("80 on 1 thread");
  });

  it("passes a mistake of the user on as one, a bug with its stack", async () => {
    open(1);
    await expect(pool.run({ do: "refuse" })).rejects.toEqual(
      new UserError("worker: this is wrong; do that."),
    );
    await expect(pool.run({ do: "throw" })).rejects.toThrow(/a bug[^]*worker\.mjs/);
    expect(await pool.run({ do: "wait", milliseconds: 1 })).toBe("1 on 1 thread");
  });

  it("says how a worker ended, and goes on with another", async () => {
    open(1);
    await expect(pool.run({ do: "die" })).rejects.toThrow(/ended \(status 3\): last words/);
    expect(await pool.run({ do: "wait", milliseconds: 2 })).toBe("2 on 1 thread");
  });
});
