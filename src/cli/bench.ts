/** npm run bench: what the hot paths take, beside PyTorch. */
import { runCommand } from "../lib/commands/cli-arguments.js";
import { benchCommand } from "../lib/commands/bench-command.js";

await runCommand(benchCommand);
