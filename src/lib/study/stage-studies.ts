/** The decoding runs of F4, F11, F9 and N1: models by training stage, fewer steps, maps of confidence, blocks. */
import { orders } from "../claims/orders.js";
import type { SampleRow } from "../log/schemas.js";
import type { DecodeStudy } from "./decode-batch.js";
import type { StudyLog } from "./decode-study.js";
import type { Profile } from "./profile.js";
import { models, orderOptions, overSeeds, studyOf } from "./studies.js";
import { completionLength } from "../recipes/stages/training-data.js";

/** The models of Fig. 4, in the order of training, as figures name them. */
export const stages = [
  { checkpoint: "stage1", label: "stage I" },
  { checkpoint: "stage1-long", label: "stage I, 4 × as long" },
  { checkpoint: "stage2-1epoch", label: "stage II, 1 epoch" },
  { checkpoint: "stage2", label: "stage II, 4 epochs" },
  { checkpoint: "instruct-1epoch", label: "stage III, 1 epoch" },
  { checkpoint: "instruct", label: "stage III, 5 epochs" },
] as const;

export function stageLabel(checkpoint: string): string {
  return stages.find(stage => stage.checkpoint === checkpoint)?.label ?? checkpoint;
}

/** F4: every stage under every order. */
export function f4Studies(profile: Profile): DecodeStudy[] {
  return overSeeds(
    profile.seeds,
    stages.flatMap(({ checkpoint }) =>
      orders.map(order => studyOf(checkpoint, "minipy", profile.stageProblems, orderOptions(order))),
    ),
  );
}

/** F11: one token a step, two and four, at the temperatures of its claims, public order. */
export function f11Studies(profile: Profile): DecodeStudy[] {
  const fewer = [1, 2, 4].map(tokens => completionLength / tokens);
  return overSeeds(
    profile.seeds,
    [models.base, models.instruct1Epoch, models.instruct].flatMap(model =>
      [0.2, 1].flatMap(temperature =>
        fewer.map(steps => studyOf(model, "minipy", profile.stepProblems, { temperature, steps })),
      ),
    ),
  );
}

/** F9: every position before every step, public order, base and instruct. */
export function f9Studies(profile: Profile): DecodeStudy[] {
  return overSeeds(
    profile.seeds,
    [models.base, models.instruct].map(model => ({
      ...studyOf(model, "minipy", profile.mapProblems),
      trace: true,
    })),
  );
}

/** Divisors of the completion length; the last is decoding without blocks. */
export const blockLengths = [1, 2, 4, 6, 9, 12, 18, 36] as const;

/** N1: the instruct model in blocks of every length, one token a step; half as many problems where the order does not decide. */
export function blockStudies(profile: Profile): DecodeStudy[] {
  const { stageProblems } = profile;
  return overSeeds(
    profile.seeds,
    blockLengths.flatMap(length =>
      orders.map((order, i) =>
        studyOf(models.instruct, "minipy", i === 0 ? stageProblems : Math.ceil(stageProblems / 2), {
          ...orderOptions(order),
          blockLength: length === completionLength ? null : length,
        }),
      ),
    ),
  );
}

/** The samples of several runs, each with the length of its blocks, which samples logs lack. */
export function samplesByBlock(
  studies: readonly DecodeStudy[],
  logs: readonly StudyLog[],
): (SampleRow & { readonly block: number })[] {
  return logs.flatMap((log, i) => {
    const { blockLength, completionLength: whole } = studies[i].decode;
    return log.samples.map(sample => ({ ...sample, block: blockLength ?? whole }));
  });
}
