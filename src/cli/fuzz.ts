/** `npm run fuzz -- --minutes N`: damaged files for every reader. */
import { fuzzCommand } from "../lib/commands/fuzz-command.js";
import { runCommand } from "../lib/commands/cli-arguments.js";

await runCommand(fuzzCommand);
