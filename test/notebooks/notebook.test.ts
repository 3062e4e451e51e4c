/** The notebook runner on real kernels: every way in which a cell can end. Needs the built library. */
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readlinkSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { executeNotebook, type CellEvent } from "../../src/lib/notebooks/execute-notebook.js";
import { NotebookKernel } from "../../src/lib/notebooks/notebook-kernel.js";
import { linkPackage } from "../../src/lib/setup/link-package.js";
import { readNotebook, serializeNotebook } from "../../src/lib/notebooks/notebook-format.js";
import { fromRoot } from "../../src/lib/host/package-root.js";

/** A package of its own, so that these tests need nothing of the library but the runner. */
let root: string;

beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), "notebook-"));
  const files = {
    "package.json": JSON.stringify({ name: "unmask", type: "module", main: "lib.js", types: "lib.d.ts" }),
    "lib.js":
      'import { util } from "@tensorflow/tfjs-core";\nexport const rank = () => util.sizeFromShape([1, ' +
      "2]);\n",
    "lib.d.ts": "export declare const rank: () => number;\n",
  };
  for (const [name, text] of Object.entries(files)) writeFileSync(join(root, name), text);
  mkdirSync(join(root, "node_modules"));
  for (const name of ["@types", "@tensorflow"])
    symlinkSync(fromRoot("node_modules", name), join(root, "node_modules", name));
  linkPackage(root);
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** Writes a notebook whose cells are code, or markdown where they start with "# ". */
function notebook(name: string, ...sources: readonly string[]): string {
  const cells = sources.map(source =>
    source.startsWith("# ")
      ? { cell_type: "markdown", metadata: {}, source }
      : { cell_type: "code", metadata: {}, source, outputs: [], execution_count: 7 },
  );
  const metadata = { kernelspec: { name: "tslab", display_name: "TypeScript", language: "typescript" } };
  const path = join(root, `${name}.ipynb`);
  writeFileSync(path, JSON.stringify({ nbformat: 4, nbformat_minor: 5, metadata, cells }));
  return path;
}

const run = (path: string, options: Parameters<typeof executeNotebook>[1] = {}) =>
  executeNotebook(path, { root, timeoutSecondsPerCell: 60, ...options });

test.each([
  ["lines", 'for (let i = 0; i < 20_000; i++) console.log("line", i);', 20_000],
  ["characters", 'for (let i = 0; i < 20_000; i++) process.stdout.write(i % 100 ? "." : "\\n");', 201],
  ["lines on both outputs", "for (let i = 0; i < 10_000; i++) { console.log(i); console.error(i); }", 20_000],
])("20,000 %s are printed in seconds, each line as it was", async (_, source, count) => {
  let seconds = NaN;
  const onCell = (event: CellEvent) => (seconds = event.seconds);
  const { notebook: filled, error } = await run(notebook("prints", source), { onCell });
  expect(error).toBeUndefined();
  const printed = filled.cells[0].outputs!.flatMap(output =>
    output.output_type === "stream" ? output.text : [],
  );
  expect(printed).toHaveLength(count);
  expect(printed.every((line, i) => line.endsWith("\n") || i === count - 1)).toBe(true);
  expect(seconds).toBeLessThan(20);
});

