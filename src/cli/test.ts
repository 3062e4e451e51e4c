/** npm run test. */
import { runCommand } from "../lib/commands/cli-arguments.js";
import { testCommand } from "../lib/commands/test-command.js";

await runCommand(testCommand);
