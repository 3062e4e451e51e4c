/** The decodings of N7: the models of the study and the one before, with and without soft masks, at all and a quarter of the steps. */
import type { SampleRow } from "../log/schemas.js";
import { portable } from "./before-after-studies.js";
import type { DecodeStudy } from "./decode-batch.js";
import type { Profile } from "./profile.js";
import { readSoftMasking } from "../checkpoints/soft-masking-file.js";
import { models, studyOf } from "./studies.js";
import { completionLength } from "../recipes/stages/training-data.js";
import { finishedRunOf } from "./training-studies.js";

const steps = [completionLength, completionLength / 4];

/** The model before is fed soft masks by the scalars that its own continuation learned: the control. */
export function n7Studies({ seeds, methodProblems }: Profile): DecodeStudy[] {
  return seeds.flatMap(seed => {
    const [trained, plain] = ["n7-soft", "n7-plain-passes"].map(recipe =>
      finishedRunOf("n7-soft-masking", recipe, seed),
    );
    const scalars = readSoftMasking(trained);
    const decodings: readonly (readonly [string, DecodeStudy["soft"]])[] = [
      [portable(trained), "learned"],
      [portable(trained), undefined],
      [portable(plain), undefined],
      [models.instruct, undefined],
      [models.instruct, scalars],
    ];
    return decodings.flatMap(([checkpoint, soft]) =>
      steps.map(count => ({
        ...studyOf(checkpoint, "minipy", methodProblems, { steps: count }),
        seed,
        ...(soft === undefined ? {} : { soft }),
      })),
    );
  });
}

/** Samples with their model's recipe, and whether masks were soft. */
export function withModel(
  samples: readonly SampleRow[],
): (SampleRow & { readonly model: string; readonly soft: boolean })[] {
  return samples.map(row => ({
    ...row,
    model: row.checkpoint.replace(/-seed\d+$/, ""),
    soft: row.policy.endsWith(" soft"),
  }));
}

/** What soft-masking learned, by training seed. */
export function learnedSoftMasking({
  seeds,
}: Profile): (ReturnType<typeof readSoftMasking> & { readonly seed: number })[] {
  return seeds.map(seed => ({ seed, ...readSoftMasking(finishedRunOf("n7-soft-masking", "n7-soft", seed)) }));
}
