/** Two models compared where as many of their answers pass. */
import type { SampleUnit } from "./by-group.js";

/** The columns of a log that decide it. */
export interface PassingSample extends SampleUnit {
  readonly temperature: number;
  readonly passedBase: boolean;
}

/**
 * Of the candidates, for each training seed, those of the temperature whose share of passing answers is
 * nearest to the reference's of that seed. The lower one of equals.
 */
export function matchedByPass<R extends PassingSample>(
  reference: readonly PassingSample[],
  candidates: readonly R[],
): R[] {
  const share = (rows: readonly PassingSample[]) =>
    rows.reduce((sum, r) => sum + Number(r.passedBase), 0) / rows.length;
  return [...new Set(reference.map(row => row.seed))].flatMap(seed => {
    const aim = share(reference.filter(row => row.seed === seed));
    const own = candidates.filter(row => row.seed === seed);
    const temperatures = [...new Set(own.map(row => row.temperature))].sort((a, b) => a - b);
    const at = (temperature: number) => own.filter(row => row.temperature === temperature);
    const distance = (temperature: number) => Math.abs(share(at(temperature)) - aim);
    return at(temperatures.reduce((best, t) => (distance(t) < distance(best) ? t : best)));
  });
}
