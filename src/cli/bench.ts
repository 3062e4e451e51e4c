/** npm run bench: what the hot paths take, beside PyTorch. */
import { runCommand } from "../lib/run/commands/cli-arguments.js";
import { benchCommand } from "../lib/run/commands/bench-command.js";

await runCommand(benchCommand);
