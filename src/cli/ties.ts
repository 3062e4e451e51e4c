/** npm run ties: how often ties decide the order of a checkpoint. */
import { runCommand } from "../lib/commands/cli-arguments.js";
import { tiesCommand } from "../lib/commands/ties-command.js";

await runCommand(tiesCommand);
