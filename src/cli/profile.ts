/** npm run profile: where the time of another command goes. */
import { runCommand } from "../lib/commands/cli-arguments.js";
import { profileCommand } from "../lib/commands/profile-command.js";

await runCommand(profileCommand);
