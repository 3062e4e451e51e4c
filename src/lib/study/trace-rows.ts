/** What is read off decodings that were traced, or whose order is known, a row a sample or problem. */
import { confidencesOfSamples, neighbourGain, type NeighbourGain } from "../analysis/confidence-map.js";
import { orderCorrelation, rankOf } from "../analysis/order.js";
import type { Row } from "../claims/rows.js";
import type { FinishedRun } from "./study.js";

export type TracedRun = Pick<FinishedRun, "rows" | "confidences">;

/** A run's first step as a curve by position, one a problem. */
export interface FirstStep extends Row {
  readonly checkpoint: string;
  /** [C] confidence before anything is decoded */
  readonly curve: readonly number[];
}

/** @param runs of studies that trace one step */
export function firstSteps(runs: readonly TracedRun[]): FirstStep[] {
  return runs.flatMap(({ rows: samples, confidences }) => {
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

/** @param runs of studies that trace every step */
export function neighbourGains(
  runs: readonly TracedRun[],
): (NeighbourGain & Row & { readonly checkpoint: string })[] {
  return runs.flatMap(({ rows: samples, confidences }) => {
    const maps = confidencesOfSamples(confidences);
    return samples.map(({ seed, problem, checkpoint, completionLength }, i) => ({
      ...{ seed, problem, checkpoint },
      ...neighbourGain(maps[i], completionLength),
    }));
  });
}

/** @param runs whose samples have their order */
export function orderCorrelations(
  runs: readonly TracedRun[],
): (Row & { readonly temperature: number; readonly correlation: number })[] {
  return runs.flatMap(({ rows }) =>
    rows.map(({ seed, problem, temperature, completionLength, order }) => ({
      ...{ seed, problem, temperature },
      correlation: orderCorrelation(rankOf(order), completionLength),
    })),
  );
}
