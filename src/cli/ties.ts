/** npm run ties: how often ties decide the order of a checkpoint. */
import { runCommand } from "../lib/run/commands/cli-arguments.js";
import { tiesCommand } from "../lib/run/commands/ties-command.js";

await runCommand(tiesCommand);
