/**
 * One decoding as the playground shows it: what was committed when, what a tie decided, and at every step and
 * every masked position the tokens that could have been. Plain data, so that it passes between a worker and a
 * page and can stand in a file.
 */

/** A token that a position could become. */
export interface Candidate {
  readonly id: number;
  readonly text: string;
  /** probability as the model has it */
  readonly plain: number;
  /** after temperature and filters: what the token is drawn from */
  readonly filtered: number;
}

/** How a step chose: all there was, the surest, or among equals. */
export type StepKind = "all" | "surest" | "tied";

export interface Recording {
  readonly promptIds: readonly number[];
  /** [C] */
  readonly ids: readonly number[];
  /** [C] the text that each position adds */
  readonly tokens: readonly string[];
  /** tokens before the first end token */
  readonly length: number;
  /** completion positions in the order committed */
  readonly order: readonly number[];
  /** [C] step at which each was committed; -1 where none was */
  readonly stepOf: readonly number[];
  /** steps that were made */
  readonly steps: number;
  /** [steps]; empty where several states are decoded side by side */
  readonly kinds: readonly StepKind[];
  readonly tieSteps: number;
  readonly choiceSteps: number;
  readonly calls: number;
  /** [steps][C] the score that ranks positions; null where a position was not read */
  readonly scores: readonly (readonly (number | null)[])[];
  /** [steps][C] the most probable tokens, the first first; null where a position was not read */
  readonly candidates: readonly (readonly (readonly Candidate[] | null)[])[];
  readonly milliseconds: number;
}
