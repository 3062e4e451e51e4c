/** AR-ness and ties of a recording, live: of what has been committed after so many steps. */
import { globalHits, localHits, orderUpTo, type Recording } from "../lib/instrument.js";

export interface Measures {
  /** shares; NaN where nothing counts yet */
  readonly local: number;
  readonly global: number;
  readonly ties: number;
  readonly tieSteps: number;
  readonly choiceSteps: number;
}

export function measuresAt(recording: Recording, made: number): Measures {
  const { order, ids, length, stepOf, kinds } = recording;
  const toEnd = orderUpTo(order, length);
  const whole = order.length === ids.length && toEnd.length > 0;
  const committed = toEnd.filter(position => stepOf[position] < made).length;
  const share = (hits: readonly boolean[]) => hits.slice(0, committed).filter(Boolean).length / committed;
  const counted = kinds.slice(0, made);
  const isWhole = made >= recording.steps || kinds.length === 0;
  const tieSteps = isWhole ? recording.tieSteps : counted.filter(kind => kind === "tied").length;
  const choiceSteps = isWhole ? recording.choiceSteps : counted.filter(kind => kind !== "all").length;
  return {
    local: whole ? share(localHits(toEnd, 1)) : NaN,
    global: whole ? share(globalHits(toEnd, 1)) : NaN,
    ties: tieSteps / choiceSteps,
    ...{ tieSteps, choiceSteps },
  };
}
