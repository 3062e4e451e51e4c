import { runCommand } from "../lib/commands/cli-arguments.js";
import { ensureSetup } from "../lib/setup/setup.js";

await runCommand({
  name: "setup",
  summary: "Installs the best backend this machine can have, into the project's folder.",
  options: {
    "if-needed": { type: "flag", description: "do nothing if the last set-up still holds" },
  } as const,
  main: async values => {
    await ensureSetup({ force: !values["if-needed"] });
  },
});
