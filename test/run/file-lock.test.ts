/** One process at a time in a folder, also where the other is on another machine or died. */
import { existsSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { withLock } from "../../src/lib/run/file-lock.js";

let root: string;
let path: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "unmask-lock-"));
  path = join(root, "lock");
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

/** A lock whose holder last touched it so long ago. */
function heldBy(holder: string, secondsAgo: number): void {
  writeFileSync(path, holder);
  const then = Date.now() / 1000 - secondsAgo;
  utimesSync(path, then, then);
}
const holders: string[] = [];
const taken = () => withLock(path, () => Promise.resolve(readFileSync(path, "utf8")), h => holders.push(h)); // prettier-ignore

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
    expect(waitedFor).toEqual([`${process.pid} on ${hostname()}`]);
    expect(existsSync(path)).toBe(false);
  });

  it("is taken over from a process of this machine that is no more, and from a machine that has long been silent", async () => {
    heldBy(`${2 ** 22 + 1} on ${hostname()}`, 0); // above the largest process id of Linux
    expect(await taken()).toBe(`${process.pid} on ${hostname()}`);
    heldBy(`${process.pid} on another-node`, 3600);
    expect(await taken()).toBe(`${process.pid} on ${hostname()}`);
    expect(holders).toEqual([]);
  });

  it("is left to another machine that was heard of lately, whatever runs here under its process id", async () => {
    heldBy("1 on another-node", 5);
    setTimeout(() => rmSync(path), 400);
    await taken();
    expect(holders).toEqual(["1 on another-node"]);
  });
});
