/**
 * One process at a time in a folder, also where the other is
 * on another machine, in another container, stopped or dead.
 */
import { spawn } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { withLock, type HeldLock, type LockOptions } from "../../src/lib/files/file-lock.js";
import { inWords, parseHolder, thisProcess, type LockHolder } from "../../src/lib/files/lock-holder.js";

let root: string;
let path: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "unmask-lock-"));
  path = join(root, "lock");
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const self = thisProcess();
const another = { ...self, pid: 4711, token: "another", number: 7 };

/** A lock whose holder last touched it so long ago. */
function heldBy(holder: Partial<LockHolder> | string, secondsAgo: number): void {
  writeFileSync(path, typeof holder === "string" ? holder : JSON.stringify({ ...another, ...holder }));
  const then = Date.now() / 1000 - secondsAgo;
  utimesSync(path, then, then);
}
const holders: string[] = [];
beforeEach(() => holders.splice(0));
/** The holder that the lock names while it is held here. */
const taken = (options: LockOptions = {}) =>
  withLock(
    path,
    () => Promise.resolve(parseHolder(readFileSync(path, "utf8"))),
    h => holders.push(h),
    options,
  );
/** Lets go of the lock soon, for another's that is rightly waited for. */
const freedSoon = () => setTimeout(() => rmSync(path, { force: true }), 500);

describe("the lock", () => {
  it("lets one work after the other and goes when the work fails", async () => {
    const order: string[] = [];
    const waitedFor: string[] = [];
    const work = (name: string) => async () => {
      order.push(`${name} in`);
      await new Promise(done => setTimeout(done, 150));
      order.push(`${name} out`);
      if (name === "a") throw new Error("a failed");
    };
    const both = [withLock(path, work("a"), () => {}), withLock(path, work("b"), h => waitedFor.push(h))];
    expect((await Promise.allSettled(both)).map(({ status }) => status)).toEqual(["rejected", "fulfilled"]);
    expect(order).toEqual(["a in", "a out", "b in", "b out"]);
    expect(waitedFor).toEqual([inWords(self)]);
    expect(readdirSync(root)).toEqual([]);
  });

  it("names its holder by process, machine, boot, namespace and start, and numbers the holders", async () => {
    heldBy({ pid: 2 ** 22 + 1 }, 0); // above the largest process id of Linux
    expect(await taken()).toMatchObject({ ...self, number: 8 });
    if (process.platform === "linux") {
      expect(self.boot).toMatch(/^[0-9a-f-]{36}$/);
      expect(self.namespace).toMatch(/^pid:\[\d+\]$/);
      expect(self.started).toMatch(/^\d+$/);
    }
  });

  it(
    "is taken over from a process of this machine that is no more, and from a machine that has long " +
      "been silent",
    async () => {
      heldBy({ pid: 2 ** 22 + 1 }, 0);
      expect(await taken()).toMatchObject(self);
      heldBy({ host: "another-node", boot: "another" }, 3600);
      expect(await taken()).toMatchObject(self);
      expect(holders).toEqual([]);
    },
  );

  it("is left to another machine heard of lately, whatever runs here under its process id", async () => {
    heldBy({ pid: 1, host: "another-node", boot: "another" }, 5);
    freedSoon();
    await taken();
    expect(holders).toEqual(["1 on another-node"]);
  });

  it(
    "is not waited for by a process that was given the id of the dead holder, and not left to a " +
      "stranger with that id",
    async () => {
      heldBy({ pid: process.pid, started: "1" }, 0); // a container that starts again: process 1 as before
      expect(await taken()).toMatchObject(self);
      heldBy({ pid: process.ppid, started: "1" }, 0);
      expect(await taken()).toMatchObject(self);
      expect(holders).toEqual([]);
    },
  );

  it(
    "is waited for in another container of the same name, where the same id is another process, " +
      "until that is silent",
    async () => {
      const other = { ...self, namespace: "pid:[1]" };
      heldBy(other, 1);
      freedSoon();
      await taken();
      expect(holders).toEqual([inWords(self)]);
      heldBy(other, 31);
      expect(await taken()).toMatchObject(self);
      expect(holders.length).toBe(1);
    },
  );

  it.each([
    "",
    " ",
    "\0\0\0\0",
    "{",
    "null",
    "[]",
    "7",
    '"4711 on node"',
    "{}",
    "4711 on node",
    '{"pid":0,"host":"a"}',
  ])("that names no holder (%j) is nobody's", async text => {
    heldBy(text, 0);
    expect(await taken()).toMatchObject(self);
    expect(holders).toEqual([]);
  });

  it("that was cut anywhere is nobody's, and so is a folder in its place", async () => {
    const text = JSON.stringify({ ...another, ...self });
    for (const length of [1, 20, text.length - 1]) {
      heldBy(text.slice(0, length), 0);
      expect(await taken()).toMatchObject(self);
    }
    mkdirSync(join(path, "inside"), { recursive: true });
    expect(await taken()).toMatchObject(self);
    expect(holders).toEqual([]);
  });

  it("is waited for until a signal ends the waiting, and is left as it was", async () => {
    heldBy({ pid: process.ppid, started: null }, 0);
    const before = readFileSync(path, "utf8");
    const waiting = taken({ signal: AbortSignal.timeout(400) });
    await expect(waiting).rejects.toThrow(/abort/i);
    expect(holders).toEqual([`${process.ppid} on ${self.host}`]);
    expect(readFileSync(path, "utf8")).toBe(before);
    expect(readdirSync(root)).toEqual(["lock"]);
  });
});

