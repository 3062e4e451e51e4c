/** `npm run fuzz -- --minutes N`: damaged files for every reader. */
import { fuzzCommand } from "../lib/run/commands/fuzz-command.js";
import { runCommand } from "../lib/run/commands/cli-arguments.js";

await runCommand(fuzzCommand);
