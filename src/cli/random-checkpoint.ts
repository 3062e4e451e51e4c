/** npm run random-checkpoint: a folder with random weights in the layout of the public checkpoints. */
import { runCommand } from "../lib/commands/cli-arguments.js";
import { randomCheckpointCommand } from "../lib/commands/random-checkpoint-command.js";

await runCommand(randomCheckpointCommand);
