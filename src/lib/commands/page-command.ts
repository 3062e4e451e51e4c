/** The command line that writes the page anew, running nothing. */
import { join } from "node:path";
import { writePages } from "../notebooks/publishing.js";
import { publishedFolder } from "../study/profile.js";
import type { Command } from "./cli-arguments.js";

export const pageCommand: Command<Record<string, never>> = {
  name: "page",
  summary: "Writes figures/index.html and RESULTS.md anew from what is published; nothing is run.",
  example: "",
  options: {},
  needsBackend: false,
  main: () => {
    writePages(publishedFolder);
    console.log(`page: ${join(publishedFolder, "index.html")}`);
    return Promise.resolve();
  },
};
