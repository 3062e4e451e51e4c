/** The sandbox works wherever the project lies, whatever characters its folder's name has. */
import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { packageRoot, workerFiles } from "../../src/lib/sandbox/installation.js";

const parent = mkdtempSync(join(tmpdir(), "unmask-folder-"));
const folder = join(parent, "p(1) *[a]{b,c}?#%41&é'\"$HOME");

beforeAll(() => {
  for (const name of workerFiles) cpSync(join(packageRoot, name), join(folder, name), { recursive: true });
});
afterAll(() => rmSync(parent, { recursive: true, force: true }));

/** Opens the sandbox of that folder and returns how a program ended and how the interpreter is closed off. */
function outcome(unshare: boolean): string {
  const script = `
    const { Sandbox } = await import(process.argv[1]);
    const sandbox = await Sandbox.open({ unshare: ${unshare} });
    const [{ outcome, error }] = await sandbox.run([{ id: "a", program: "import json\\nassert json.loads('[1]') == [1]" }]);
    console.log(outcome, error, sandbox.isolation.includes("unshare switched off"));
    await sandbox.close();`;
  const file = pathToFileURL(join(folder, "dist/lib/sandbox/sandbox.js")).href;
  const args = ["--input-type=module", "-e", script, file];
  const { stdout, stderr } = spawnSync(process.execPath, args, { encoding: "utf8", timeout: 120_000 });
  return stdout + stderr;
}

describe("a project folder with brackets, wildcards, quotes, # and %", () => {
  it.each([true, false])(
    "has a sandbox that starts from its own snapshot (namespaces wanted: %s)",
    unshare => {
      expect(outcome(unshare)).toBe(`passed null ${!unshare}\n`);
      const cache = join(folder, "node_modules/.cache/unmask-sandbox");
      expect(readdirSync(cache).filter(name => name.endsWith(".bin"))).toHaveLength(1);
    },
    150_000,
  );
});
