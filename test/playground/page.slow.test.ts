/**
 * The playground's file in headless Chromium, opened from a disk as a reader opens it: its tokens are Node's,
 * what a hand changes it changes, and nothing leaves the page.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { chromium, type Browser, type BrowserContext, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { loadDenoiser } from "../../src/lib/checkpoints/checkpoint.js";
import { checkpointFolder, testbedTokenizer } from "../../src/lib/checkpoints/testbed.js";
import { Rng } from "../../src/lib/core/rng.js";
import { decodeConfig } from "../../src/lib/decode/config.js";
import { decode } from "../../src/lib/decode/decode.js";
import type { DecodeConfig } from "../../src/lib/decode/types.js";
import { fromRoot } from "../../src/lib/host/package-root.js";
import { shippedPlayground } from "../../src/lib/offline/shipped-playground.js";
import { chromiumFlags, findChromium } from "../../src/lib/setup/chromium.js";

const executablePath = findChromium();
const prompt = "loop: take even items, squared, return sum\n";

const folderOf = (folder: string): string[] =>
  ["config.json", "tokenizer.json", "tokenizer_config.json", "model.safetensors"].map(name =>
    join(folder, name),
  );

/** On the backend that made the page: WebAssembly. */
async function inNode(seed: number, overrides: Partial<DecodeConfig>): Promise<string> {
  const denoiser = loadDenoiser(checkpointFolder("instruct", 1));
  const config = decodeConfig(36, overrides);
  const [found] = await decode(denoiser, [testbedTokenizer().encode(prompt)], config, [Rng.fromSeed(seed)]);
  denoiser.dispose();
  return found.completionIds.join(" ");
}

