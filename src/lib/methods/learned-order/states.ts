/**
 * From a trajectory to the choices that made it: every
 * state at which some, but not all, candidates were drawn.
 */
import type { Trajectory } from "../../core/records.js";
import { blockAt } from "../../decode/policy.js";

/** One sample before a step, and what was drawn there. */
export interface OrderState {
  readonly promptIds: Int32Array;
  /** [C] with masks */
  readonly completionIds: Int32Array;
  readonly step: number;
  /** completion positions still masked */
  readonly masked: readonly number[];
  /** those of the current block: what could be drawn */
  readonly candidates: readonly number[];
  /** positions in the order drawn */
  readonly draws: readonly number[];
}

/** How a trajectory was decoded. */
export interface OrderDecoding {
  readonly steps: number;
  readonly blockLength: number | null;
  readonly maskTokenId: number;
}

/**
 * The states of a trajectory. The last step of a block takes whatever is left: nothing was chosen, and its
 * logarithm of a probability is 0 (DCoLT's code [C]), so it is left out.
 */
export function orderStates(trajectory: Trajectory, config: OrderDecoding): OrderState[] {
  const { promptIds, completionIds, stepOf } = trajectory;
  const drawn = Array.from(trajectory.drawn ?? trajectory.order);
  const completionLength = completionIds.length;
  return Array.from({ length: config.steps }, (_, step) => {
    const masked = Array.from({ length: completionLength }, (_, p) => p).filter(p => stepOf[p] >= step);
    const { end } = blockAt(step, config.steps, { completionLength, blockLength: config.blockLength });
    return {
      promptIds,
      completionIds: completionIds.map((id, p) => (stepOf[p] >= step ? config.maskTokenId : id)),
      step,
      masked,
      candidates: masked.filter(p => p < end),
      draws: drawn.filter(p => stepOf[p] === step),
    };
  }).filter(({ candidates, draws }) => draws.length < candidates.length);
}
