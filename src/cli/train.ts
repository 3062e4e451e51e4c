/** npm run train: one recipe, one seed, one folder. */
import { runCommand } from "../lib/commands/cli-arguments.js";
import { trainCommand } from "../lib/commands/train-command.js";

await runCommand(trainCommand);
