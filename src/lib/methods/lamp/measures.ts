/** What claims measure of repairs. */
import { averaged, points } from "../../claims/measure.js";

export const lampMeasures = {
  reward: averaged<{ readonly score: number }>("mean reward of what is returned", points, row => row.score),
} as const;
