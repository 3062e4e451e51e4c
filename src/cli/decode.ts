/** npm run decode: one prompt, coloured by the order of unmasking. */
import { runCommand } from "../lib/run/commands/cli-arguments.js";
import { decodeCommand } from "../lib/run/commands/decode-command.js";

await runCommand(decodeCommand);
