/** npm run setup. */
import { runCommand } from "../lib/commands/cli-arguments.js";
import { setupCommand } from "../lib/commands/setup-command.js";

await runCommand(setupCommand);
