/** The command line of JupyterLab. */
import { flag, whole } from "../core/schema.js";
import { prepareLab, startLab } from "../setup/lab.js";
import type { Command } from "./cli-arguments.js";
import { option } from "./option.js";

const options = {
  check: option(flag, "make everything ready and report, but start nothing"),
  port: option(whole(1, 65535), "port of the server (Jupyter chooses otherwise)"),
  "no-browser": option(flag, "print the address instead of opening a browser"),
};

export const labCommand: Command<typeof options> = {
  name: "lab",
  summary: "JupyterLab on notebooks/ with the TypeScript kernel ready and figures interactive.",
  example: "--port 8890 --no-browser",
  options,
  main: async values => {
    const lab = await prepareLab();
    const figures = lab.interactiveFigures ? "interactive" : "pictures only";
    console.log(`JupyterLab ${lab.version}; kernel tslab from ${lab.kernelFolder}; figures: ${figures}.`);
    if (!values.check) return startLab(lab, { port: values.port, noBrowser: values["no-browser"] });
  },
};
