/**
 * Programs that were read off denoised embeddings, or written
 * left to right: valid, right, and different from each other.
 */
import type { Rng } from "../../core/rng.js";
import { bootstrapDefaults, type BootstrapConfig } from "../../analysis/bootstrap.js";
import {
  groupRows,
  measure,
  measureAll,
  unitsOf,
  type Measure,
  type SampleUnit,
} from "../../analysis/by-group.js";

/** The columns of a programs log that these measures need. */
export interface ProgramSample extends SampleUnit {
  /** "decoder", "rounding" or "autoregressive" */
  readonly readout: string;
  readonly temperature: number;
  readonly text: string;
  readonly valid: boolean;
  readonly passedBase: boolean;
}

export const isValid = ({ valid }: ProgramSample): number => Number(valid);
export const passes = ({ passedBase }: ProgramSample): number => Number(passedBase);

/** A problem's distinct valid programs, as a share of its samples. */
export interface ProblemVariety extends SampleUnit {
  readonly variety: number;
}

export function varietyByProblem(rows: readonly ProgramSample[]): ProblemVariety[] {
  return [...unitsOf(rows)].flatMap(([seed, problems]) =>
    [...problems].map(([problem, samples]) => {
      const distinct = new Set(samples.filter(s => s.valid).map(s => s.text));
      return { seed, problem, variety: distinct.size / samples.length };
    }),
  );
}

export interface ProgramMeasure extends Measure {
  readonly readout: string;
  readonly temperature: number;
  readonly measure: "valid" | "passed" | "variety";
}

/**
 * Shares of valid programs, of those that pass the base tests,
 * and of distinct valid ones, by read-out and temperature.
 */
export function programMeasures(
  rows: readonly ProgramSample[],
  rng: Rng,
  config: BootstrapConfig = bootstrapDefaults,
): ProgramMeasure[] {
  return groupRows(rows, ({ readout, temperature }) => ({ readout, temperature })).flatMap(
    ({ group, rows: own }) => {
      const stream = (name: string) => rng.split(JSON.stringify([group, name]));
      const found = {
        valid: measure(own, isValid, config, stream("valid")),
        passed: measure(own, passes, config, stream("passed")),
        variety: measure(varietyByProblem(own), ({ variety }) => variety, config, stream("variety")),
      } as const;
      return Object.entries(found).flatMap(([name, value]) =>
        value === null ? [] : [{ ...group, measure: name as keyof typeof found, ...value }],
      );
    },
  );
}

/** The columns of a programs log that tell how a text came to its final form. */
export interface TracedProgram extends SampleUnit {
  readonly readout: string;
  readonly traceSteps: ArrayLike<number>;
  /** normalised, to the final text of the same read-out */
  readonly editDistances: ArrayLike<number>;
}

export interface TracePoint extends Measure {
  readonly readout: string;
  /** denoising step, T at first */
  readonly t: number;
}

/**
 * Mean distance to the final text at every traced step, by read-out; programs without a trace are left out.
 */
export function traceMeasures(
  rows: readonly TracedProgram[],
  rng: Rng,
  config: BootstrapConfig = bootstrapDefaults,
): TracePoint[] {
  const traced = rows.filter(row => row.traceSteps.length > 0);
  return groupRows(traced, ({ readout }) => ({ readout })).flatMap(({ group, rows: own }) => {
    const found = measureAll(own, row => row.editDistances, config, rng.split(group.readout));
    return found.map((value, i) => ({ ...group, t: own[0].traceSteps[i], ...value }));
  });
}
