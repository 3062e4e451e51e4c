/** The command line of `npm run reproduce`. */
import type { Command } from "./cli-arguments.js";
import { profileNames } from "../study/profile.js";
import { reproduce } from "../notebooks/reproduce.js";

const options = {
  profile: {
    type: "choice",
    values: profileNames,
    default: "standard",
    description: "how much of each study is run",
  },
  only: { type: "string", description: "run only notebooks whose name contains this" },
  "cell-seconds": {
    type: "integer",
    default: 3600,
    min: 1,
    max: 86400,
    description: "longest time of one cell",
  },
  runs: {
    type: "string",
    description: "folder of the logs in place of data/runs; an empty one has every run made anew",
  },
  retrain: { type: "flag", description: "first train the models of the profile's seeds anew" },
  "save-outputs": {
    type: "flag",
    description: "put pictures and printed results into the notebooks themselves",
  },
  publish: {
    type: "flag",
    description: "put figures and claims in place of the published ones in figures/ (full profile only)",
  },
} as const;

export const reproduceCommand: Command<typeof options> = {
  name: "reproduce",
  summary:
    "Runs the notebooks through the kernel, prints the verdicts, and sets them beside the published ones " +
    "on the page mine/PROFILE/index.html.",
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
