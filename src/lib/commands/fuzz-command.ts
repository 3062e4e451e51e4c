/** The command line of the fuzzer. */
import { causeOf } from "../core/errors.js";
import { choice, number, whole } from "../core/schema.js";
import { fuzz, keepFinding } from "../fuzz/fuzz.js";
import { targetNames } from "../fuzz/targets.js";
import { progressBar } from "../host/progress.js";
import { runsFolder, runSource } from "../host/runs-folder.js";
import type { Command } from "./cli-arguments.js";
import { option } from "./option.js";

const options = {
  minutes: option(number("[0.01, 100000]"), "how long", { default: 1 }),
  target: option(choice(targetNames), "one reader only; by default all in turn"),
  seed: option(whole(0), "of the inputs", { default: 1 }),
};

export const fuzzCommand: Command<typeof options> = {
  name: "fuzz",
  summary:
    "Gives damaged files to every reader: each must be read or refused in one sentence, within 2 s and 1 GB.",
  example: "--minutes 5 --target safetensors",
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
