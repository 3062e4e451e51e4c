/** The page of what is published, made from figures/ as it is shipped, and read in a real Chromium. */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { chromium, type Browser, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { fromRoot, packageRoot } from "../../src/lib/host/package-root.js";
import { pageInput } from "../../src/lib/notebooks/page-files.js";
import { pageHtml } from "../../src/lib/page/page.js";
import { chromiumFlags, findChromium } from "../../src/lib/setup/chromium.js";
import { publishedFolder } from "../../src/lib/study/profile.js";

const committed = join(publishedFolder, "index.html");
const input = pageInput(publishedFolder);

describe("links", () => {
  const { stdout } = spawnSync("git", ["ls-files"], {
    cwd: packageRoot,
    encoding: "utf8",
    maxBuffer: 2 ** 26,
  });
  const files = stdout.trim().split("\n");
  const tracked = new Set([...files, ...files.flatMap(foldersOf)]);

  test.each([
    ["as committed", readFileSync(committed, "utf8")],
    ["made anew", pageHtml(input)],
  ])("every link and picture is in the history, so a fresh clone has it: %s", (_, html) => {
    const targets = [...html.matchAll(/ (?:href|src|srcset)="([^"#]+)(?:#[^"]*)?"/g)].map(match => match[1]);
    expect(targets.length).toBeGreaterThan(100);
    const paths = [...new Set(targets)].map(target => normalize(join("figures", target)));
    expect(paths.filter(path => !tracked.has(path))).toEqual([]);
  });

  test("every figure that a claim names is there, and a notebook draws it", () => {
    const names = new Set(input.claims.map(({ figure }) => figure));
    const found = input.figures.filter(({ spec }) => names.has(spec.name));
    expect(found.map(({ spec }) => spec.name).sort()).toEqual([...names].sort());
    expect(found.filter(({ notebook }) => notebook === undefined)).toEqual([]);
  });
});

const executable = findChromium();
describe.skipIf(executable === undefined)("in Chromium (install one, or set CHROMIUM, if skipped)", () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: executable, args: chromiumFlags });
  });
  afterAll(() => browser?.close());

  const open = async (width: number, height = 800, options: object = {}) => {
    const context = await browser.newContext({ viewport: { width, height }, ...options });
    const page = await context.newPage();
    await page.goto(`file://${committed}`);
    return page;
  };

  test("takes at most 12 screens of 1280 by 800 while everything is folded", async () => {
    const page = await open(1280);
    expect(await heightOf(page)).toBeLessThanOrEqual(12 * 800);
    await page.close();
  });

  test.each([400, 1280, 1600])("never scrolls sideways at %i px", async width => {
    const page = await open(width);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(width);
    await page.close();
  });

  test("draws its first screen within 1 s, of less than 3 MB, and asks for nothing from elsewhere", async () => {
    const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
    const loaded: string[] = [];
    page.on("request", request => loaded.push(request.url()));
    await page.goto(`file://${committed}`, { waitUntil: "load" });
    expect(await page.evaluate(lastPaintOfTheFirstScreen)).toBeLessThan(1000);
    await page.evaluate(() => scrollTo(0, document.body.scrollHeight)); // pictures further down load late
    await page.waitForLoadState("networkidle");
    expect(loaded.filter(url => !url.startsWith(`file://${publishedFolder}/`))).toEqual([]);
    const bytes = loaded.map(url => readFileSync(new URL(url)).length);
    expect(bytes.reduce((sum, size) => sum + size, 0)).toBeLessThan(3e6);
    await page.close();
  });

  test("a search leaves what it finds; without scripts all is there, and no empty form", async () => {
    const page = await open(1280);
    await page.fill("[type=search]", "padding tail");
    const shown = page.locator("details.claim:visible");
    expect(await shown.count()).toBeGreaterThan(0);
    expect(await shown.count()).toBeLessThan(10);
    await page.close();
    const plain = await open(1280, 800, { javaScriptEnabled: false });
    expect(await plain.locator("details.claim:visible").count()).toBe(input.claims.length);
    expect(await plain.locator("form.search").isVisible()).toBe(false);
    await plain.close();
  });

  test("a square opens its claim", async () => {
    const page = await open(1280);
    await page.click('a.square[href="#claim-TIES"]');
    await expect.poll(() => page.locator("#claim-TIES").getAttribute("open")).not.toBeNull();
    await page.close();
  });

  test("a figure becomes one to explore, from the packages of the project", async () => {
    const page = await open(1280);
    const name = await page.locator("[data-explore]:visible").first().getAttribute("data-explore");
    await page.click(`[data-explore="${name}"]`);
    await page.waitForSelector(`[data-plot="${name}"] .main-svg`, { timeout: 20_000 });
    await page.close();
  });

  test.each(["light", "dark"] as const)("axe finds no serious fault: %s", async colorScheme => {
    const page = await open(1280, 800, { colorScheme, reducedMotion: "reduce" });
    await page.addScriptTag({ path: fromRoot("node_modules/axe-core/axe.min.js") });
    interface Fault {
      readonly id: string;
      readonly impact: string;
      readonly nodes: readonly { readonly html: string }[];
    }
    const faults = await page.evaluate(async () => {
      const { axe } = globalThis as unknown as {
        axe: { run(): Promise<{ violations: readonly Fault[] }> };
      };
      return (await axe.run()).violations;
    });
    const serious = faults.filter(({ impact }) => ["serious", "critical"].includes(impact));
    expect(serious.map(({ id, nodes }) => [id, nodes.length, nodes[0].html])).toEqual([]);
    await page.close();
  });

  test("printed, it is one sheet", async () => {
    const page = await open(1280);
    const pdf = (await page.pdf({ format: "A4" })).toString("latin1");
    expect(pdf.match(/\/Type \/Page\b/g)).toHaveLength(1);
    await page.close();
  });
});

/** When the largest thing of the first screen was painted, in ms since the page was asked for. */
async function lastPaintOfTheFirstScreen(): Promise<number> {
  const paints = await new Promise<PerformanceEntryList>(done => {
    const observer = new PerformanceObserver(list => done(list.getEntries()));
    observer.observe({ type: "largest-contentful-paint", buffered: true });
  });
  return Math.max(...paints.map(({ startTime }) => startTime));
}

function heightOf(page: Page): Promise<number> {
  return page.evaluate(() => document.documentElement.scrollHeight);
}

/** "a" and "a/b" of "a/b/c" */
function foldersOf(file: string): string[] {
  const folder = dirname(file);
  return folder === "." ? [] : [folder, ...foldersOf(folder)];
}
