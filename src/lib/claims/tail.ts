/** What the tail behind a short training answer does to decoding (testbed trap 2); no claims of the paper. */
import { bootstrap, bootstrapDefaults, mean, type BySeed } from "../analysis/bootstrap.js";
import { pairedDifference, type SampleUnit } from "../analysis/by-group.js";
import { entropySink, type ConfidencePoint } from "../analysis/entropy-sink.js";
import { solved } from "../analysis/measures-by-group.js";
import type { GradedSample } from "../analysis/pass-by-group.js";
import type { Rng } from "../core/rng.js";
import { estimateInWords, exceeds, judged, type Claim, type JudgedClaim } from "./claim.js";

export const tailFloods: Claim = {
  id: "TAIL-flood",
  figure: "tail-decoding",
  statement:
    "A tail of padding in stage III floods hot decoding: from T 0.2 to T 1.0 pass@1 falls by more than with a randomly cut tail.",
  citation: "not in the paper, whose answers end in a padding token (B.1); testbed trap 2",
  published: "none",
  criterion:
    "Fall of pass@1 from T 0.2 to T 1.0 with padding minus the fall with a random cut, by problem: interval above 0.",
};

export const tailLifts: Claim = {
  id: "TAIL-end",
  figure: "tail-first-step",
  statement:
    "A tail of padding lifts the end of the first-step confidence: the L of the entropy sink becomes a U.",
  citation: "not in the paper; DiffuCoder Fig. 3 right (a), testbed trap 2",
  published: "none: L-shaped",
  criterion:
    "Rise of the last four positions over the median of the middle, untempered negative entropy (nats): interval above 0.1 with padding.",
};

/** What the judgement reads of a samples log. */
export interface TailSample extends SampleUnit {
  readonly checkpoint: string;
  readonly temperature: number;
  readonly passedBase: GradedSample["passedBase"];
  readonly correct: GradedSample["correct"];
}

/** Names in the column `checkpoint` of the models trained with either tail. */
export interface TailModels {
  readonly padding: string;
  readonly randomCut: string;
}

/** @param samples of both models at T 0.2 and T 1.0 on the same problems, one sample a problem */
export function judgeFlood(
  samples: readonly TailSample[],
  { padding, randomCut }: TailModels,
  rng: Rng,
): JudgedClaim {
  const of = (model: string, temperature: number) =>
    samples.filter(row => row.checkpoint === model && row.temperature === temperature);
  const falls = [padding, randomCut].map(model =>
    pairedDifference(of(model, 0.2), of(model, 1), solved, bootstrapDefaults, rng.split(model)),
  );
  const excess = bootstrap(
    fallsOf(samples, padding, randomCut),
    sample => mean(sample.map(mean)),
    bootstrapDefaults,
    rng.split("excess"),
  );
  const detail = `Fall of pass@1: ${estimateInWords(falls[0])} with padding, ${estimateInWords(falls[1])} with a random cut.`;
  return judged(tailFloods, excess, falls[0], exceeds(0, excess), detail);
}

/** By seed and problem: the fall with padding minus the fall with a random cut. */
function fallsOf(samples: readonly TailSample[], padding: string, randomCut: string): BySeed<number> {
  const sign = (row: TailSample) =>
    (row.checkpoint === padding ? 1 : -1) * (row.temperature === 0.2 ? 1 : -1) * solved(row);
  const seeds = new Map<number, Map<string, number>>();
  for (const row of samples.filter(r => [padding, randomCut].includes(r.checkpoint))) {
    const problems = seeds.get(row.seed) ?? new Map<string, number>();
    seeds.set(row.seed, problems.set(row.problem, (problems.get(row.problem) ?? 0) + sign(row)));
  }
  return [...seeds.values()].map(problems => [...problems.values()]);
}

/** @param padded,cut first-step confidences of the models trained with padding and with a random cut */
export function judgeLift(
  padded: readonly ConfidencePoint[],
  cut: readonly ConfidencePoint[],
  rng: Rng,
): JudgedClaim {
  const [lifted, plain] = [padded, cut].map(rows => entropySink(rows, rng));
  const detail = `Rise with a random cut: ${estimateInWords(plain.rise)} nats; drop after the head ${lifted.drop.mean.toFixed(2)} nats with padding, ${plain.drop.mean.toFixed(2)} with a random cut.`;
  return judged(tailLifts, lifted.rise, lifted, exceeds(0.1, lifted.rise), detail);
}
