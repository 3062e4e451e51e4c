/** Where a Chromium is that can draw pictures; none is no error, figures then are data only. */
import { existsSync } from "node:fs";
import { findOnPath } from "./setup-step.js";

const names = [
  ...["chromium", "chromium-browser", "chromium-headless-shell"],
  ...["google-chrome", "google-chrome-stable"],
];
const places = [
  "/usr/bin/chromium",
  "/usr/bin/google-chrome",
  "/snap/bin/chromium",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
];

export const noChromiumNote =
  "No Chromium was found, so figures have no pictures (.json only); install one or set " +
  "CHROMIUM to its path.";

/** For a machine without network: Chromium otherwise asks for updates and experiments, and waits. */
export const chromiumFlags = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--hide-scrollbars",
];

/** The browser named by CHROMIUM, on the PATH, or in a usual place; undefined when there is none. */
export function findChromium(): string | undefined {
  const named = process.env.CHROMIUM;
  if (named !== undefined && named !== "") return existsSync(named) ? named : findOnPath(named);
  return names.map(findOnPath).find(path => path !== undefined) ?? places.find(existsSync);
}
