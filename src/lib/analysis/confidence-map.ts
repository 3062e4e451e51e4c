/**
 * Confidence of every masked position before every step (DiffuCoder Fig. 9), read
 * back from a log, averaged over samples, and what a commit does to its neighbours.
 * Confidence is the negative entropy of the untempered distribution, in nats.
 */
import { mean } from "./bootstrap.js";

/** The columns of a confidences log. */
export interface EntropyPoint {
  readonly run: string;
  readonly problem: string;
  readonly sample: number;
  readonly step: number;
  readonly position: number;
  /** nats; NaN where the position was not masked */
  readonly entropy: number;
  readonly masked: boolean;
}

/** One sample, or the mean of several. */
export interface StepConfidences {
  /** [S, C] before each step; NaN where the position was not masked */
  readonly values: readonly Float32Array[];
  /** [C] step at which each position was committed */
  readonly stepOf: readonly number[];
}

export interface SampleConfidences extends StepConfidences {
  readonly run: string;
  readonly problem: string;
}

/** The samples of a confidences log, in the order of their first row. */
export function confidencesOfSamples(rows: readonly EntropyPoint[]): SampleConfidences[] {
  const samples = new Map<string, EntropyPoint[]>();
  for (const row of rows) {
    const key = JSON.stringify([row.run, row.problem, row.sample]);
    const points = samples.get(key);
    if (points === undefined) samples.set(key, [row]);
    else points.push(row);
  }
  return [...samples.values()].map(points => {
    const [steps, length] = [1 + last(points, p => p.step), 1 + last(points, p => p.position)];
    const values = Array.from({ length: steps }, () => new Float32Array(length).fill(NaN));
    const stepOf = new Array<number>(length).fill(NaN);
    for (const { step, position, entropy, masked } of points) {
      if (!masked) continue;
      values[step][position] = -entropy;
      if (!(stepOf[position] > step)) stepOf[position] = step;
    }
    return { run: points[0].run, problem: points[0].problem, values, stepOf };
  });
}

/**
 * The mean map of samples of equal length and steps: each cell over the samples in which it was still masked.
 * @param atLeast share of the samples below which a cell is
 *   left empty (NaN): few samples are a noisy, selected mean
 */
export function meanConfidences(samples: readonly StepConfidences[], atLeast = 0.1): StepConfidences {
  const cell = (step: number, position: number) => {
    const found = samples.map(s => s.values[step][position]).filter(value => !Number.isNaN(value));
    return found.length > 0 && found.length >= atLeast * samples.length ? mean(found) : NaN;
  };
  return {
    values: samples[0].values.map((row, step) => row.map((_, position) => cell(step, position))),
    stepOf: samples[0].stepOf.map((_, position) => mean(samples.map(s => s.stepOf[position]))),
  };
}

/**
 * Gains in nats over what the other masked positions gain at the same step; NaN where there never was one.
 */
export interface NeighbourGain {
  /** of the position right of one just committed */
  readonly right: number;
  /** of the position left of one just committed */
  readonly left: number;
}

/**
 * How much more confidence the masked neighbours of a committed position gain than other masked positions do
 * at that step; a mean over steps. A step at which no other position is masked does not count.
 * @param length only positions before it, usually those up to the end token
 */
export function neighbourGain({ values, stepOf }: StepConfidences, length: number): NeighbourGain {
  const gains = { right: [] as number[], left: [] as number[] };
  for (let step = 0; step + 1 < values.length; step++) {
    const gain = (p: number) => values[step + 1][p] - values[step][p];
    const committed = (p: number) => stepOf[p] === step;
    const masked = Array.from({ length }, (_, p) => p).filter(p => stepOf[p] > step);
    const others = masked.filter(p => !committed(p - 1) && !committed(p + 1));
    if (others.length === 0) continue;
    const usual = mean(others.map(gain));
    for (const p of masked) {
      if (committed(p - 1) && !committed(p + 1)) gains.right.push(gain(p) - usual);
      if (committed(p + 1) && !committed(p - 1)) gains.left.push(gain(p) - usual);
    }
  }
  return { right: mean(gains.right), left: mean(gains.left) };
}

function last(points: readonly EntropyPoint[], of: (point: EntropyPoint) => number): number {
  return points.reduce((most, point) => Math.max(most, of(point)), 0);
}
