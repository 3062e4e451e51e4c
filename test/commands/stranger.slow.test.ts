/**
 * Commands of a person who may not write in the project, and of one whose scratch folder is not there: what
 * needs no writing works, the rest ends in one sentence with a remedy that the command has. As root every
 * folder can be written, so the commands run as nobody; where nobody cannot read this folder there is nothing
 * to try.
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { fromRoot } from "../../src/lib/host/package-root.js";

vi.setConfig({ testTimeout: 180_000 });
const nobody = { uid: 65534, gid: 65534 };
const root = fromRoot();
const isRoot = process.getuid?.() === 0;
const reachable = isRoot && spawnSync("ls", [root], nobody).status === 0;
const prompt = "loop: take even items, squared, return sum\\n";
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "stranger-"));
  writeFileSync(join(folder, "steps.json"), '{"steps": 2, "checkpointEvery": 1}');
  spawnSync("chmod", ["-R", "a+rX", folder]);
});
afterAll(() => rmSync(folder, { recursive: true }));

interface Ended {
  readonly status: number | null;
  readonly stdout: string;
  /** without the line of the backend, and what tells of progress */
  readonly said: readonly string[];
}

function launch(args: readonly string[], environment: Record<string, string>, who: object): Ended {
  const env = { PATH: process.env.PATH, HOME: "/nonexistent", ...environment };
  const { status, stdout, stderr } = spawnSync(process.execPath, [fromRoot("launch.mjs"), ...args], {
    ...who,
    cwd: root,
    env,
    encoding: "utf8",
  });
  const said = stderr.split("\n").filter(line => !/^(backend: |model: |\[setup\] |.*% )|^$/.test(line));
  return { status, stdout, said };
}

describe.skipIf(!reachable)("a person who may not write in the project", () => {
  const stranger = (...args: string[]) => launch(args, {}, nobody);
  const owner =
    `run as the user who owns ${fromRoot().replace(/\/$/, "")}, or in a copy of the project that is ` +
    "yours";

  it("decodes", () => {
    const { status, stdout } = stranger("decode", "--checkpoint", "instruct", "--prompt", prompt);
    expect(stdout).toContain("AR-ness@1 of the whole window");
    expect(status).toBe(0);
  });

  it.each([
    [
      ["decode", "--checkpoint", "instruct", "--prompt", "x", "--log", "data/x.arrow"],
      "name another with --log",
    ],
    [["evaluate", "--checkpoint", "instruct", "--problems", "5"], "set UNMASK_RUNS to a folder of yours"],
    [
      ["ties", "--checkpoint", "instruct", "--count", "3", "--length", "7"],
      "set UNMASK_RUNS to a folder of yours",
    ],
    [["reproduce", "--profile", "smoke", "--only", "00-tour"], owner],
    [["train", "--recipe", "instruct", "--out", "data/x/y"], "name another with --out"],
    [["study", "n7-soft-masking", "--run", "1", "--runs", "data/x"], "name another with --runs"],
    [["models", "--seeds", "99"], owner],
    [
      ["random-checkpoint", "--family", "dream", "--shape", "tiny", "--out", "data/x"],
      "name another with --out",
    ],
    [["lab", "--check"], owner],
    [["setup"], owner],
  ])("is told in one sentence by %j", (args, remedy) => {
    const { status, said } = stranger(...args);
    expect(said).toHaveLength(1);
    expect(said[0]).toMatch(/^[\w:-]+: \/?\S+ cannot be written(, this user may not)? \(EACCES\); /);
    expect(said[0].endsWith(`${remedy}.`)).toBe(true);
    expect(status).toBe(1);
    expect(existsSync(fromRoot("data/x"))).toBe(false);
  });
});

const native = existsSync(fromRoot("node_modules/@tensorflow/tfjs-node-gpu/deps/lib"));

describe.skipIf(!native)("a scratch folder that is not there", () => {
  it.each([
    ["decode", ["--checkpoint", "instruct", "--prompt", prompt]],
    ["train", ["--recipe", "instruct", "--out", "OUT", "--config", "STEPS"]],
  ])("is named by %s, with the variable to set", (command, args) => {
    const out = join(folder, "out");
    const given = args.map(arg => arg.replace("OUT", out).replace("STEPS", join(folder, "steps.json")));
    const { status, said } = launch([command, ...given], { TMPDIR: "/nonexistent" }, {});
    expect(said).toEqual([
      `${command}: /nonexistent cannot be written, it is not there (ENOENT); set TMPDIR to a folder ` +
        "that can be written.",
    ]);
    expect(status).toBe(1);
    expect(existsSync(out)).toBe(false);
  });
});
