/** npm run check:reference: this library against the authors' numbers. */
import { checkReferenceCommand } from "../lib/run/check-reference-command.js";
import { runCommand } from "../lib/run/cli-arguments.js";

await runCommand(checkReferenceCommand);