describe("a notebook that works", () => {
  const cells = [
    "# A title",
    'import { rank } from "unmask";\nimport { display, newDisplay } from "tslab";\nrank() + 1',
    'const progress = newDisplay();\nprogress.text("10%");\nconsole.log("one");\nconsole.error("two");',
    'display.html("<b>bold</b>\\n");\ndisplay.raw("application/vnd.plotly.v1+json", { data: [] } as ' +
      "any);\ndisplay.png(new Uint8Array([1, 2, 3]));",
    'progress.text("100%");\nconst later = await new Promise<number>(done => setTimeout(() => ' +
      "done(rank()), 20));",
    "",
    "console.log(process.env.SEED, later, process.cwd() === process.env.HERE);",
  ];

  test("keeps variables, imports the package by name, and fills every kind of output", async () => {
    const { notebook: filled, error } = await run(notebook("works", ...cells), {
      env: { SEED: "3", HERE: root },
    });
    expect(error).toBeUndefined();
    expect(filled.cells.map(cell => cell.execution_count)).toEqual([undefined, 1, 2, 3, 4, null, 5]);
    expect(filled.cells.map(cell => cell.outputs)).toEqual([
      undefined,
      [{ output_type: "stream", name: "stdout", text: ["3\n"] }],
      [
        { output_type: "display_data", data: { "text/plain": ["100%"] }, metadata: {} },
        { output_type: "stream", name: "stdout", text: ["one\n"] },
        { output_type: "stream", name: "stderr", text: ["two\n"] },
      ],
      [
        { output_type: "display_data", data: { "text/html": ["<b>bold</b>\n"] }, metadata: {} },
        {
          output_type: "display_data",
          data: { "application/vnd.plotly.v1+json": { data: [] } },
          metadata: {},
        },
        { output_type: "display_data", data: { "image/png": "AQID" }, metadata: {} },
      ],
      [],
      [],
      [{ output_type: "stream", name: "stdout", text: ["3 2 true\n"] }],
    ]);
  });

  test("does not mind that an installation touches node_modules between two cells", async () => {
    const touching =
      'import { writeFileSync } from "node:fs";\nfor (const place of ["", "unmask/"]) ' +
      'writeFileSync(`node_modules/${place}touched.txt`, "");\nwriteFileSync("lib.d.ts", "export ' +
      'declare const rank: () => number;\\n");\nawait new Promise(done => setTimeout(done, 1500));';
    const { error } = await run(
      notebook("touched", 'import { rank } from "unmask";', touching, "rank() + 1;"),
    );
    expect(error).toBeUndefined();
  });

  test("gives the same bytes twice, with an id for every cell and no trace of earlier outputs", async () => {
    const path = notebook("twice", ...cells.slice(0, 4));
    const first = serializeNotebook((await run(path)).notebook);
    const ids = (JSON.parse(first) as { cells: { id: string }[] }).cells.map(cell => cell.id);
    expect(ids).toEqual(["cell-0", "cell-1", "cell-2", "cell-3"]);
    writeFileSync(path, first);
    const events: CellEvent[] = [];
    const second = await run(path, { onCell: event => events.push(event) });
    expect(serializeNotebook(second.notebook)).toBe(first);
    expect(events.map(({ phase, number, of, ok }) => [phase, number, of, ok])).toEqual(
      [1, 2, 3].flatMap(number => [
        ["start", number, 3, true],
        ["end", number, 3, true],
      ]),
    );
    expect(events[1].seconds).toBeGreaterThan(0);
  });
});

