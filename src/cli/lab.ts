/** npm run lab. */
import { runCommand } from "../lib/commands/cli-arguments.js";
import { labCommand } from "../lib/commands/lab-command.js";

await runCommand(labCommand);
