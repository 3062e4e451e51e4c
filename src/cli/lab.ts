import { runCommand } from "../lib/commands/cli-arguments.js";
import { prepareLab, startLab } from "../lib/setup/lab.js";

await runCommand({
  name: "lab",
  summary: "JupyterLab on notebooks/ with the TypeScript kernel ready and figures interactive.",
  options: {
    check: { type: "flag", description: "make everything ready and report, but start nothing" },
    port: {
      type: "integer",
      min: 1,
      max: 65535,
      description: "port of the server (Jupyter chooses otherwise)",
    },
    "no-browser": { type: "flag", description: "print the address instead of opening a browser" },
  } as const,
  main: async values => {
    const lab = await prepareLab();
    const figures = lab.interactiveFigures ? "interactive" : "pictures only";
    console.log(`JupyterLab ${lab.version}; kernel tslab from ${lab.kernelFolder}; figures: ${figures}.`);
    if (!values.check) return startLab(lab, { port: values.port, noBrowser: values["no-browser"] });
  },
});
