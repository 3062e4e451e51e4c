/** npm run train: one recipe, one seed, one folder. */
import { runCommand } from "../lib/run/cli-arguments.js";
import { trainCommand } from "../lib/run/train-command.js";

await runCommand(trainCommand);
