/** npm run check:reference: this library against the authors' numbers. */
import { checkReferenceCommand } from "../lib/run/commands/check-reference-command.js";
import { runCommand } from "../lib/run/commands/cli-arguments.js";

await runCommand(checkReferenceCommand);
