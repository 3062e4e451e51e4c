/** npm run evaluate: pass@k of a checkpoint on a testbed task. */
import { runCommand } from "../lib/run/cli-arguments.js";
import { evaluateCommand } from "../lib/run/evaluate-command.js";

await runCommand(evaluateCommand);
