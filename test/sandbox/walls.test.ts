/**
 * The second wall alone: a probe runs as an interpreter process does, but with Node's permission model off,
 * and tries to read, write, start, signal and connect. One round for each wall that this system permits.
 */
import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import type { AddressInfo, Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Duplex } from "node:stream";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { packageRoot } from "../../src/lib/sandbox/installation.js";
import { limit } from "../../src/lib/sandbox/limits.js";
import { Sandbox } from "../../src/lib/sandbox/sandbox.js";
import { preparation, tool } from "../../src/lib/sandbox/wall-commands.js";
import { candidates, findWall, works } from "../../src/lib/sandbox/walls.js";
import type { Wall } from "../../src/lib/sandbox/walls.js";

const folder = mkdtempSync(join(tmpdir(), "unmask-walls-"));
const secret = join(folder, "secret");
let server: Server;
/** A process of the user that probes run as, whom they must not reach. */
let bystander: ChildProcess;

beforeAll(async () => {
  writeFileSync(secret, "s3cret", { mode: 0o600 });
  server = createServer().listen(0, "127.0.0.1");
  await new Promise(resolve => server.on("listening", resolve));
  const asNobody = process.getuid?.() === 0 ? preparation("root as nobody") : [];
  const [command, ...args] = [...asNobody, process.execPath, "-e", "setInterval(() => {}, 1000)"];
  bystander = spawn(command, args, { stdio: "ignore" });
});
afterAll(() => {
  server.close();
  bystander.kill("SIGKILL");
  rmSync(folder, { recursive: true, force: true });
});

/** Says that it is ready, waits until it is limited, tries everything, and answers with what succeeded. */
const probe = `
const fs = require("node:fs"), { spawnSync } = require("node:child_process"), net = require("node:net");
const { Worker } = require("node:worker_threads");
if (process.getuid() === 0) { process.setgroups([]); process.setgid(65534); process.setuid(65534); }
process.on("SIGTERM", () => {});
const { read, written, port, pids, groups } = JSON.parse(process.argv[1]);
const succeeded = [];
const attempt = (name, action) => { try { if (action() !== false) succeeded.push(name); } catch {} };
fs.writeSync(3, "ready\\n");
fs.readSync(3, Buffer.alloc(1));
for (const path of read) attempt("read " + path, () => fs.statSync(path).isDirectory() ? fs.readdirSync(path) : fs.readFileSync(path));
for (const path of written) {
  attempt("write " + path, () => fs.writeFileSync(path + "/x", "x"));
  attempt("make a folder in " + path, () => fs.mkdirSync(path + "/d"));
  attempt("link in " + path, () => fs.symlinkSync("/", path + "/l"));
  attempt("rename in " + path, () => fs.renameSync(path + "/canary", path + "/moved"));
  attempt("touch " + path, () => fs.utimesSync(path, new Date(), new Date()));
}
for (const name of ["/bin/sh", "sh", process.execPath])
  attempt("start " + name, () => spawnSync(name, ["--version"]).error === undefined);
for (const pid of pids) for (const signal of [0, "SIGTERM", "SIGKILL"])
  attempt("signal " + pid, () => process.kill(pid, signal));
for (const pid of groups) try { process.kill(pid, "SIGTERM"); } catch {} // some reach itself or its first process
const answer = () => { fs.writeSync(3, JSON.stringify(succeeded) + "\\n"); process.exit(0); };
try {
  net.connect(port, "127.0.0.1").on("connect", () => { succeeded.push("connect"); answer(); }).on("error", answer);
} catch { answer(); }
`;

interface Attempts {
  readonly read: readonly string[];
  readonly written: readonly string[];
  readonly pids: readonly (number | undefined)[];
  readonly groups: readonly number[];
}

/** What must fail behind a wall. */
const everything = (root: string): Attempts => ({
  read: [
    "/etc/passwd",
    "/root",
    "/home",
    "/proc/1/environ",
    "/proc/self",
    "/tmp",
    secret,
    folder,
    packageRoot,
  ],
  written: ["/", "/tmp", "/dev/shm", root, packageRoot, folder],
  pids: [process.pid, process.ppid, bystander.pid],
  groups: [-1, 0, 1],
});

/** What must fail under the limits alone, and harms nothing where it does not. */
const harmless = (): Attempts => ({ read: ["/etc/passwd", folder], written: [], pids: [], groups: [] });

