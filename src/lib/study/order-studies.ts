/** The runs of the studies of order: F3, F3a, F5L, F10, ties and tails, over the training seeds of a profile. */
import { orders } from "../claims/orders.js";
import type { DecodeStudy } from "./decode-batch.js";
import type { Profile } from "./profile.js";
import { models, orderOptions, overSeeds, studyOf } from "./studies.js";

const tasks = ["minipy", "minimath"] as const;

/** F3: adapted and from-scratch model, code and math, under every order; and the AR parent as a control. */
export function f3Studies({ problems, seeds }: Profile): DecodeStudy[] {
  const diffusion = [models.instruct, models.scratch].flatMap(model =>
    tasks.flatMap(task => orders.map(o => studyOf(model, task, problems, orderOptions(o)))),
  );
  const control = tasks.map(task => ({ ...studyOf(models.arParent, task, problems), autoregressive: true }));
  return overSeeds(seeds, [...diffusion, ...control]);
}

/** F5L: base and instruct model at every temperature of the profile, under every order. */
export function f5lStudies({ temperatureProblems, temperatures, seeds }: Profile): DecodeStudy[] {
  const studies = [models.base, models.instruct].flatMap(model =>
    temperatures.flatMap(temperature =>
      orders.map(o => studyOf(model, "minipy", temperatureProblems, { temperature, ...orderOptions(o) })),
    ),
  );
  return overSeeds(seeds, studies);
}

/** F3a: the state of every position before the first step, which is all that one step logs. */
export function f3aStudies({ forwardProblems, seeds }: Profile): DecodeStudy[] {
  return firstStepStudies([models.instruct, models.base, models.scratch], forwardProblems, seeds);
}

function firstStepStudies(
  names: readonly string[],
  problems: number,
  seeds: readonly number[],
): DecodeStudy[] {
  const first = { steps: 1, remasking: "neg-entropy-untempered" } as const;
  const studies = names.map(model => ({ ...studyOf(model, "minipy", problems, first), trace: true }));
  return overSeeds(seeds, studies);
}

/** F10: cold and hot, public order. */
export function f10Studies({ temperatureProblems, seeds }: Profile): DecodeStudy[] {
  const studies = [0.2, 1.2].map(temperature =>
    studyOf(models.instruct, "minipy", temperatureProblems, { temperature }),
  );
  return overSeeds(seeds, studies);
}

/** How often ties decide, and what the order then is: the instruct model by temperature and top-p, and under every order. */
export function tiesStudies({ temperatureProblems, temperatures, topPs, seeds }: Profile): DecodeStudy[] {
  const of = (options: Parameters<typeof studyOf>[3]) =>
    studyOf(models.instruct, "minipy", temperatureProblems, options);
  const studies = temperatures.flatMap(temperature => [
    ...topPs.filter(topP => topP !== 0.95).map(topP => of({ temperature, topP })),
    ...orders.map(o => of({ temperature, ...orderOptions(o) })),
  ]);
  return overSeeds(seeds, studies);
}

/** The comparisons of F3, F4 and F5L under every order of the study of ties; most runs are those of F3 and F5L. */
export function directionStudies({ problems, seeds }: Profile): DecodeStudy[] {
  const { base, instruct, scratch, stage1, stage1Long, instruct1Epoch } = models;
  const studies = orders.flatMap(o => [
    ...[instruct, scratch, stage1, stage1Long, instruct1Epoch, base].map(model =>
      studyOf(model, "minipy", problems, orderOptions(o)),
    ),
    ...[base, instruct].map(model =>
      studyOf(model, "minipy", problems, { temperature: 1, ...orderOptions(o) }),
    ),
    studyOf(instruct, "minimath", problems, orderOptions(o)),
  ]);
  return overSeeds(seeds, studies);
}

/** The three tails of stage III, cold and hot, public order. */
export const tails = {
  [models.instruct]: "random cut",
  [models.padding]: "padding",
  [models.nextDocument]: "next document",
} as const;

export function tailStudies({ temperatureProblems, seeds }: Profile): DecodeStudy[] {
  const studies = Object.keys(tails).flatMap(model =>
    [0.2, 1].map(temperature => studyOf(model, "minipy", temperatureProblems, { temperature })),
  );
  return overSeeds(seeds, studies);
}

/** The same models before the first step. */
export function tailFirstStepStudies({ forwardProblems, seeds }: Profile): DecodeStudy[] {
  return firstStepStudies(Object.keys(tails), forwardProblems, seeds);
}
