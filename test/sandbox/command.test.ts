import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { packageRoot } from "../../src/lib/sandbox/installation.js";

const folder = mkdtempSync(join(tmpdir(), "sandbox-command-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** Runs the command on a file of programs; `lines` are objects or raw text. */
function sandbox(lines: readonly unknown[], ...args: string[]) {
  const programs = join(folder, "programs.jsonl");
  writeFileSync(
    programs,
    lines.map(line => (typeof line === "string" ? line : JSON.stringify(line))).join("\n"),
  );
  return command("--programs", programs, ...args);
}

function command(...args: string[]) {
  const { status, stderr } = spawnSync(process.execPath, [join(packageRoot, "dist/cli/sandbox.js"), ...args]);
  return { status, stderr: stderr.toString() };
}

const out = join(folder, "out.json");

describe("npm run sandbox", () => {
  it("writes one row per program, in order, and says how it is closed off and how far it is", () => {
    const { status, stderr } = sandbox(
      [
        { id: "good", program: "print('x')\nassert True", timeout_s: 5 },
        "",
        { id: "bad", program: "assert False" },
        { id: "loop", program: "while True: pass", timeout_s: 0.3 },
        { id: 7, program: "import os\nos._exit(0)" },
      ],
      ...["--json", out],
    );
    expect(status).toBe(0);
    expect(stderr).toMatch(/Pyodide in a process without environment.*\n/);
    expect(stderr).toContain("4/4");
    expect(stderr).toContain("1 passed, 1 failed, 1 timeout, 1 killed");
    const rows = JSON.parse(readFileSync(out, "utf8")) as Record<string, unknown>[];
    expect(rows.map(row => [row["id"], row["outcome"]])).toEqual([
      ["good", "passed"],
      ["bad", "failed"],
      ["loop", "timeout"],
      ["7", "killed"],
    ]);
    expect(Object.keys(rows[0])).toEqual(["id", "outcome", "error", "output", "seconds"]);
    expect(rows[0]).toMatchObject({ error: null, output: "x\n" });
  });
  it("a program without timeout_s gets --timeout", () => {
    sandbox([{ id: "loop", program: "while True: pass" }], "--json", out, "--timeout", "0.2");
    expect(readFileSync(out, "utf8")).toContain("not finished after 0.2 s");
  });
  it.each([
    ["not JSON", '{"id": "x",', /programs\.jsonl line 2 is not valid JSON/],
    ["not an object", "[]", /line 2 is not a JSON object/],
    ["without id", { program: "" }, /line 2 has no "id"/],
    ["without program", { id: "x" }, /line 2 has no "program"/],
    ["with a time limit that is none", { id: "x", program: "", timeout_s: -1 }, /line 2 has "timeout_s" -1/],
  ])("a line %s is refused by file and number before anything runs", (_, line, sentence) => {
    rmSync(out, { force: true });
    const { status, stderr } = sandbox([{ id: "a", program: "" }, line], "--json", out);
    expect([status, existsSync(out)]).toEqual([1, false]);
    expect(stderr).toMatch(sentence);
    expect(stderr.trim().split("\n")).toHaveLength(1);
  });
  it("a missing file of programs is refused by name", () => {
    const { status, stderr } = command("--programs", join(folder, "nowhere.jsonl"), "--json", out);
    expect(status).toBe(1);
    expect(stderr).toMatch(/^sandbox: .*nowhere\.jsonl cannot be read \(ENOENT\);.*\n$/);
  });
  it.each(["", join("missing", "out.json"), join("programs.jsonl", "out.json")])(
    "a result file that cannot be written (%j) is refused before anything runs",
    name => {
      const { status, stderr } = sandbox([{ id: "a", program: "" }], "--json", join(folder, name));
      expect(status).toBe(1);
      expect(stderr).toMatch(/^sandbox: .* cannot be written, .*\n$/);
    },
  );
  it("a time limit of years is refused", () => {
    const { status, stderr } = sandbox([{ id: "a", program: "" }], "--json", out, "--timeout", "1e9");
    expect([status, stderr]).toEqual([
      1,
      expect.stringMatching(/^sandbox: timeoutSeconds=1000000000 is no time/),
    ]);
  });
  it("an unknown option is refused with the nearest valid one", () => {
    expect(command("--program", "x").stderr).toContain('did you mean "--programs"?');
  });
});
