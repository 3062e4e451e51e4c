/** The command line of the fuzzer. */
import { causeOf } from "../core/errors.js";
import { fuzz, keepFinding } from "../fuzz/fuzz.js";
import { targetNames } from "../fuzz/targets.js";
import { progressBar } from "../host/progress.js";
import { runsFolder, runSource } from "../host/runs-folder.js";
import type { Command } from "./cli-arguments.js";

const options = {
  minutes: { type: "number", default: 1, min: 0.01, max: 100_000, description: "how long" },
  target: { type: "choice", values: targetNames, description: "one reader only; by default all in turn" },
  seed: { type: "integer", default: 1, min: 0, description: "of the inputs" },
} as const;

export const fuzzCommand: Command<typeof options> = {
  name: "fuzz",
  summary:
    "Gives damaged files to every reader: each must be read or refused in one sentence, within 2 s and 1 GB.",
  options,
  needsBackend: false,
  main: async ({ minutes, target, seed }) => {
    const folder = runsFolder("fuzz");
    const [started, progress] = [performance.now(), progressBar(`fuzz seed ${seed}`)];
    const share = () => Math.min(0.999, (performance.now() - started) / (60_000 * minutes));
    const { inputs, accepted, refused, findings } = await fuzz({
      ...{ targets: target === undefined ? targetNames : [target], seed, seconds: 60 * minutes },
      onInput: (done, name) => progress(share(), `${done} inputs, ${name}`),
      onFinding: finding => {
        const path = keepFinding(folder, finding);
        console.log(`${finding.target}: ${causeOf(finding.detail)} (${runSource(path)})`);
      },
    });
    console.log(
      `${inputs} inputs: ${accepted} read, ${refused} refused in one sentence, ${findings.length} ` +
        `findings (seed ${seed})`,
    );
    return findings.length === 0 ? 0 : 1;
  },
};
