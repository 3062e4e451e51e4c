/** The command line of the studies that train: of reinforcement learning, and of the stages before it. */
import { resolve } from "node:path";
import { UserError, unknownName } from "../core/errors.js";
import { flag, text, whole } from "../core/schema.js";
import { fileFailure } from "../files/file-error.js";
import { useBackend } from "../runtime/backend.js";
import type { Command } from "./cli-arguments.js";
import { option } from "./option.js";
import { readOverrides, type Overrides } from "../recipes/presets.js";
import { progressBar } from "../host/progress.js";
import { rlStudies, slurmScript, studyRuns, type RlStudyRun } from "../recipes/rl/rl-studies.js";
import { isFinished } from "../recipes/stages/run-folder.js";
import { runSource, runsVariable } from "../host/runs-folder.js";
import { trainRun } from "../recipes/train-run.js";
import { trainingRuns, trainingStudies, type TrainingStudyRun } from "../study/training-studies.js";

type StudyRun = RlStudyRun | TrainingStudyRun;

const studies: readonly { readonly name: string; readonly about: string }[] = [
  ...rlStudies,
  ...trainingStudies,
];

const options = {
  list: option(flag, "print the runs with their numbers, and run nothing"),
  run: option(whole(1), "number of the one run to do; by default all of them in turn"),
  slurm: option(flag, "print a Slurm array script that does them"),
  config: option(text, "JSON file with recipe keys to override, to try a study in small"),
  runs: option(text, "folder of the runs in place of data/runs; a changed study needs its own"),
};

export const studyCommand: Command<typeof options> = {
  name: "study",
  summary: `Do the runs of a study: ${studies.map(s => `${s.name} (${s.about})`).join("; ")}.`,
  example: "f7-estimators --list",
  options,
  operand: "NAME",
  interrupted: "finished runs are kept, and the same command goes on from the last checkpoint of this one",
  main: async ({ list, run, slurm, config, runs: folder }, operands) => {
    const name = onlyName(operands);
    if (folder !== undefined) process.env[runsVariable] = resolve(folder);
    else if (config !== undefined)
      throw new UserError(
        "study: --config makes other runs than those in data/runs; give them a folder of their own with " +
          "--runs.",
      );
    const runs = runsOf(name, readOverrides("study", config));
    if (slurm) return console.log(slurmScript(name, forwardOptions({ config, runs: folder }), runs.length));
    if (list) return runs.forEach((r, i) => console.log(`${i + 1}  ${inWords(r)}`));
    if (run !== undefined && run > runs.length)
      throw new UserError(`study: ${name} has ${runs.length} runs, not ${run}; --list prints them.`);
    console.error((await useBackend()).describe());
    let failed = 0;
    for (const [i, chosen] of runs.entries()) {
      if (run !== undefined && run !== i + 1) continue;
      if (!(await done(chosen, `${i + 1}/${runs.length}`))) failed++;
    }
    return failed === 0 ? 0 : 1;
  },
};

/** Options for the tasks of an array, as a shell reads them. */
function forwardOptions(given: Readonly<Record<string, string | undefined>>): string[] {
  return Object.entries(given).flatMap(([name, value]) =>
    value === undefined ? [] : [`--${name} '${resolve(value).replaceAll("'", "'\\''")}'`],
  );
}

function runsOf(name: string, overrides: Overrides): readonly StudyRun[] {
  const training = trainingStudies.find(study => study.name === name);
  if (training !== undefined) return trainingRuns(training, overrides);
  if (rlStudies.some(study => study.name === name)) return studyRuns(name, overrides);
  throw unknownName("study", "study", name, studies.map(study => study.name)); // prettier-ignore
}

/** Does a run or says why it cannot be done: one that diverges does not keep the others from running. */
async function done(chosen: StudyRun, place: string): Promise<boolean> {
  const { recipe, seed, folder: out } = chosen;
  const progress = progressBar(`${place} ${recipe.name} seed ${seed}`);
  try {
    const end = await trainRun({ recipe, seed, out, resume: true, progress });
    console.log(`${end}: ${inWords(chosen)}`);
    return true;
  } catch (error) {
    // What the file system refuses, it would refuse the next run too.
    if (!(error instanceof UserError) || fileFailure(error) !== undefined) throw error;
    console.error(error.message);
    return false;
  }
}

function onlyName(operands: readonly string[]): string {
  if (operands.length === 1) return operands[0];
  throw new UserError(
    `study: ${operands.length === 0 ? "no study is named" : "more than one study is named"}; write ` +
      `npm run study -- NAME, one of ${studies.map(s => s.name).join(", ")}.`,
  );
}

function inWords({ recipe, seed, folder }: StudyRun): string {
  const state = isFinished(folder) ? "  finished" : "";
  return `${recipe.name} seed ${seed}: ${recipe.steps} steps  ${runSource(folder)}${state}`;
}
