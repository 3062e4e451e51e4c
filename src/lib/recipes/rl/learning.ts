/** What stage IV runs and what it trains, whatever that is: the denoiser itself or the head of an order. */
import type { Rng } from "../../core/rng.js";
import type { RlRow } from "../../log/schemas.js";
import type { RlRecord } from "../../rl/rl-loop.js";
import type { RolloutBatch } from "../../rl/rollouts.js";
import type { ParameterSets } from "../stages/training-state.js";
import type { Answer, Decoding } from "./rl-answers.js";

/**
 * What a run trains, whatever it is: where it begins or goes on, how it decodes, its steps, and what is kept.
 */
export interface Learning<S> {
  readonly start: { readonly state: S; readonly step: number };
  /** how the state of now answers; it is borrowed */
  readonly decoding: (state: S) => Decoding;
  /** Consumes `state`. */
  readonly steps: (
    state: S,
    from: number,
    rollouts: (step: number, state: S) => Promise<RolloutBatch<Answer>>,
    rng: Rng,
  ) => AsyncGenerator<RlRecord<Answer, S>>;
  /** what people are shown of a step beside its rewards */
  readonly shown: (row: RlRow) => readonly string[];
  /** what an unfinished run goes on from */
  readonly sets: (state: S) => ParameterSets;
  /** writes what the finished folder holds beside its logs */
  readonly save: (state: S) => void;
  dispose(): void;
}
