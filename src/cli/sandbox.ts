/** `npm run sandbox -- --programs FILE.jsonl --json OUT`: runs untrusted Python programs, one outcome each. */
import { runCommand } from "../lib/run/cli-arguments.js";
import { sandboxCommand } from "../lib/run/sandbox-command.js";

await runCommand(sandboxCommand);
