/** Samples in bfloat16 beside the same samples in float32: what rounding alone changes of a decoding. */
import { groupRows, type SampleUnit } from "./by-group.js";

/** The columns that say which sample it is, and in which precision. */
export interface RoundedSample extends SampleUnit {
  readonly precision: "float32" | "bfloat16";
  readonly checkpoint: string;
  readonly task: string;
  readonly temperature: number;
  readonly topP: number;
  readonly remasking: string;
  readonly tieRule: string;
  readonly steps: number;
  /** 0-based among the samples of a problem */
  readonly sample: number;
}

/** What a sample is a sample of: the model, the problem, how it was decoded, the sampler's draws. */
function decodingOf(row: RoundedSample) {
  const { checkpoint, seed, task, problem, sample, temperature, topP, remasking, tieRule, steps } = row;
  return { checkpoint, seed, task, problem, sample, temperature, topP, remasking, tieRule, steps };
}

/** Every sample in bfloat16 that has one in float32, with that one as `exact`. */
export function besideFloat32<R extends RoundedSample>(rows: readonly R[]): (R & { readonly exact: R })[] {
  return groupRows(rows, decodingOf).flatMap(({ rows: same }) => {
    const [exact, rounded] = (["float32", "bfloat16"] as const).map(precision =>
      same.find(row => row.precision === precision),
    );
    return exact === undefined || rounded === undefined ? [] : [{ ...rounded, exact }];
  });
}
