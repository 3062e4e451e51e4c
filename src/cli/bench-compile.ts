/** npm run bench:compile: what compile(fn) costs and saves, whatever the function is for. */
import { runCommand } from "../lib/run/commands/cli-arguments.js";
import { compileBenchCommand } from "../lib/run/commands/compile-bench-command.js";

await runCommand(compileBenchCommand);
