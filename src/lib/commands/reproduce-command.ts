/** The command line of `npm run reproduce`. */
import { choice, flag, text, whole } from "../core/schema.js";
import type { Command } from "./cli-arguments.js";
import { option } from "./option.js";
import { profileNames } from "../study/profile.js";
import { reproduce } from "../notebooks/reproduce.js";

const options = {
  profile: option(choice(profileNames), "how much of each study is run", { default: "standard" }),
  only: option(text, "run only notebooks whose name contains this"),
  "cell-seconds": option(whole(1, 86400), "longest time of one cell", { default: 3600 }),
  runs: option(text, "folder of the logs in place of data/runs; an empty one has every run made anew"),
  retrain: option(flag, "first train the models of the profile's seeds anew"),
  "save-outputs": option(flag, "put pictures and printed results into the notebooks themselves"),
  publish: option(
    flag,
    "put figures and claims in place of the published ones in figures/ (full profile only)",
  ),
};

export const reproduceCommand: Command<typeof options> = {
  name: "reproduce",
  summary:
    "Runs the notebooks through the kernel, prints the verdicts, and sets them beside the published ones " +
    "on the page mine/PROFILE/index.html.",
  example: "--profile smoke --only f3",
  options,
  interrupted: "what is logged is kept, and the same command goes on from there",
  main: v =>
    reproduce({
      profile: v.profile,
      only: v.only,
      retrain: v.retrain,
      cellSeconds: v["cell-seconds"],
      saveOutputs: v["save-outputs"],
      runs: v.runs,
      publish: v.publish,
    }),
};
