/** Decoded samples as text with the order in which it came, for colouring it. */
import { rankOf } from "../analysis/order.js";
import { checkpointFolder, tokenizerOf } from "../checkpoints/testbed.js";
import type { FinishedRun } from "./study.js";
import { readable } from "./study-rows.js";

/** One decoded sample in reading order. C = completion length. */
export interface OrderedText {
  /** [C] */
  readonly tokens: readonly string[];
  /** [C] place in the order committed, by position */
  readonly rank: readonly number[];
  /** [C] step, by position */
  readonly stepOf: readonly number[];
}

/** Every sample of a run. */
export function orderedTexts({ settings, rows }: FinishedRun): OrderedText[] {
  const tokenizer = tokenizerOf(checkpointFolder(settings.checkpoint, settings.seed));
  return rows.map(({ tokenIds, order, stepOf }) => ({
    tokens: Array.from(tokenIds, id => readable(tokenizer, id)),
    rank: Array.from(rankOf(order)),
    stepOf: Array.from(stepOf),
  }));
}
