/** Linear warm-up, then cosine decay to a floor (DiffuCoder B.1: to 10% of the peak). */
import { fields, number, share, whole, type Of } from "../core/schema.js";

export const learningRateSchema = fields({
  peak: number("(0, 1]"),
  warmupSteps: whole(0, 10_000_000),
  /** share of the peak that is left at the last step */
  floor: share,
});
export type LearningRateConfig = Of<typeof learningRateSchema>;

/** The rate of a step counted from 0, of `steps` in all. */
export function learningRate(step: number, steps: number, config: LearningRateConfig): number {
  if (step < config.warmupSteps) return (config.peak * (step + 1)) / config.warmupSteps;
  const progress = (step - config.warmupSteps) / Math.max(1, steps - 1 - config.warmupSteps);
  const cosine = 0.5 * (1 + Math.cos(Math.PI * Math.min(1, progress)));
  return config.peak * (config.floor + (1 - config.floor) * cosine);
}
