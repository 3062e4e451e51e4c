/**
 * Which micro-batch and which mask seed each training step uses. The paper draws new masks for every one of
 * the mu iterations over a rollout batch; the public code picks the seed by its step counter, which also
 * advances within an iteration, so with two accumulation steps and mu = 2 no micro-batch ever sees a second
 * mask.
 */

export interface ScheduledStep {
  /** counted from 0 */
  readonly step: number;
  /** completions are drawn anew before this step */
  readonly newRollout: boolean;
  readonly microBatch: number;
  /** which of the mu mask seeds */
  readonly maskSeed: number;
}

/**
 * @param accumulation micro-batches that make one update
 * @param iterations mu, updates made from one rollout batch
 */
export function publicMaskSchedule(step: number, accumulation: number, iterations: number): ScheduledStep {
  return {
    step,
    newRollout: step % (accumulation * iterations) === 0,
    microBatch: step % accumulation,
    maskSeed: (step + 1) % iterations, // the public counter is incremented before it is read
  };
}

/** The same with the masks that the paper describes: iteration i of a rollout batch uses seed i. */
export function paperMaskSchedule(step: number, accumulation: number, iterations: number): ScheduledStep {
  return {
    ...publicMaskSchedule(step, accumulation, iterations),
    maskSeed: Math.floor(step / accumulation) % iterations,
  };
}
