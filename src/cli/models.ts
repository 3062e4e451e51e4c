/** npm run models: every model of the studies. */
import { runCommand } from "../lib/commands/cli-arguments.js";
import { modelsCommand } from "../lib/commands/models-command.js";

await runCommand(modelsCommand);
