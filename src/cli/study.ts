/** npm run study: the runs of an RL study. */
import { runCommand } from "../lib/run/commands/cli-arguments.js";
import { studyCommand } from "../lib/run/commands/study-command.js";

await runCommand(studyCommand);
