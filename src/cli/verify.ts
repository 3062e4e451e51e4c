/** npm run verify: every claim again, from the logs that are shipped. */
import { runCommand } from "../lib/commands/cli-arguments.js";
import { verifyCommand } from "../lib/commands/verify-command.js";

await runCommand(verifyCommand);
