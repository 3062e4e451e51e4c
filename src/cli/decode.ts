/** npm run decode: one prompt, coloured by the order of unmasking. */
import { runCommand } from "../lib/run/cli-arguments.js";
import { decodeCommand } from "../lib/run/decode-command.js";

await runCommand(decodeCommand);
