/** Where the rows of every claim come from: the runs that are made for it, and what is read off them. */
import { confidencesOfSamples, neighbourGain, type NeighbourGain } from "../analysis/confidence-map.js";
import { estimatedProblems } from "../analysis/estimates.js";
import { orderCorrelation, samplesOfCommits } from "../analysis/order.js";
import type { Row } from "../claims/rows.js";
import { finishedRuns, heldOutResults, rlResults } from "../recipes/rl/rl-results.js";
import { runSource } from "../host/runs-folder.js";
import { beforeAfterStudies, withEstimator } from "./before-after-studies.js";
import { cacheErrorsOfAll, cacheStudies } from "./cache-study.js";
import type { DecodeStudy } from "./decode-batch.js";
import type { ReadOptions, StudyLog } from "./decode-study.js";
import { a4Studies, estimatesOfAll } from "./estimate-study.js";
import { infillsOfAll } from "./infill-study.js";
import { n8Studies } from "./learned-order-studies.js";
import { f8Studies, lossesOfAll } from "./loss-study.js";
import { markovStudy } from "./markov-study.js";
import { n13InfillStudies } from "./n13-studies.js";
import { n7Studies, withModel } from "./n7-studies.js";
import * as order from "./order-studies.js";
import { f6Studies } from "./pass-studies.js";
import * as policy from "./policy-studies.js";
import type { Profile } from "./profile.js";
import { n12Studies, programsOfAll } from "./program-study.js";
import { repairStudies, repairsOfAll } from "./repair-study.js";
import { shiftStudies, shiftsOfAll } from "./shift-study.js";
import { blockStudies, f11Studies, f4Studies, f9Studies, samplesByBlock } from "./stage-studies.js";
import { logNames, runAll, samplesOf } from "./studies.js";
import { validationOf } from "./training-studies.js";

/** Rows, and the folders that they were read from. */
export interface Evidence {
  readonly rows: readonly Row[];
  readonly sources: readonly string[];
}

/** A run's first step as a curve by position, one a problem. */
export interface FirstStep extends Row {
  readonly checkpoint: string;
  /** [C] confidence before anything is decoded */
  readonly curve: readonly number[];
}

/** @param logs of studies that trace one step */
export function firstSteps(logs: readonly StudyLog[]): FirstStep[] {
  return logs.flatMap(({ samples, confidences }) => {
    const curves = new Map<string, number[]>();
    for (const { problem, step, position, confidence } of confidences) {
      if (step > 0) continue;
      const curve = curves.get(problem) ?? [];
      curve[position] = confidence;
      curves.set(problem, curve);
    }
    const [{ checkpoint, seed }] = samples;
    return [...curves].map(([problem, curve]) => ({ checkpoint, seed, problem, curve }));
  });
}

/** @param logs of studies that trace every step */
export function neighbourGains(
  logs: readonly StudyLog[],
): (NeighbourGain & Row & { readonly checkpoint: string })[] {
  return logs.flatMap(({ samples, confidences }) => {
    const maps = confidencesOfSamples(confidences);
    return samples.map(({ seed, problem, checkpoint, completionLength }, i) => ({
      ...{ seed, problem, checkpoint },
      ...neighbourGain(maps[i], completionLength),
    }));
  });
}

/** @param logs with their commits */
export function orderCorrelations(
  logs: readonly StudyLog[],
): (Row & { readonly temperature: number; readonly correlation: number })[] {
  return logs.flatMap(({ samples, commits }) => {
    const decoded = samplesOfCommits(commits);
    return samples.map(({ seed, problem, temperature, completionLength }, i) => ({
      ...{ seed, problem, temperature },
      correlation: orderCorrelation(decoded[i].rank, completionLength),
    }));
  });
}

type Making = (profile: Profile, signal?: AbortSignal) => Promise<Evidence>;

/** Of decoding runs. */
function decoded(
  studiesOf: (profile: Profile) => readonly DecodeStudy[],
  rowsOf: (logs: readonly StudyLog[], studies: readonly DecodeStudy[]) => readonly Row[] = samplesOf,
  options: Pick<ReadOptions, "commits"> = {},
): Making {
  return async (profile, signal) => {
    const studies = studiesOf(profile);
    const logs = await runAll(studies, { ...options, signal });
    return { rows: rowsOf(logs, studies), sources: logNames(logs) };
  };
}

/** Of reinforcement learning. */
function learned(...studies: readonly string[]): Making {
  return () => {
    const results = finishedRuns(studies);
    return Promise.resolve({ rows: heldOutResults(results), sources: results.map(({ source }) => source) });
  };
}

