/** npm run models: every model of the studies. */
import { runCommand } from "../lib/run/commands/cli-arguments.js";
import { modelsCommand } from "../lib/run/commands/models-command.js";

await runCommand(modelsCommand);
