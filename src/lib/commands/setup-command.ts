/** The command line of the set-up. */
import { flag } from "../core/schema.js";
import { ensureSetup } from "../setup/setup.js";
import type { Command } from "./cli-arguments.js";
import { option } from "./option.js";

const options = { "if-needed": option(flag, "do nothing if the last set-up still holds") };

export const setupCommand: Command<typeof options> = {
  name: "setup",
  summary: "Installs the best backend this machine can have, into the project's folder.",
  example: "--if-needed",
  options,
  main: async values => {
    await ensureSetup({ force: !values["if-needed"] });
  },
};
