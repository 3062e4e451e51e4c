/** npm run bench:compile: what compile(fn) costs and saves, whatever the function is for. */
import { runCommand } from "../lib/run/cli-arguments.js";
import { compileBenchCommand } from "../lib/run/compile-bench-command.js";

await runCommand(compileBenchCommand);
