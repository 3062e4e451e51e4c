/** `npm run sandbox -- --programs FILE.jsonl --json OUT`: runs untrusted Python programs, one outcome each. */
import { runCommand } from "../lib/run/commands/cli-arguments.js";
import { sandboxCommand } from "../lib/run/commands/sandbox-command.js";

await runCommand(sandboxCommand);