/** What axe-core calls serious or critical, with the elements. */
async function faultsOf(on: Page): Promise<string[]> {
  // colours on their way to others are neither, and end on their own
  await on.emulateMedia({ reducedMotion: "reduce" });
  await on.waitForSelector(".code:not(.pending)");
  await on.evaluate(readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8"));
  return on.evaluate(async () => {
    const { axe } = globalThis as unknown as {
      axe: { run(): Promise<{ violations: { id: string; impact: string; nodes: { html: string }[] }[] }> };
    };
    const { violations } = await axe.run();
    return violations
      .filter(({ impact }) => impact === "serious" || impact === "critical")
      .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 120)).join(" | ")}`);
  });
}

describe.skipIf(executablePath === undefined)("the playground, opened from a file", () => {
  const folder = mkdtempSync(join(tmpdir(), "unmask-playground-"));
  const file = join(folder, "playground.html");
  const address = pathToFileURL(file).href;
  const requests: string[] = [];
  const errors: string[] = [];
  let [browser, context, page]: [Browser?, BrowserContext?, Page?] = [];

  beforeAll(async () => {
    writeFileSync(file, await shippedPlayground());
    browser = await chromium.launch({ executablePath, args: chromiumFlags });
    context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
    context.on("request", request => requests.push(request.url()));
    context.on("console", message => message.type() === "error" && errors.push(message.text()));
    page = await open();
  });
  afterAll(async () => {
    await browser?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  async function open(hash = ""): Promise<Page> {
    const opened = await (context as BrowserContext).newPage();
    await opened.goto(address + hash);
    await decoded(opened);
    return opened;
  }

  /** Waits until no pane is being decoded any more. */
  async function decoded(on: Page): Promise<void> {
    await on.waitForFunction(() => {
      const panes = [...document.querySelectorAll<HTMLElement>(".pane")];
      return panes.length > 0 && panes.every(pane => pane.dataset["pending"] === "false");
    });
  }

  const tokensOf = (on: Page, pane: number) =>
    on.getAttribute(`[data-pane="${pane}"]`, "data-tokens") as Promise<string>;
  const measure = async (on: Page, pane: number, name: string) =>
    Number(await on.textContent(`[data-pane="${pane}"] [data-measure="${name}"]`));

  it("takes no more than 8 MB, and shows a recorded pair at once", async () => {
    expect(readFileSync(file).length).toBeLessThan(8e6);
    expect(await tokensOf(page as Page, 0)).toBe(await inNode(1, {}));
    expect(await tokensOf(page as Page, 1)).toBe(await inNode(1, { tieRule: "random" }));
  });

  it("decodes the tokens that Node decodes for the same seed", async () => {
    const here = await open("#prompt=loop:+take+even+items,+squared,+return+sum&seed=2&a=T:1,p:1");
    expect(await tokensOf(here, 0)).toBe(await inNode(2, { temperature: 1, topP: 1 }));
    await here.close();
  });

  it("under random ties its AR-ness is below half, under leftmost ones above", async () => {
    const here = await open("#prompt=loop:+take+even+items,+squared,+return+sum&seed=3&a=ties:leftmost");
    expect(await measure(here, 0, "global")).toBeGreaterThan(0.5);
    await here.selectOption('[data-pane="0"] label:has-text("Ties") select', "random");
    await here.waitForFunction(
      () => Number(document.querySelector('[data-measure="global"]')?.textContent) < 0.5,
    );
    expect(await measure(here, 0, "local")).toBeLessThan(0.5);
    await here.close();
  });

  it("decodes on from a token picked by hand, forks, and goes back", async () => {
    const here = await open("#prompt=loop:+take+even+items,+squared,+return+sum&seed=4&a=ties:random");
    const before = await tokensOf(here, 0);
    await here.click('[data-pane="0"] [data-position="9"]');
    await here.click('[data-pane="0"] .candidate:not(:disabled)');
    await here.waitForFunction(
      was => document.querySelector<HTMLElement>(".pane")?.dataset["tokens"] !== was,
      before,
    );
    await decoded(here);
    const picked = await tokensOf(here, 0);
    await here.click('[data-pane="0"] .fork');
    await decoded(here);
    expect(await tokensOf(here, 1)).toBe(picked);
    await here.keyboard.press("Control+z");
    await here.keyboard.press("Control+z");
    await decoded(here);
    expect(await here.locator(".pane").count()).toBe(1);
    expect(await tokensOf(here, 0)).toBe(before);
    await here.close();
  });

  it("a shared link restores settings, picks and tokens", async () => {
    const settings = "ties:random,T:0.6,steps:18,block:18,score:margin,pick:3.9.20";
    const here = await open(
      `#prompt=staged:+take+odd+items,+as+is,+return+list&seed=9&a=${settings}&b=plan:threshold`,
    );
    const link = await here.evaluate(async () => {
      await new Promise(resolve => setTimeout(resolve, 600));
      return location.hash;
    });
    const there = await open(link);
    for (const pane of [0, 1]) expect(await tokensOf(there, pane)).toBe(await tokensOf(here, pane));
    for (const said of settings.split(",")) expect(link).toContain(said);
    await there.close();
    await here.close();
  });

  it("plays from the keys, step by step", async () => {
    const here = page as Page;
    await here.keyboard.press("Home");
    expect(await here.textContent(".count b")).toBe("0");
    await here.keyboard.press("ArrowRight");
    expect(await here.textContent(".count b")).toBe("1");
    await here.keyboard.press(" ");
    await here.waitForFunction(() => Number(document.querySelector(".count b")?.textContent) > 2);
    await here.keyboard.press("End");
  });

  it.each(["light", "dark"] as const)("has no serious fault of access: %s", async colorScheme => {
    const here = page as Page;
    await here.emulateMedia({ colorScheme });
    await here.click('[data-pane="0"] [data-position="12"]');
    expect(await faultsOf(here)).toEqual([]);
  });

  it("never scrolls sideways on a phone", async () => {
    const here = page as Page;
    await here.setViewportSize({ width: 400, height: 800 });
    expect(await here.evaluate(() => document.documentElement.scrollWidth)).toBe(400);
    await here.setViewportSize({ width: 1280, height: 900 });
  });

  it("embedded, it fits 640 x 420 and has no serious fault of access", async () => {
    const here = await (context as BrowserContext).newPage();
    await here.setViewportSize({ width: 640, height: 420 });
    await here.goto(`${address}#embed`);
    await decoded(here);
    expect(await here.evaluate(() => [document.body.scrollWidth, document.body.scrollHeight])).toEqual([
      640, 420,
    ]);
    await here.click("text=Ties: random");
    await here.waitForFunction(
      () => Number(document.querySelector('[data-measure="global"]')?.textContent) < 0.5,
    );
    expect(await faultsOf(here)).toEqual([]);
    await here.close();
  });

  it.each([
    ["a GGUF file", ["test/reference-2/gguf/models/dream-q4_0.gguf"]],
    ["the files of a folder", folderOf("data/checkpoints/instruct-seed2")],
  ])("decodes with a model of the reader's own: %s", async (_, files) => {
    const here = await open("#seed=1&a=T:0");
    await here.setInputFiles(
      'input[type="file"]',
      files.map(file => fromRoot(file)),
    );
    await here.waitForFunction(() => document.querySelector(".notice")?.textContent?.endsWith("is loaded."));
    await decoded(here);
    expect(await here.locator(".error").count()).toBe(0);
    expect(await tokensOf(here, 0)).toMatch(/^(\d+ ){35}\d+$/);
    await here.close();
  });

  it("asks for nothing but itself", () => {
    const own = requests.filter(url => !url.startsWith(address) && !url.startsWith("blob:"));
    expect(own).toEqual([]);
    expect(errors).toEqual([]);
  });
});
