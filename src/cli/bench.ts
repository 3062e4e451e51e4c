/** npm run bench: what the hot paths take, beside PyTorch. */
import { runCommand } from "../lib/run/cli-arguments.js";
import { benchCommand } from "../lib/run/bench-command.js";

await runCommand(benchCommand);
