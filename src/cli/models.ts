/** npm run models: every model of the studies. */
import { runCommand } from "../lib/run/cli-arguments.js";
import { modelsCommand } from "../lib/run/models-command.js";

await runCommand(modelsCommand);
