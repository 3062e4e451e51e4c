/** npm run reproduce: every notebook, every figure, the verdict table. */
import { runCommand } from "../lib/run/cli-arguments.js";
import { profileNames } from "../lib/run/profile.js";
import { reproduce } from "../lib/run/reproduce.js";

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
} as const;

await runCommand({
  name: "reproduce",
  summary:
    "Runs the notebooks through the kernel and writes figures/, figures/index.html and the verdict table.",
  options,
  main: ({ profile, only, "cell-seconds": cellSeconds }) => reproduce({ profile, only, cellSeconds }),
});