/** Everything that the probe managed to do, with or without the limits. */
async function succeeds(wall: Wall, limited: boolean, attempts: Attempts): Promise<string[]> {
  const { port } = server.address() as AddressInfo;
  const [command, ...args] = [...wall.command(null), "-e", probe, JSON.stringify({ ...attempts, port })];
  const options = {
    env: {},
    cwd: "/",
    detached: true,
    stdio: ["ignore", "ignore", "inherit", "pipe"],
  } as const;
  const child = spawn(command, args, { ...options, stdio: [...options.stdio] });
  const socket = child.stdio[3] as Duplex;
  let received = "";
  return new Promise((resolve, reject) => {
    child.on("error", reject).on("close", () => reject(new Error(`it ended early: ${received}`)));
    socket.setEncoding("utf8").on("data", (text: string) => {
      received += text;
      if (received === "ready\n")
        void (limited ? limit(child.pid as number, 2 ** 30) : Promise.resolve()).then(() =>
          socket.write("x"),
        );
      else if (received.endsWith("\n")) resolve(JSON.parse(received.slice(6)) as string[]);
    });
  });
}

const standing = candidates().filter(works);
const closed = standing.filter(wall => wall.view(null).root === "/unmask");

describe.skipIf(closed.length === 0)(
  "behind a wall with a view of its own (skipped where the system permits none)",
  () => {
    it.each(closed)(
      "a probe reads nothing, writes nothing, signals and reaches no one: $description",
      async wall => {
        const own = wall.view(null).root;
        const done = await succeeds(wall, false, everything(own));
        // Until it is limited it may start what it sees, which is Node, in the same cage.
        expect(done.filter(name => name !== `start ${process.execPath}`)).toEqual([]);
        expect(own).not.toBe(packageRoot);
      },
    );
    it.each(closed)("with its limits it also starts nothing: $description", async wall => {
      expect(await succeeds(wall, true, everything(wall.view(null).root))).toEqual([]);
    });
    it("the processes around have felt nothing", () => {
      expect([bystander.exitCode, bystander.signalCode]).toEqual([null, null]);
    });
  },
);

describe.skipIf(tool("prlimit") === undefined)("limits alone", () => {
  it("open no file, start no process and make no connection", async () => {
    expect(await succeeds(findWall(false), true, harmless())).toEqual([]);
  });
  it("are what keeps the probe from it", async () => {
    const done = await succeeds(findWall(false), false, harmless());
    expect(done).toEqual(
      expect.arrayContaining(["read /etc/passwd", `start ${process.execPath}`, "connect"]),
    );
  });
});

describe("the sandbox behind its wall", () => {
  it.each([true, false])("says which walls stand (namespaces wanted: %s)", async unshare => {
    const sandbox = await Sandbox.open({ unshare });
    await sandbox.close();
    expect(sandbox.isolation).toContain(findWall(unshare).description);
    expect(sandbox.isolation).toMatch(
      /no further files, processes and sockets|no limits on processes and files/,
    );
  });
  it.each(standing)("a parent that is killed leaves no interpreter behind: $description", async wall => {
    const [command, ...args] = [...wall.command(null), "-e", "console.log('runs'); for (;;);"];
    const script = `
      const { spawn } = require("node:child_process");
      const [command, ...args] = JSON.parse(process.argv[1]);
      spawn(command, args, { env: {}, cwd: "/", detached: true, stdio: ["ignore", "inherit", "inherit"] });`;
    const started = spawn(process.execPath, ["-e", script, JSON.stringify([command, ...args])], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    await new Promise(resolve => started.stdout.once("data", resolve));
    const processes = descendants(started.pid as number);
    expect(processes.length).toBeGreaterThan(0);
    started.kill("SIGKILL");
    await expect.poll(() => processes.filter(runs), { timeout: 10_000 }).toEqual([]);
  });
  it("a program that is stopped for its time leaves no process behind", async () => {
    const before = descendants(process.pid);
    const sandbox = await Sandbox.open();
    const loop = { id: "loop", program: "while True: pass", timeoutSeconds: 0.3 };
    await sandbox.run([loop, loop]);
    await sandbox.close();
    await expect
      .poll(() => descendants(process.pid).filter(pid => !before.includes(pid)), { timeout: 10_000 })
      .toEqual([]);
  });
});

/** Whether there is such a process that has not ended; one that nobody has asked for its status has ended. */
function runs(pid: number): boolean {
  const file = `/proc/${pid}/stat`;
  try {
    return !/^\d+ \(.*\) Z/.test(readFileSync(file, "utf8"));
  } catch {
    return false;
  }
}

function descendants(pid: number): number[] {
  const children = readdirSync(`/proc/${pid}/task`).flatMap(thread =>
    readFileSync(`/proc/${pid}/task/${thread}/children`, "utf8")
      .trim()
      .split(" ")
      .filter(Boolean)
      .map(Number),
  );
  return children.flatMap(child => [child, ...descendants(child)]);
}
