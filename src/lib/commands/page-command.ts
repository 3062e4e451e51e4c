/** The command line that writes the page anew, running nothing. */
import { join } from "node:path";
import { flag } from "../core/schema.js";
import { writePages } from "../notebooks/publishing.js";
import { findChromium, noChromiumNote } from "../setup/chromium.js";
import { findJupyterLab, prepareLab } from "../setup/lab.js";
import { publishedFolder } from "../study/profile.js";
import type { Command } from "./cli-arguments.js";
import { option } from "./option.js";

const options = {
  pictures: option(flag, "also README's pictures of page, chapter and notebook, in figures/readme"),
};

export const pageCommand: Command<typeof options> = {
  name: "page",
  summary: "Writes figures/index.html and RESULTS.md anew from what is published; nothing is run.",
  example: "--pictures",
  options,
  needsBackend: false,
  main: async ({ pictures }) => {
    writePages(publishedFolder);
    console.log(`page: ${join(publishedFolder, "index.html")}`);
    if (!pictures) return;
    // with a browser in it, which takes nearly a second to load
    const { drawNotebookPicture, drawPagePictures } = await import("../notebooks/readme-pictures.js");
    const executablePath = findChromium();
    if (executablePath === undefined) return console.error(noChromiumNote);
    for (const path of await drawPagePictures(executablePath)) console.log(`picture: ${path}`);
    const lab = (await findJupyterLab()) === undefined ? undefined : await prepareLab();
    if (lab === undefined) return console.error("page: no JupyterLab here to draw; npm run lab installs it.");
    console.log(`picture: ${await drawNotebookPicture(lab, executablePath)}`);
  },
};
