// Starts the notebook kernel for Jupyter from this project's own packages, in the project's folder, so that
// cells import the built library as "unmask" wherever Jupyter itself was started.
const { existsSync } = require("node:fs");
const { join } = require("node:path");

const root = join(__dirname, "../../..");
const needed = ["node_modules/tslab", "node_modules/unmask", "dist/lib/index.js"];
const missing = needed.filter(path => !existsSync(join(root, path)));
if (missing.length > 0) {
  console.error(
    `kernel: ${missing.join(" and ")} missing in ${root}; run npm install and npm run lab there once.`,
  );
  process.exit(1);
}
process.chdir(root);
const configPath = process.argv[process.argv.indexOf("--config-path") + 1];
require(join(root, "dist/lib/notebooks/jupyter-kernel.js")).startJupyterKernel(configPath);
