/** The command line of evaluation: pass@k of a checkpoint on a testbed task, base and plus tests. */
import { existsSync } from "node:fs";
import { groupRows } from "../analysis/by-group.js";
import { meanPassAtK } from "../analysis/pass-at-k.js";
import { UserError } from "../core/errors.js";
import { decodeConfig } from "../decode/config.js";
import type { SampleRow } from "../log/schemas.js";
import { useBackend } from "./backend.js";
import type { Command } from "./cli-arguments.js";
import { decodeOptions, decodeOverrides } from "./decode-options.js";
import { runOrLoad, studyDefaults } from "./decode-study.js";
import { closeSharedSandbox } from "./shared-sandbox.js";
import { completionLength } from "./training-data.js";

const options = {
  ...decodeOptions,
  task: { type: "choice", values: ["minipy", "minimath"], default: "minipy", description: "what to solve" },
  problems: { type: "integer", default: 200, min: 1, max: 2000, description: "how many held-out problems" },
  samples: { type: "integer", default: 1, min: 1, max: 1000, description: "samples a problem" },
  split: { type: "choice", values: ["test", "dev"], default: "test", description: "which held-out problems" },
  autoregressive: { type: "flag", description: "decode left to right with the causal model (the AR parent)" },
} as const;

export const evaluateCommand: Command<typeof options> = {
  name: "evaluate",
  summary:
    "Decode held-out problems, run the programs, print pass@k; a killed evaluation goes on where it was.",
  options,
  main: async v => {
    const isPath = v.checkpoint.includes("/");
    if (isPath && !existsSync(v.checkpoint))
      throw new UserError(`evaluate: ${v.checkpoint} does not exist; name a checkpoint folder.`);
    console.error((await useBackend()).describe());
    const { checkpoint, seed, task, problems, split, autoregressive } = v;
    const log = await runOrLoad({
      ...studyDefaults,
      study: "evaluate",
      checkpoint,
      seed,
      task,
      problems,
      split,
      autoregressive,
      samplesPerProblem: v.samples,
      decode: decodeConfig(completionLength, decodeOverrides(v)),
    });
    await closeSharedSandbox();
    for (const line of report(log.samples)) console.log(line);
    console.log(`log: ${log.folder}`);
  },
};

type Criterion = "correct" | "formatOk" | "passedBase" | "passedPlus";

/** pass@k for the k that the samples allow, by criterion, with the steps that ties decided. */
function report(samples: readonly SampleRow[]): string[] {
  const criteria: Criterion[] =
    samples[0].task === "minimath" ? ["correct"] : ["formatOk", "passedBase", "passedPlus"];
  const byProblem = groupRows(samples, ({ problem }) => ({ problem }));
  const n = samples.length / byProblem.length;
  const lines = criteria.flatMap(criterion =>
    [1, 2, 4, 8, 10, 16]
      .filter(k => k <= n)
      .map(k => {
        const counts = byProblem.map(({ rows }) => ({
          n,
          c: rows.filter(r => r[criterion] === true).length,
        }));
        const mean = meanPassAtK(counts, k);
        return `${criterion.padEnd(10)} pass@${k}  ${(100 * mean).toFixed(1)}%  (${byProblem.length} problems, ${n} samples each)`;
      }),
  );
  const total = (key: "tieSteps" | "choiceSteps") => samples.reduce((sum, s) => sum + s[key], 0);
  const mean = (values: number[]) => values.reduce((a, b) => a + b, 0) / values.length;
  return [
    ...lines,
    `steps decided by a tie: ${total("tieSteps")} of ${total("choiceSteps")} (rule: ${samples[0].tieRule})`,
    `AR-ness@1, whole window: local ${mean(samples.map(s => s.localArness[0])).toFixed(3)}, global ${mean(samples.map(s => s.globalArness[0])).toFixed(3)}`,
    `AR-ness@1, to the end token: local ${mean(samples.map(s => s.localArnessEos[0])).toFixed(3)}, global ${mean(samples.map(s => s.globalArnessEos[0])).toFixed(3)}`,
  ];
}
