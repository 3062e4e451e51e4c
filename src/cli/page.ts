/** npm run page: the page of what is published, from figures/ as it lies there. */
import { runCommand } from "../lib/commands/cli-arguments.js";
import { pageCommand } from "../lib/commands/page-command.js";

await runCommand(pageCommand);
