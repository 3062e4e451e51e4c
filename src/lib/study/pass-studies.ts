/** The runs of the studies of pass@k, over the training seeds of a profile. */
import type { DecodeStudy } from "./decode-batch.js";
import type { Profile } from "./profile.js";
import { models, overSeeds, studyOf } from "./studies.js";

/** F6: base and instruct model, several samples a problem at every temperature, public order. */
export function f6Studies(profile: Profile): DecodeStudy[] {
  const { passProblems, passSamples, passTemperatures, seeds } = profile;
  const studies = [models.base, models.instruct].flatMap(model =>
    passTemperatures.map(temperature => ({
      ...studyOf(model, "minipy", passProblems, { temperature }),
      samplesPerProblem: passSamples,
    })),
  );
  return overSeeds(seeds, studies);
}

/** What a study on the testbed rests on: the models on both tasks, cold. Most runs are those of F3. */
export function testbedStudies({ problems, seeds }: Profile): DecodeStudy[] {
  const studies = [models.instruct, models.scratch].flatMap(model =>
    (["minipy", "minimath"] as const).map(task => studyOf(model, task, problems)),
  );
  return overSeeds(seeds, [...studies, studyOf(models.base, "minipy", problems)]);
}
