/** npm run reproduce: every notebook, every figure, the verdict table. */
import { runCommand } from "../lib/commands/cli-arguments.js";
import { reproduceCommand } from "../lib/commands/reproduce-command.js";

await runCommand(reproduceCommand);
