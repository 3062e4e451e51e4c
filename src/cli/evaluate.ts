/** npm run evaluate: pass@k of a checkpoint on a testbed task. */
import { runCommand } from "../lib/run/commands/cli-arguments.js";
import { evaluateCommand } from "../lib/run/commands/evaluate-command.js";

await runCommand(evaluateCommand);