describe("a cell that fails stops the run, named by its number", () => {
  test("when it throws", async () => {
    const path = notebook(
      "throws",
      "const x = 1;",
      'console.log("before");\nthrow new RangeError("k=" + x);',
      "3;",
    );
    const { notebook: filled, error } = await run(path);
    expect(error).toMatchObject({ cellIndex: 1, cellNumber: 2, message: "RangeError: k=1" });
    const [stream, thrown] = filled.cells[1].outputs!;
    expect(stream).toMatchObject({ text: ["before\n"] });
    expect(thrown).toMatchObject({ output_type: "error", ename: "RangeError", evalue: "k=1" });
    expect(JSON.stringify(thrown)).not.toMatch(/node_modules|\/tmp\//);
    expect(filled.cells[2]).toMatchObject({ execution_count: null, outputs: [] });
  });

  test("when its types are wrong, each mistake with line and column", async () => {
    const wrong = 'import { rank } from "unmask";\nconst text: string = rank();\nrank("3");';
    const { error } = await run(notebook("types", wrong));
    expect(error?.message).toBe(
      "CompileError: 2:7 - Type 'number' is not assignable to type 'string'.\n3:6 - Expected 0 " +
        "arguments, but got 1.",
    );
  });

  test("when it imports what the package does not have", async () => {
    const { error } = await run(notebook("import", 'import { nothing } from "unmask";'));
    expect(error?.message).toContain("has no exported member 'nothing'");
  });

  test("when it leaves a rejection unhandled", async () => {
    const { error } = await run(notebook("rejects", 'void Promise.reject(new Error("nobody waits"));'));
    expect(error).toMatchObject({ cellNumber: 1, message: "Error: nobody waits" });
  });

  test("when it ends the process", async () => {
    const { error } = await run(notebook("exits", "1;", "process.exit(3);"));
    expect(error?.cellNumber).toBe(2);
    expect(error?.message).toContain("KernelDied: the kernel ended while the cell ran (exit status 3).");
  });

  test("when it crashes", async () => {
    const { error } = await run(
      notebook("crashes", 'process.kill(process.pid, "SIGSEGV");\nawait new Promise(() => {});'),
    );
    expect(error?.message).toContain("signal SIGSEGV");
  });

  test("when it hangs, in a loop or waiting", async () => {
    for (const [name, hanging] of [
      ["loops", "while (true) {}"],
      ["waits", "await new Promise(() => {});"],
    ]) {
      const { error } = await run(notebook(name, hanging, "1;"), { timeoutSecondsPerCell: 1 });
      expect(error).toMatchObject({ cellNumber: 1 });
      expect(error?.message).toContain("TimeoutError: the cell did not finish within 1 s; raise the time");
    }
  });

  test("when the caller aborts, and the programs that the kernel started end with it", async () => {
    const child =
      'import { spawn } from "child_process";\nconst sleeper = spawn("sleep", ' +
      '["300"]);\nconsole.log(sleeper.pid);';
    const controller = new AbortController();
    const onCell = ({ number }: CellEvent) => number === 2 && setTimeout(() => controller.abort(), 100);
    const { signal } = controller;
    const { notebook: filled, error } = await run(notebook("aborts", child, "while (true) {}"), {
      signal,
      onCell,
    });
    expect(error).toMatchObject({ cellNumber: 2, message: "AbortError: the run was interrupted." });
    const pid = (filled.cells[0].outputs![0] as { text: string[] }).text[0].trim();
    const state = spawnSync("ps", ["-o", "stat=", "-p", pid], { encoding: "utf8" }).stdout.trim();
    expect(state === "" || state.startsWith("Z")).toBe(true); // ended, perhaps not yet collected
  });
});

test("a kernel that forgets serves the next notebook, which sees nothing of the one before", async () => {
  const kernel = new NotebookKernel({ root });
  const first = notebook("first", 'import { rank } from "unmask";\nconst mine = rank();');
  const second = notebook("second", "console.log(typeof (globalThis as any).mine);", "mine;");
  expect((await run(first, { kernel })).error).toBeUndefined();
  await kernel.forget();
  const { notebook: filled, error } = await run(second, { kernel });
  await kernel.close();
  expect(filled.cells[0].outputs).toMatchObject([{ text: ["undefined\n"] }]);
  expect(error?.message).toContain("Cannot find name 'mine'");
});

describe("mistakes of the caller", () => {
  test("a file that is missing, no JSON, or of another format is named with the remedy", () => {
    expect(() => readNotebook(join(root, "absent.ipynb"))).toThrow(
      /notebook absent\.ipynb: cannot be read .*name an existing/,
    );
    writeFileSync(join(root, "old.ipynb"), JSON.stringify({ nbformat: 3, worksheets: [] }));
    expect(() => readNotebook(join(root, "old.ipynb"))).toThrow("is not in notebook format 4");
  });

  test("a time limit of nothing is refused", async () => {
    await expect(run(notebook("limit", "1;"), { timeoutSecondsPerCell: 0 })).rejects.toThrow(
      "timeoutSecondsPerCell=0",
    );
  });
});

describe("linkPackage", () => {
  test("is idempotent, repairs a stale link and refuses a real folder", () => {
    const link = join(root, "node_modules/unmask");
    expect(linkPackage(root)).toBe(false);
    rmSync(link);
    symlinkSync("elsewhere", link);
    expect(linkPackage(root)).toBe(true);
    expect(readlinkSync(link)).toBe("..");
    rmSync(link);
    mkdirSync(link);
    expect(() => linkPackage(root)).toThrow("is not a link to this project");
    rmSync(link, { recursive: true });
    linkPackage(root);
  });
});
