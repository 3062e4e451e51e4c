/** npm run reproduce: every notebook, every figure, the verdict table. */
import { runCommand } from "../lib/run/cli-arguments.js";
import { reproduceCommand } from "../lib/run/reproduce-command.js";

await runCommand(reproduceCommand);
