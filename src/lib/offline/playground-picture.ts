/** A picture of the playground's first screen while it plays, for those who see a README and not the page. */
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";
import { linkOf } from "../playground/link.js";
import type { Scene } from "../playground/settings.js";
import { chromiumFlags, findChromium } from "../setup/chromium.js";

/** Most of the program stands there, and some masks. */
const at = 24;
const screen = { width: 1280, height: 1130 };

/** @returns PNG; null where there is no Chromium */
export async function playgroundPicture(page: string, scene: Scene): Promise<Buffer | null> {
  const executablePath = findChromium();
  if (executablePath === undefined) return null;
  const browser = await chromium.launch({ executablePath, args: chromiumFlags });
  try {
    const opened = await browser.newPage({ viewport: screen, deviceScaleFactor: 1.5, colorScheme: "light" });
    await opened.goto(`${pathToFileURL(page).href}#${linkOf({ ...scene, at })}`);
    await opened.waitForSelector(".pane .token");
    await opened.addStyleTag({ content: ".transport { visibility: hidden; }" });
    return await opened.screenshot();
  } finally {
    await browser.close();
  }
}
