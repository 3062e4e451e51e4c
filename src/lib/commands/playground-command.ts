/** The command line that makes the playground's file. */
import { statSync, writeFileSync } from "node:fs";
import { text } from "../core/schema.js";
import { fromRoot } from "../host/package-root.js";
import { playgroundPicture } from "../offline/playground-picture.js";
import { shippedPlayground, shippedScene } from "../offline/shipped-playground.js";
import { noChromiumNote } from "../setup/chromium.js";
import type { Command } from "./cli-arguments.js";
import { option } from "./option.js";
import { checkWritable } from "./output-file.js";

const options = { out: option(text, "file to write; by default figures/playground.html") };

export const playgroundCommand: Command<typeof options> = {
  name: "playground",
  summary: "Makes figures/playground.html, models and all in one file that needs no server, and its picture.",
  example: "--out /tmp/playground.html",
  options,
  needsBackend: false,
  async main({ out = fromRoot("figures", "playground.html") }) {
    checkWritable("playground", "out", out);
    writeFileSync(out, await shippedPlayground());
    console.log(`${out}: ${(statSync(out).size / 1e6).toFixed(1)} MB`);
    const picture = await playgroundPicture(out, shippedScene);
    if (picture === null) return console.error(noChromiumNote);
    writeFileSync(out.replace(/(\.html)?$/, ".png"), picture);
  },
};
