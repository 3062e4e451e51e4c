/**
 * Answers repaired at test time by a reward, and the same reward spent on choosing among fresh samples: the
 * data behind N10. The reward "tests" is an ORACLE: the share of the very base tests that the answer is
 * graded by. "syntax" asks Python's parser alone. Programs run in the sandbox only.
 */
import type { Problem, TaskName, Trajectory } from "../../core/records.js";
import { Rng } from "../../core/rng.js";
import { decodeConfig } from "../../decode/config.js";
import { decode } from "../../decode/decode.js";
import { latentAdaptation, type CompletionReward, type Repair } from "./lamp.js";
import type { RepairRow } from "./columns.js";
import type { Denoiser } from "../../model/denoiser.js";
import { formatRewards, rewardAll } from "../../rl/rewards.js";
import { scriptsOf } from "../../tasks/task.js";
import { lengthToEnd } from "../../tokenizer/decoded-text.js";
import { gradeAll } from "../../study/grading.js";
import { sharedSandbox } from "../../study/shared-sandbox.js";
import { denoiserWorker, tinyStudy, type Experiment, type StudySettings } from "../../study/experiment.js";
import { problemsOf, testbedTokenizer } from "../../checkpoints/testbed.js";
import { completionLength } from "../../recipes/stages/training-data.js";

export interface RepairStudy extends StudySettings {
  readonly task: TaskName;
  readonly problems: number;
  /** "tests" is an oracle */
  readonly reward: "tests" | "syntax";
  /** K */
  readonly iterations: number;
  readonly temperature: number;
}

/** A killed run starts again. */
export const repairs: Experiment<RepairStudy, "repairs"> = {
  defaults: { study: "n10", checkpoint: "instruct", seed: 1, task: "minipy", temperature: 0.2 },
  label: ({ task, reward, iterations }) => `${task}-${reward}-K${iterations}`,
  logs: settings => [{ kind: "repairs", rowsPerUnit: settings.problems * methodsOf(settings).length }],
  units: () => 1,
  unit: "sets of problems",
  batch: () => 1,
  worker: denoiserWorker(
    async (denoiser, { settings, run }) => {
      const rows = await repairRows(denoiser, settings);
      return { repairs: rows.map(row => ({ run, seed: settings.seed, ...row })) };
    },
    ({ problems }) => problems <= tinyStudy,
  ),
};

/**
 * Best of as many samples as LAMP decodes without its last decoding,
 * and of one more: the first makes fewer calls, or about as many.
 */
const samplesOf = ({ iterations }: RepairStudy) => [iterations + 1, iterations + 2];

export function methodsOf(study: RepairStudy): string[] {
  return ["plain", "LAMP", "LAMP, best candidate", ...samplesOf(study).map(n => `best of ${n}`)];
}

/** A completion that a method returns for a problem, and what it took. */
interface Outcome {
  readonly problem: Problem;
  readonly method: string;
  readonly completionIds: Int32Array;
  readonly calls: number;
  readonly edits: number;
  readonly accepted: number;
}

async function repairRows(
  denoiser: Denoiser,
  study: RepairStudy,
): Promise<Omit<RepairRow, "run" | "seed">[]> {
  const problems = problemsOf(study.task, "test", study.problems, study.seed);
  const textsOf = (completions: readonly Int32Array[]) =>
    completions.map(ids => testbedTokenizer().decode(ids.slice(0, lengthToEnd(ids, [denoiser.eosTokenId]))));
  const reward = (completions: readonly Int32Array[], of: readonly Problem[] = problems) =>
    rewardsOf(study.reward, of, textsOf(completions));
  const outcomes = await outcomesOf(denoiser, study, problems, reward);
  const returned = outcomes.map(({ completionIds }) => completionIds);
  const texts = textsOf(returned);
  const grades = await gradeAll(
    outcomes.map(({ problem }, i) => ({ problem, text: texts[i] })),
    sharedSandbox,
  );
  const scores = await reward(
    returned,
    outcomes.map(({ problem }) => problem),
  );
  return outcomes.map(({ problem, method, calls, edits, accepted }, i) => ({
    ...{ problem: problem.id, reward: study.reward, iterations: study.iterations, method, calls },
    ...{ score: scores[i], passedBase: grades[i].passedBase, passedPlus: grades[i].passedPlus },
    ...{ edits, accepted },
  }));
}

/**
 * What every method returns for every problem; plain decoding, LAMP and the first sample share one decoding.
 */
async function outcomesOf(
  denoiser: Denoiser,
  study: RepairStudy,
  problems: readonly Problem[],
  reward: CompletionReward,
): Promise<Outcome[]> {
  const { temperature, iterations } = study;
  const config = decodeConfig(completionLength, { remasking: "probability-untempered", temperature });
  const prompts = problems.map(({ prompt }) => testbedTokenizer().encode(prompt));
  const seeds = Rng.fromSeed(study.seed).split("decode");
  const rngs = problems.map(({ id }) => seeds.split(id).split(0));
  const repaired = await latentAdaptation(denoiser, prompts, config, rngs, reward, { iterations });
  const samples = [repaired.map(({ first }) => first)];
  for (let i = 1; i < Math.max(...samplesOf(study)); i++) {
    const streams = rngs.map(rng => rng.split(`sample ${i}`));
    samples.push(await decode(denoiser, prompts, config, streams));
  }
  const rewards: (readonly number[])[] = [];
  for (const ts of samples) rewards.push(await reward(ts.map(t => t.completionIds)));
  return problems.flatMap((problem, b) => {
    const tried = samples.map((ts, i) => ({ ...ts[b], reward: rewards[i][b] }));
    return methodOutcomes(study, problem, repaired[b], tried);
  });
}

type Tried = Pick<Trajectory, "completionIds" | "calls"> & { readonly reward: number };

/** Of equal rewards the first counts. @param samples the plain answer, then fresh ones */
function methodOutcomes(
  study: RepairStudy,
  problem: Problem,
  repair: Repair,
  samples: readonly Tried[],
): Outcome[] {
  const [plain] = samples;
  const { edits, accepted, completionIds, calls, callsBeforeLast } = repair;
  const none = { problem, edits: 0, accepted: 0 };
  const best = <T extends { readonly reward: number }>(tried: readonly T[]) =>
    tried.reduce((a, b) => (b.reward > a.reward ? b : a));
  const candidate = best<{ readonly completionIds: Int32Array; readonly reward: number }>([
    plain,
    ...repair.candidates,
  ]);
  return [
    { ...none, method: "plain", completionIds: plain.completionIds, calls: plain.calls },
    { problem, method: "LAMP", completionIds, calls, edits, accepted },
    {
      ...{ problem, method: "LAMP, best candidate", completionIds: candidate.completionIds },
      ...{ calls: callsBeforeLast, edits, accepted },
    },
    ...samplesOf(study).map(n => {
      const tried = samples.slice(0, n);
      const cost = tried.reduce((sum, sample) => sum + sample.calls, 0);
      return { ...none, method: `best of ${n}`, completionIds: best(tried).completionIds, calls: cost };
    }),
  ];
}

/** In [0, 1]. */
async function rewardsOf(
  kind: RepairStudy["reward"],
  problems: readonly Problem[],
  texts: readonly string[],
): Promise<readonly number[]> {
  const sandbox = await sharedSandbox();
  if (kind === "syntax") return formatRewards(texts, sandbox);
  const completions = texts.map((completion, i) => ({ completion, tests: scriptsOf(problems[i]).base }));
  return (await rewardAll(completions, sandbox)).map(({ code }) => code);
}
