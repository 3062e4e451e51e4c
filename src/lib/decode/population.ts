/**
 * Several candidate states of one sample, decoded side by side: what lookahead and particle methods need. At
 * a step the denoiser sees every candidate in one batch; the population says which of them each particle goes
 * on from, and what it commits next. A plain policy is a population of one.
 */
import { UserError } from "../core/errors.js";
import type { Rng } from "../core/rng.js";
import type { Choice, UnmaskingPolicy, UnmaskingState } from "./policy.js";
import type { Sample, StepReadings } from "./sample.js";

export interface Population {
  readonly particles: number;
  /** how promising a state is, once the denoiser has seen it; higher is better */
  readonly value: (state: UnmaskingState) => number;
  /**
   * Which state each particle goes on from. Not called where
   * there is one state only, as before the first step.
   * @param values of the states that there are
   * @param previous values of the states that those were extended from
   * @returns [particles] indices into `values`
   */
  readonly parents: (values: readonly number[], previous: readonly number[], rng: Rng) => readonly number[];
  /**
   * What each particle commits. null lets it rest: the
   * denoiser's answer about it is neither used nor counted.
   * @param states [particles]; particles of one parent share one object
   */
  readonly extend: (states: readonly UnmaskingState[], rng: Rng) => readonly (Choice | null)[];
}

export function populationOf(policy: UnmaskingPolicy | Population): Population {
  if (typeof policy !== "function") return policy;
  return {
    particles: 1,
    value: () => 0,
    parents: () => [0],
    extend: ([state], rng) => [policy(state, rng)],
  };
}

function isDone({ masked, ended }: Sample): boolean {
  return ended || masked.length === 0;
}

/**
 * The particles of one sample while it is decoded. It ends when a particle is complete: that is the sample.
 */
export class Particles {
  /** [particles] */
  samples: readonly Sample[];
  /** denoiser calls: every state that was looked at is one */
  calls = 0;
  /** particles that were extended at the last step; before the first, all are the same state */
  private extended: readonly number[] = [0];
  /** value of the state that each of those was extended from */
  private previous: readonly number[] = [];

  constructor(
    private readonly population: Population,
    private readonly rng: Rng,
    makeSample: () => Sample,
  ) {
    this.samples = Array.from({ length: population.particles }, makeSample);
  }

  /** The complete particle, or the first that is still being extended. */
  get best(): Sample {
    const found = this.extended.find(j => isDone(this.samples[j])) ?? this.extended[0];
    return this.samples[found];
  }

  get done(): boolean {
    return isDone(this.best);
  }

  /**
   * @param read the denoiser's answer about a particle; valid during this call
   * @param stateOf what a policy sees of it
   */
  step(
    step: number,
    read: (particle: number, rng: Rng) => StepReadings,
    stateOf: (sample: Sample, readings: StepReadings) => UnmaskingState,
  ): void {
    const rng = this.rng.split(step);
    const own = (particle: number) =>
      particle === 0 ? rng : this.rng.split(`particle ${particle}`).split(step);
    const looked = this.extended.map(particle => {
      const readings = read(particle, own(particle));
      const state = stateOf(this.samples[particle], readings);
      return { particle, readings, state, value: this.population.value(state) };
    });
    this.calls += looked.length;
    const values = looked.map(({ value }) => value);
    const parents =
      looked.length === 1
        ? this.samples.map(() => 0)
        : this.population.parents(values, this.previous, rng.split("parents"));
    const chosen = parents.map(parent => looked[parent]);
    this.samples = chosen.map(({ particle }, j) =>
      particle === j ? this.samples[j] : this.samples[particle].copy(),
    );
    const choices = this.population.extend(
      chosen.map(({ state }) => state),
      rng.split("positions"),
    );
    this.extended = this.samples.flatMap((sample, j) => {
      const choice = choices[j];
      if (choice === null) return [];
      sample.observe(step, chosen[j].readings);
      sample.commit(step, chosen[j].readings, choice);
      return [j];
    });
    this.previous = this.extended.map(j => chosen[j].value);
    if (this.extended.length === 0)
      throw new UserError("decode: the population extends no particle; let one commit at every step.");
  }
}
