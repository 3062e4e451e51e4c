/** npm run study: the runs of an RL study. */
import { runCommand } from "../lib/commands/cli-arguments.js";
import { studyCommand } from "../lib/commands/study-command.js";

await runCommand(studyCommand);
