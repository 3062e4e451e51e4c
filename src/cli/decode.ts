/** npm run decode: one prompt, coloured by the order of unmasking. */
import { runCommand } from "../lib/commands/cli-arguments.js";
import { decodeCommand } from "../lib/commands/decode-command.js";

await runCommand(decodeCommand);
