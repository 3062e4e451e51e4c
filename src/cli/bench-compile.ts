/** npm run bench:compile: what compile(fn) costs and saves, whatever the function is for. */
import { runCommand } from "../lib/commands/cli-arguments.js";
import { compileBenchCommand } from "../lib/commands/compile-bench-command.js";

await runCommand(compileBenchCommand);
