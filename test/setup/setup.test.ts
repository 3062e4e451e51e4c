import { spawnSync } from "node:child_process";
import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { ensureSetup, readRecord } from "../../src/lib/setup/setup.js";
import { findOnPath, runProgram } from "../../src/lib/setup/setup-step.js";

let root: string;
let said: string;

/** A machine with nothing on its PATH. */
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "unmask-setup-"));
  mkdirSync(join(root, "bin"));
  said = "";
  vi.stubEnv("PATH", join(root, "bin"));
  vi.stubEnv("CXX", undefined);
  vi.spyOn(process.stderr, "write").mockImplementation(text => {
    said += String(text);
    return true;
  });
});

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
  rmSync(root, { recursive: true, force: true });
});

/** The id of a process that has ended. */
function deadPid(): number {
  return spawnSync(process.execPath, ["-e", ""]).pid;
}

describe("on a machine without Python and compiler", () => {
  it("the set-up ends with WebAssembly and names what was missing", async () => {
    const record = await ensureSetup({ root });
    expect(record).toMatchObject({ backend: "wasm", tensorflow: null });
    expect(record.reason).toContain("python3 and make and g++ not found on the PATH");
    expect(said.trimEnd().split("\n")).toHaveLength(2);
    expect(said).toMatch(/^\[setup\] ready in .* WebAssembly$/m);
  });

  it("the second time says and does nothing", async () => {
    const first = await ensureSetup({ root });
    said = "";
    const start = performance.now();
    expect(await ensureSetup({ root })).toEqual(first);
    expect(performance.now() - start).toBeLessThan(200);
    expect(said).toBe("");
  });

  it("it is tried again when a program appears, and when asked for", async () => {
    await ensureSetup({ root });
    symlinkSync("/bin/false", join(root, "bin/python3"));
    const again = await ensureSetup({ root });
    expect(again.reason).toContain("make and g++ not found");
    said = "";
    await ensureSetup({ root, force: true });
    expect(said).toContain("[setup] looking for");
  });

  it("a killed set-up leaves nothing: the next sweeps its remains and takes its lock over", async () => {
    const native = join(root, ".native");
    mkdirSync(join(native, "partial-77/site"), { recursive: true });
    writeFileSync(join(native, "setup.lock"), String(deadPid()));
    writeFileSync(join(native, "setup.json"), '{"backend": "na');
    await ensureSetup({ root });
    expect(readdirSync(native).sort()).toEqual(["setup.json", "setup.log"]);
    expect(readRecord(root)?.backend).toBe("wasm");
  });

  it("a native backend whose files are gone is set up again", async () => {
    const wasm = await ensureSetup({ root });
    writeFileSync(
      join(root, ".native/setup.json"),
      JSON.stringify({ ...wasm, backend: "native", tensorflow: "2.21.0" }),
    );
    expect((await ensureSetup({ root })).backend).toBe("wasm");
  });
});

it("a Python without pip and venv is a reason, not an end", async () => {
  for (const name of ["python3", "make", "g++"]) symlinkSync("/bin/false", join(root, "bin", name));
  mkdirSync(join(root, "npm/node_modules/node-gyp/bin"), { recursive: true });
  writeFileSync(join(root, "npm/node_modules/node-gyp/bin/node-gyp.js"), "");
  writeFileSync(join(root, "npm/npm-cli.js"), "");
  vi.stubEnv("npm_execpath", join(root, "npm/npm-cli.js"));
  const record = await ensureSetup({ root });
  expect(record.backend).toBe("wasm");
  expect(record.reason).toContain("the CPU wheel: python3 has neither pip nor venv");
  expect(readFileSync(join(root, ".native/setup.log"), "utf8")).toContain("$ python3 -m venv");
});

it("a program that outlasts its limit is ended with all that it has started", async () => {
  vi.stubEnv("PATH", "/usr/bin:/bin");
  const trace = join(root, "trace");
  const script = `(echo started > ${trace}; sleep 1; echo went on > ${trace}) & wait`;
  const ended = runProgram("sh", ["-c", script], { log: join(root, "log"), limitSeconds: 0.5 });
  await expect(ended).rejects.toThrow("sh ended by SIGKILL, its limit is 0.5 s");
  await new Promise(done => setTimeout(done, 1000));
  expect(readFileSync(trace, "utf8")).toBe("started\n");
});

it("a program is found on the PATH as a file that may be run", () => {
  expect(findOnPath("node")).toBeUndefined();
  writeFileSync(join(root, "bin/node"), "", { mode: 0o644 });
  mkdirSync(join(root, "bin/make"));
  expect([findOnPath("node"), findOnPath("make")]).toEqual([undefined, undefined]);
  writeFileSync(join(root, "bin/g++"), "", { mode: 0o755 });
  expect(findOnPath("g++")).toBe(join(root, "bin/g++"));
});
