/** npm run study: the runs of an RL study. */
import { runCommand } from "../lib/run/cli-arguments.js";
import { studyCommand } from "../lib/run/study-command.js";

await runCommand(studyCommand);
