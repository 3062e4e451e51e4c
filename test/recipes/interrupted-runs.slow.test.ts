/**
 * Processes in one run's folder that are killed, stopped or out of each other's sight: the rows are those of
 * one left alone. UNMASK_KILLS says how often runs are killed (default 12; 100 take two minutes).
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Rng } from "../../src/lib/core/rng.js";
import { isFinished } from "../../src/lib/recipes/stages/run-folder.js";
import { outcomeOf } from "./small-run.js";
import { startSmallRun, untilSaid } from "./small-process.js";

const root = mkdtempSync(join(tmpdir(), "unmask-interrupted-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));
const whole = join(root, "whole");
let undisturbed: ReturnType<typeof outcomeOf>;
/** changes of files in a run that is left alone */
let changes: number;
beforeAll(async () => {
  const run = startSmallRun(whole);
  expect(await run.ended, run.said()).toBe(0);
  undisturbed = outcomeOf(whole);
  changes = Number(/changes (\d+)/.exec(run.said())?.[1]);
});

function expectWhole(out: string): void {
  expect(isFinished(out)).toBe(true);
  expect(outcomeOf(out)).toEqual(undisturbed);
  expect(readdirSync(out).sort()).toEqual(readdirSync(whole).sort());
  const model = (folder: string) => readFileSync(join(folder, "model.safetensors"));
  expect(model(out).equals(model(whole))).toBe(true);
}

describe("runs killed with SIGKILL before, and in the middle of, changes of files at random", () => {
  const kills = Number(process.env["UNMASK_KILLS"] ?? 12);

  it(
    `end with the rows and the model of one left alone, ${kills} kills in all`,
    { timeout: 1_800_000 },
    async () => {
      const rng = Rng.fromSeed(kills);
      let killed = 0;
      for (let i = 0; killed < kills; i++) {
        const out = join(root, `killed-${i}`);
        for (let ended: number | null = null; ended === null;) {
          const run = startSmallRun(out, { killAt: 1 + rng.int(changes) });
          ended = await run.ended;
          if (ended === null) killed++;
          else expect(ended, run.said()).toBe(0);
        }
        expectWhole(out);
        rmSync(out, { recursive: true });
      }
    },
  );
});

describe("two processes in one run's folder", { timeout: 120_000 }, () => {
  it(
    "of which the first is stopped for longer than silence may last: the second goes on, and the " +
      "first writes nothing more",
    async () => {
      const out = join(root, "stopped");
      const lockSeconds = "0.1,12"; // the second is to find the first alive
      const first = startSmallRun(out, { pause: 300, lockSeconds });
      await untilSaid(first, /step 3/);
      first.child.kill("SIGSTOP");
      const second = startSmallRun(out, { pause: 100, lockSeconds });
      await untilSaid(second, /step 3/);
      first.child.kill("SIGCONT");
      expect(await first.ended).toBe(1);
      expect(first.said().trim().split("\n").at(-2)).toMatch(
        new RegExp(
          `^UserError: lock: process ${second.child.pid} on \\S+ has taken over the lock ${out}/lock.*; ` +
            "this process stops and writes nothing more",
        ),
      );
      expect(await second.ended, second.said()).toBe(0);
      expect(second.said()).toMatch(
        `train: waiting for process ${first.child.pid} on ${hostname()}, which writes ${out}; Ctrl-C`,
      );
      expectWhole(out);
    },
  );

  it("of which the first is stopped until the second has finished: it stops all the same", async () => {
    const out = join(root, "stopped-long");
    const first = startSmallRun(out, { pause: 300 });
    await untilSaid(first, /step 5/);
    first.child.kill("SIGSTOP");
    const second = startSmallRun(out);
    expect(await second.ended, second.said()).toBe(0);
    first.child.kill("SIGCONT");
    expect(await first.ended).toBe(1);
    expect(first.said()).toMatch(
      /lock .* is gone, so another process may have taken over; this process stops/,
    );
    expectWhole(out);
  });

  it("of which the second waits: Ctrl-C ends the waiting, and the first is not disturbed", async () => {
    const out = join(root, "waiting");
    const first = startSmallRun(out, { pause: 1500 });
    await untilSaid(first, /step 1/);
    const second = startSmallRun(out);
    await untilSaid(second, /waiting for process/);
    second.child.kill("SIGINT");
    expect(await second.ended).toBe(null);
    expect(await first.ended, first.said()).toBe(0);
    expectWhole(out);
  });

  const contained = ["unshare", "--pid", "--fork", "--mount-proc", "--kill-child"];
  const user =
    spawnSync(contained[0], [...contained.slice(1), "true"]).status === 0
      ? []
      : ["--user", "--map-root-user"];
  const container = [...contained, ...user];
  const allowed = spawnSync(container[0], [...container.slice(1), "true"]).status === 0;
  const title = allowed
    ? "in two containers"
    : "in two containers: skipped, this machine lets nobody make PID namespaces";

  describe.runIf(allowed)(title, () => {
    it(
      "of one host name and one process id, the second waits for the first and then finds the run " +
        "finished",
      async () => {
        const out = join(root, "containers");
        const options = { lockSeconds: "0.1,10", through: container };
        const first = startSmallRun(out, { pause: 2500, ...options });
        await untilSaid(first, /step 0/);
        const second = startSmallRun(out, options);
        expect(await first.ended, first.said()).toBe(0);
        expect(await second.ended, second.said()).toBe(0);
        expect(second.said()).toMatch(`waiting for process 1 on ${hostname()}`);
        expect(second.said()).toMatch(/already finished/);
        expectWhole(out);
      },
    );

    it(
      "a container that was killed starts again as process 1 and goes on, without waiting for itself " +
        "for ever",
      async () => {
        const out = join(root, "restarted");
        const first = startSmallRun(out, { pause: 500, through: container });
        await untilSaid(first, /step 3/);
        first.child.kill("SIGKILL");
        await first.ended;
        expect(existsSync(join(out, "lock"))).toBe(true);
        const second = startSmallRun(out, { through: container });
        expect(await second.ended, second.said()).toBe(0);
        expectWhole(out);
      },
    );
  });
});
