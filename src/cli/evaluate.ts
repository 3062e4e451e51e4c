/** npm run evaluate: pass@k of a checkpoint on a testbed task. */
import { runCommand } from "../lib/commands/cli-arguments.js";
import { evaluateCommand } from "../lib/commands/evaluate-command.js";

await runCommand(evaluateCommand);
