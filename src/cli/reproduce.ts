/** npm run reproduce: every notebook, every figure, the verdict table. */
import { runCommand } from "../lib/run/commands/cli-arguments.js";
import { reproduceCommand } from "../lib/run/commands/reproduce-command.js";

await runCommand(reproduceCommand);
