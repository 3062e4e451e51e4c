/** npm run gates: whether a checkpoint of the testbed is worth a study. */
import { runCommand } from "../lib/commands/cli-arguments.js";
import { gatesCommand } from "../lib/commands/gates-command.js";

await runCommand(gatesCommand);
