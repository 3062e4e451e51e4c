/** npm run random-checkpoint: a folder with random weights in the layout of the public checkpoints. */
import { runCommand } from "../lib/run/commands/cli-arguments.js";
import { randomCheckpointCommand } from "../lib/run/commands/random-checkpoint-command.js";

await runCommand(randomCheckpointCommand);
