/** npm run check:reference: this library against the authors' numbers. */
import { checkReferenceCommand } from "../lib/commands/check-reference-command.js";
import { runCommand } from "../lib/commands/cli-arguments.js";

await runCommand(checkReferenceCommand);
