/** README's pictures, for those who see it on a code host: the page, one of its chapters, and a notebook. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { chromium, type Page } from "playwright-core";
import { chromiumFlags } from "../setup/chromium.js";
import type { Lab } from "../setup/lab.js";
import { publishedFolder } from "../study/profile.js";
import { openLabWindow } from "./lab-window.js";

const folder = join(publishedFolder, "readme");
const [width, height] = [1280, 800];
const scale = 1.5;

/** How long the two decodings have played, in milliseconds: half of the program stands there. */
const playedFor = 3600;

/** @returns the files written: the published page's first screen, and its first chapter */
export async function drawPagePictures(executablePath: string): Promise<string[]> {
  const browser = await chromium.launch({ executablePath, args: chromiumFlags });
  try {
    const page = await browser.newPage({ viewport: { width, height }, deviceScaleFactor: scale });
    await page.goto(pathToFileURL(join(publishedFolder, "index.html")).href);
    await page.evaluate(milliseconds => {
      for (const animation of document.getAnimations()) {
        animation.pause();
        animation.currentTime = milliseconds;
      }
    }, playedFor);
    const first = await drawn(page, "page.png");
    // the bar that stays above whatever is read would cover the chapter's title
    const style = ".search { display: none; } .chapter { scroll-margin-top: -16px; }";
    await page.addStyleTag({ content: `${style} html { scroll-behavior: auto; }` });
    await page.evaluate(() => document.querySelector(".chapter")?.scrollIntoView());
    await page.waitForLoadState("networkidle");
    return [first, await drawn(page, "chapter.png")];
  } finally {
    await browser.close();
  }
}

/** The tour in JupyterLab's own window, at its first picture of an order. */
export async function drawNotebookPicture(lab: Lab, executablePath: string): Promise<string> {
  const size = { width, height, scale, executablePath };
  const window = await openLabWindow(lab, { notebook: "notebooks/00-tour.ipynb", ...size });
  const { page } = window;
  try {
    const cell = page.locator(".jp-CodeCell", { has: page.locator('[data-mime-type="text/html"]') }).first();
    await cell.evaluate(element => element.scrollIntoView());
    await page.waitForTimeout(1000); // JupyterLab lays out what comes into view
    return await drawn(page, "notebook.png");
  } finally {
    await window.close();
  }
}

async function drawn(page: Page, name: string): Promise<string> {
  mkdirSync(folder, { recursive: true });
  const path = join(folder, name);
  writeFileSync(path, await page.screenshot());
  return path;
}
