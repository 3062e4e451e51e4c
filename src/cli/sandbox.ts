/**
 * `npm run sandbox -- --programs FILE.jsonl --json OUT`: runs untrusted Python programs, one outcome each.
 */
import { runCommand } from "../lib/commands/cli-arguments.js";
import { sandboxCommand } from "../lib/commands/sandbox-command.js";

await runCommand(sandboxCommand);
