/** npm run playground: figures/playground.html. */
import { runCommand } from "../lib/commands/cli-arguments.js";
import { playgroundCommand } from "../lib/commands/playground-command.js";

await runCommand(playgroundCommand);