/** Of models after reinforcement learning, beside the one before. */
function beforeAfter(which: keyof ReturnType<typeof beforeAfterStudies>): Making {
  return decoded(
    profile => beforeAfterStudies(profile, rlResults())[which],
    logs => withEstimator(samplesOf(logs)),
  );
}

const validated =
  (name: Parameters<typeof validationOf>[0]): Making =>
  () =>
    Promise.resolve(validationOf(name));

/** Claims by what they rest on. */
export const evidence: readonly { readonly claims: readonly string[]; readonly of: Making }[] = [
  { claims: ["F3-between", "F3-adapted", "F3-code-math"], of: decoded(order.f3Studies) },
  { claims: ["F3a", "F3a-base"], of: decoded(order.f3aStudies, firstSteps) },
  { claims: ["F9"], of: decoded(f9Studies, neighbourGains) },
  { claims: ["TIES", "TIES-cool", "TIES-order"], of: decoded(order.tiesStudies) },
  { claims: ["TIES-directions"], of: decoded(order.directionStudies) },
  { claims: ["F5L"], of: decoded(order.f5lStudies) },
  { claims: ["F6", "F6-cold", "F6-hot"], of: decoded(f6Studies) },
  { claims: ["F10"], of: decoded(order.f10Studies, orderCorrelations, { commits: true }) },
  { claims: ["TAIL-flood"], of: decoded(order.tailStudies) },
  { claims: ["TAIL-end"], of: decoded(order.tailFirstStepStudies, firstSteps) },
  { claims: ["F4-long", "F4-long-pass", "F4-stage2", "F4-stage3"], of: decoded(f4Studies) },
  { claims: ["F8", "F8-sum"], of: (profile, signal) => lossesOfAll(f8Studies(profile), signal) },
  { claims: ["N11-shift", "N11-anneal", "N11-larger"], of: validated("n11-annealing") },
  {
    claims: ["N13-early", "N13-overfit", "N13-cross", "N13-best"],
    of: validated("n13-ar-against-diffusion"),
  },
  { claims: ["N13-infill"], of: (profile, signal) => infillsOfAll(n13InfillStudies(profile), signal) },
  {
    claims: ["RL-gain", "F7-full-mask", "F7-d1", "F7-prompt", "F7-steady"],
    of: learned("f7-estimators"),
  },
  {
    claims: ["F7-temperature", "F7-baseline", "F7-two-updates", "F7-four-updates", "F7-kl"],
    of: learned("f7-temperature", "mu", "loo", "kl"),
  },
  { claims: ["N9-steady", "N9-coupled"], of: learned("n9-mu") },
  { claims: ["F4-rl"], of: beforeAfter("orders") },
  { claims: ["F11-rl"], of: beforeAfter("steps") },
  { claims: ["RL-narrow"], of: beforeAfter("pass") },
  {
    claims: ["A4-unbiased", "A4-variance", "A4-size", "A4-full"],
    of: async (profile, signal) => {
      const { rows, sources } = await estimatesOfAll(a4Studies(profile), signal);
      return { rows: estimatedProblems(rows), sources };
    },
  },
  { claims: ["A4-outliers"], of: (profile, signal) => shiftsOfAll(shiftStudies(profile), signal) },
  { claims: ["F11-epochs", "F11-temperature"], of: decoded(f11Studies) },
  { claims: ["N1"], of: decoded(blockStudies, (logs, studies) => samplesByBlock(studies, logs)) },
  { claims: ["N2"], of: decoded(policy.n2Studies) },
  { claims: ["N3"], of: (profile, signal) => cacheErrorsOfAll(cacheStudies(profile), signal) },
  { claims: ["N4"], of: decoded(policy.n4Studies) },
  { claims: ["N5"], of: decoded(policy.n5Studies) },
  { claims: ["N6"], of: decoded(policy.n6Studies) },
  {
    claims: ["N5-near", "N5-stride"],
    of: async (profile, signal) => {
      const runs = await markovStudy(profile, signal);
      return {
        rows: runs.flatMap(({ samples }) => samples),
        sources: runs.map(({ folder }) => runSource(folder)),
      };
    },
  },
  {
    claims: ["N7-passes", "N7-updates", "N7-untrained"],
    of: validated("n7-soft-masking"),
  },
  { claims: ["N7-fewer-steps"], of: decoded(n7Studies, logs => withModel(samplesOf(logs))) },
  { claims: ["N8"], of: decoded(profile => n8Studies(profile, finishedRuns(["dcolt"]))) },
  { claims: ["N10"], of: (profile, signal) => repairsOfAll(repairStudies(profile), signal) },
  { claims: ["N12", "N12-variety"], of: (profile, signal) => programsOfAll(n12Studies(profile), signal) },
];
