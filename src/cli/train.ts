/** npm run train: one recipe, one seed, one folder. */
import { runCommand } from "../lib/run/commands/cli-arguments.js";
import { trainCommand } from "../lib/run/commands/train-command.js";

await runCommand(trainCommand);