const quick = { beat: 0.1, dead: 1, deadHere: 1 };
const later = (milliseconds: number) => new Promise(done => setTimeout(done, milliseconds));

describe("the holder", () => {
  it("keeps its lock while it computes without a pause for longer than silence may last", async () => {
    let second: Promise<unknown> | undefined;
    const order: string[] = [];
    await withLock(
      path,
      async ({ check }) => {
        await later(300); // until the beat's thread is up
        second = withLock(
          path,
          () => Promise.resolve(order.push("second")),
          () => {},
          { times: quick },
        );
        await later(50);
        for (const end = performance.now() + 2000; performance.now() < end;);
        await later(300);
        check();
        order.push("first");
      },
      () => {},
      { times: quick },
    );
    await second;
    expect(order).toEqual(["first", "second"]);
  });

  it.each([
    [
      "another has taken it over",
      () => heldBy({}, 0),
      /process 4711 on .* has taken over the lock .*; this process stops/,
    ],
    [
      "it was removed",
      () => rmSync(path),
      /the lock .* is gone.*; this process stops and writes nothing more/,
    ],
    ["it was emptied", () => writeFileSync(path, ""), /is gone/],
  ])("is told before it writes that %s, and leaves the lock as it is then", async (_, lose, sentence) => {
    let left: string | null = null;
    const lost = withLock(
      path,
      ({ check }: HeldLock) => {
        check();
        lose();
        left = existsSync(path) ? readFileSync(path, "utf8") : null;
        check();
        return Promise.resolve();
      },
      () => {},
    );
    await expect(lost).rejects.toThrow(sentence);
    expect(existsSync(path) ? readFileSync(path, "utf8") : null).toBe(left);
  });

  it(
    "that is stopped loses its lock after a while, and is told when it goes on",
    { timeout: 30_000 },
    async () => {
      const program = `
      import { withLock } from ${JSON.stringify(new URL("../../dist/lib/files/file-lock.js", import.meta.url).href)};
      const later = ms => new Promise(done => setTimeout(done, ms));
      await withLock(process.argv[1], async ({ check }) => {
        console.log("held");
        for (;;) { await later(20); check(); }
      }, () => {}).catch(error => console.log(error.message));`;
      const env = { ...process.env, UNMASK_LOCK_SECONDS: "0.1,1" };
      const child = spawn(process.execPath, ["--input-type=module", "-e", program, path], { env });
      let said = "";
      child.stdout.on("data", chunk => (said += String(chunk)));
      while (!said.includes("held")) await later(20);
      await later(500); // it is alive, so it stays the holder
      expect(parseHolder(readFileSync(path, "utf8"))).toMatchObject({ pid: child.pid });
      child.kill("SIGSTOP");
      await withLock(
        path,
        async () => {
          child.kill("SIGCONT");
          await new Promise(done => child.once("close", done));
        },
        h => holders.push(h),
        { times: quick },
      );
      expect(holders).toEqual([inWords({ pid: child.pid as number, host: self.host })]);
      expect(said).toMatch(
        new RegExp(`held\nlock: process ${inWords(self)} has taken over .*; this process stops`),
      );
    },
  );
});
