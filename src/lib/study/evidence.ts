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

export type Making = (profile: Profile, signal?: AbortSignal) => Promise<Evidence>;

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

/** What the claims of a figure rest on, as the figure does. */
export const evidence: Readonly<Record<string, Making>> = {
  "f3-ar-ness": decoded(order.f3Studies),
  "f3a-first-step-confidence": decoded(order.f3aStudies, firstSteps),
  "f9-confidence-map": decoded(f9Studies, neighbourGains),
  "ties-share": decoded(order.tiesStudies),
  "ties-orders": decoded(order.tiesStudies),
  "ties-directions": decoded(order.directionStudies),
  "f5l-ar-ness-by-temperature": decoded(order.f5lStudies),
  "f6-pass-at-k": decoded(f6Studies),
  "f10-decode-order": decoded(order.f10Studies, orderCorrelations, { commits: true }),
  "tail-decoding": decoded(order.tailStudies),
  "tail-first-step": decoded(order.tailFirstStepStudies, firstSteps),
  "f4-stages": decoded(f4Studies),
  "f8-loss-by-timestep": (profile, signal) => lossesOfAll(f8Studies(profile), signal),
  "n11-annealing": validated("n11-annealing"),
  "n13-ar-against-diffusion": validated("n13-ar-against-diffusion"),
  "n13-infilling": (profile, signal) => infillsOfAll(n13InfillStudies(profile), signal),
  "f7-reward-curves": learned("f7-estimators"),
  "f7-ablations": learned("f7-temperature", "mu", "loo", "kl"),
  "n9-reward-curves": learned("n9-mu"),
  "t2-before-after": beforeAfter("orders"),
  "t2-fewer-steps": beforeAfter("steps"),
  "t2-pass-at-k": beforeAfter("pass"),
  "a4-estimator-variance": async (profile, signal) => {
    const { rows, sources } = await estimatesOfAll(a4Studies(profile), signal);
    return { rows: estimatedProblems(rows), sources };
  },
  "a4-exponents": (profile, signal) => shiftsOfAll(shiftStudies(profile), signal),
  "f11-fewer-steps": decoded(f11Studies),
  "n1-blocks": decoded(blockStudies, (logs, studies) => samplesByBlock(studies, logs)),
  "n2-threshold": decoded(policy.n2Studies),
  "n3-cache": (profile, signal) => cacheErrorsOfAll(cacheStudies(profile), signal),
  "n4-spacing": decoded(policy.n4Studies),
  "n5-dilated": decoded(policy.n5Studies),
  "n6-lookahead": decoded(policy.n6Studies),
  "n5-markov": async (profile, signal) => {
    const runs = await markovStudy(profile, signal);
    const rows = runs.flatMap(({ samples }) => samples);
    return { rows, sources: runs.map(({ folder }) => runSource(folder)) };
  },
  "n7-loss": validated("n7-soft-masking"),
  "n7-pass": decoded(n7Studies, logs => withModel(samplesOf(logs))),
  "n8-learned-order": decoded(profile => n8Studies(profile, finishedRuns(["dcolt"]))),
  "n10-lamp": (profile, signal) => repairsOfAll(repairStudies(profile), signal),
  "n12-codefusion": (profile, signal) => programsOfAll(n12Studies(profile), signal),
};
