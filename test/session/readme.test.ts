/** README's links, and its library example, as a person pastes it into a cell. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { fromRoot } from "../../src/lib/host/package-root.js";
import { executeNotebook } from "../../src/lib/notebooks/execute-notebook.js";

let folder: string;
beforeAll(() => (folder = mkdtempSync(join(tmpdir(), "unmask-readme-"))));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it("links to nothing that a fresh clone lacks", () => {
  const targets = readFileSync(fromRoot("README.md"), "utf8").matchAll(/\]\((?!https?:)([^)#]+)/g);
  const paths = [...targets].map(([, path]) => path);
  expect(paths.length).toBeGreaterThan(8);
  const { stdout } = spawnSync("git", ["ls-files"], {
    cwd: fromRoot(),
    encoding: "utf8",
    maxBuffer: 2 ** 26,
  });
  const tracked = new Set(stdout.split("\n"));
  expect(paths.filter(path => !tracked.has(path))).toEqual([]);
});

it("runs in a fresh kernel, and shows a program and its order", { timeout: 180_000 }, async () => {
  const examples = readFileSync(fromRoot("README.md"), "utf8").match(/```ts\n[^]*?```/g) ?? [""];
  expect(examples).toHaveLength(1);
  const [example] = examples;
  const source = example.slice(6, -3);
  const path = join(folder, "example.ipynb");
  const cell = { cell_type: "code", id: "a", metadata: {}, source, outputs: [], execution_count: null };
  writeFileSync(path, JSON.stringify({ nbformat: 4, nbformat_minor: 5, metadata: {}, cells: [cell] }));
  const { notebook, error } = await executeNotebook(path);
  expect(error).toBeUndefined();
  const shown = JSON.stringify(notebook.cells[0].outputs);
  expect(shown).toContain("def f(xs):");
  expect(shown).toContain("AR-ness@1");
});
