/** A notebook in JupyterLab's own window: what a person sees of cells that run, fail, take long, are stopped. */
import { mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { fromRoot } from "../../src/lib/host/package-root.js";
import { openLabWindow, type LabWindow } from "../../src/lib/notebooks/lab-window.js";
import { findChromium } from "../../src/lib/setup/chromium.js";
import { findJupyterLab, prepareLab } from "../../src/lib/setup/lab.js";
import { isRunning, workersOf } from "./processes.js";

const executablePath = findChromium();
const isThere = executablePath !== undefined && (await findJupyterLab()) !== undefined;

const cells = [
  [
    'import { decode, load, playground, study } from "unmask";',
    'const model = await load("instruct");',
    'await playground(model, "staged: take odd items, as is, return list\\n", { seed: 5 });',
  ],
  [
    // T 0.76 is in no shipped log: there is work to do
    "const problems = { smoke: 3000, standard: 3000, full: 3000 };",
    "await study({ problems, seeds: [1], vary: [{ temperature: 0.76 }] });",
  ],
  ["// a mistake", 'await decode(model, "loop: take all items\\n", { temperature: -1 });'],
];

const name = "Jupyter's window (npm run lab installs JupyterLab, a package Chromium: skipped without either)";
describe.skipIf(!isThere)(name, { timeout: 120_000 }, () => {
  const folder = `mine/lab-test-${process.pid}`; // within the folder that JupyterLab shows
  let lab: LabWindow;
  beforeAll(async () => {
    mkdirSync(fromRoot(folder), { recursive: true });
    const notebook = `${folder}/cells.ipynb`;
    writeFileSync(fromRoot(notebook), JSON.stringify(notebookOf(cells)));
    const window = { width: 1280, height: 900, executablePath: executablePath as string };
    lab = await openLabWindow(await prepareLab(), { notebook, ...window });
  });
  afterAll(async () => {
    await lab?.close();
    rmSync(fromRoot(folder), { recursive: true, force: true });
    const runs = fromRoot("data/runs/decode");
    for (const run of readdirSync(runs).filter(made => made.includes("0.76")))
      rmSync(`${runs}/${run}`, { recursive: true, force: true });
  });

  /** Runs a cell as a person does, and gives back where its output comes. */
  async function run(index: number) {
    const cell = lab.page.locator(".jp-CodeCell").nth(index);
    await cell.locator(".cm-content").click();
    await lab.page.keyboard.press("Control+Enter");
    return cell.locator(".jp-Cell-outputArea");
  }

  it("shows the playground below its cell, decoded", async () => {
    const output = await run(0);
    const pane = output.frameLocator("iframe").locator('.pane[data-pending="false"]');
    await pane.waitFor({ timeout: 90_000 });
    expect(await pane.getAttribute("data-tokens")).toMatch(/^(\d+ ){35}\d+$/);
  });

  it("has a bar for long work, and its Stop button leaves no worker after 3 s", async () => {
    const output = await run(1);
    await output.locator("progress").waitFor({ timeout: 60_000 });
    expect(await output.textContent()).toMatch(/of 3000 samples.* left/);
    await expect.poll(() => workersOf(lab.pid).length, { timeout: 20_000 }).toBeGreaterThan(0);
    const workers = workersOf(lab.pid);
    await lab.page.locator('[data-command="notebook:interrupt-kernel"]').click();
    await new Promise(done => setTimeout(done, 3000));
    expect(workers.filter(isRunning)).toEqual([]);
  });

  it("shows of an error its sentence and the author's own line, after a Stop too", async () => {
    const output = await run(2);
    // JupyterLab draws an error message as it draws what is written to stderr
    const shown = output.locator('[data-mime-type="application/vnd.jupyter.stderr"]');
    await shown.waitFor();
    expect((await shown.textContent())?.trim().split("\n")).toEqual([
      expect.stringMatching(/^UserError: .*temperature.*-1/) as string,
      expect.stringMatching(/^ {2}in line 2 of the cell: await decode\(/) as string,
    ]);
  });
});

function notebookOf(sources: readonly (readonly string[])[]): object {
  const cell = { cell_type: "code", metadata: {}, outputs: [], execution_count: null };
  const kernelspec = { name: "tslab", display_name: "TypeScript (tslab)", language: "typescript" };
  return {
    ...{ nbformat: 4, nbformat_minor: 5, metadata: { kernelspec } },
    cells: sources.map((lines, i) => ({ ...cell, id: `cell-${i}`, source: lines.join("\n") })),
  };
}
