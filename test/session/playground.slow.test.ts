/** `playground(model, prompt)` as JupyterLab puts it into a page: a frame that decodes with one's model. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import * as tf from "@tensorflow/tfjs-core";
import { chromium, type Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { executeNotebook } from "../../src/lib/notebooks/execute-notebook.js";
import { decodeText } from "../../src/lib/session/decode-text.js";
import { load, type Model } from "../../src/lib/session/load.js";
import { playgroundOutput } from "../../src/lib/session/playground.js";
import { chromiumFlags, findChromium } from "../../src/lib/setup/chromium.js";

const executablePath = findChromium();
const prompt = "staged: take odd items, as is, return list\n";

describe.skipIf(executablePath === undefined)("the playground below a cell", () => {
  let [browser, model]: [Browser?, Model?] = [];
  beforeAll(async () => {
    browser = await chromium.launch({ executablePath, args: chromiumFlags });
    model = await load("instruct");
  });
  afterAll(async () => {
    await browser?.close();
    model?.dispose();
  });

  /** Tokens of every pane of the output, once they are decoded. */
  async function shown(html: string, count = 1): Promise<string[]> {
    const page = await (browser as Browser).newPage();
    await page.setContent(`<!doctype html><body class="jp-Notebook">${html}`);
    const frame = page.frameLocator("iframe");
    const panes = frame.locator('.pane[data-pending="false"]');
    await panes.nth(count - 1).waitFor({ timeout: 30_000 });
    const tokens = await panes.evaluateAll(found =>
      found.map(pane => pane.getAttribute("data-tokens") ?? ""),
    );
    await page.close();
    return tokens;
  }

  it("decodes the tokens that the cell decodes, in a pane for each setting", async () => {
    const panes = [{ tieRule: "leftmost" }, { tieRule: "random", temperature: 0.8 }] as const;
    const { html } = await playgroundOutput(model as Model, prompt, { seed: 5, panes });
    const decoded = await Promise.all(
      panes.map(pane => decodeText(model as Model, prompt, { ...pane, seed: 5 })),
    );
    expect(await shown(html, panes.length)).toEqual(
      decoded.map(({ completionIds }) => completionIds.join(" ")),
    );
  });

  it("has the weights that the model has now", async () => {
    const own = model as Model;
    const halved = new Map([...own.denoiser.parameters].map(([name, tensor]) => [name, tf.mul(tensor, 0.5)]));
    const changed = own.withParameters(halved);
    const { html } = await playgroundOutput(changed, prompt, { seed: 5 });
    const { completionIds } = await decodeText(changed, prompt, { seed: 5 });
    expect(await shown(html)).toEqual([completionIds.join(" ")]);
    expect((await decodeText(own, prompt, { seed: 5 })).completionIds).not.toEqual(completionIds);
    tf.dispose([...halved.values()]);
  });

  it("is what a cell shows", { timeout: 180_000 }, async () => {
    const source =
      'import { load, playground } from "unmask";\n' +
      `await playground(await load("instruct"), ${JSON.stringify(prompt)}, { seed: 5 });`;
    const path = join(mkdtempSync(join(tmpdir(), "unmask-cell-")), "cell.ipynb");
    const cell = { cell_type: "code", id: "a", metadata: {}, source, outputs: [], execution_count: null };
    writeFileSync(path, JSON.stringify({ nbformat: 4, nbformat_minor: 5, metadata: {}, cells: [cell] }));
    const { notebook, error } = await executeNotebook(path);
    rmSync(dirname(path), { recursive: true });
    expect(error).toBeUndefined();
    const [{ data }] = notebook.cells[0].outputs as unknown as [{ data: Record<string, string | string[]> }];
    const html = [data["text/html"]].flat().join("");
    const { completionIds } = await decodeText(model as Model, prompt, { seed: 5 });
    expect(await shown(html)).toEqual([completionIds.join(" ")]);
  });

  it("refuses a model that a notebook could not keep", async () => {
    const own = model as Model;
    const large = {
      ...own,
      denoiser: { ...own.denoiser, parameters: new Map([["w", tf.zeros([3000, 2000])]]) },
    };
    await expect(playgroundOutput(large, prompt)).rejects.toThrow("the model has 6000000 weights");
  });
});
