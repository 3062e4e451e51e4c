/** F6: what temperature buys (DiffuCoder §4.3, Fig. 5 right and 6). */
import { bootstrapDefaults } from "../analysis/bootstrap.js";
import { pairedDifference, type SampleUnit } from "../analysis/by-group.js";
import { passAtK } from "../analysis/pass-at-k.js";
import type { Rng } from "../core/rng.js";
import { exceeds, judged, type Claim, type JudgedClaim } from "./claim.js";

export const f6PassAtK: Claim = {
  id: "F6",
  figure: "f6-pass-at-k",
  statement:
    "A higher temperature gives up pass@1 but not the model's ability: pass@10 at T 1.0 is far above pass@1 at T 0.2.",
  citation: "DiffuCoder §4.3, Fig. 5 right, Fig. 6",
  published: "HumanEval, base: pass@1 67.1 at T 0.2; pass@10 77 to 88 at T 1.0 and 1.2 (percent)",
  criterion: "pass@10 at T 1.0 minus pass@1 at T 0.2, base tests, paired by problem: interval above 0.",
};

export interface PassSample extends SampleUnit {
  readonly temperature: number;
  readonly passedBase: boolean | null;
}

/** @param samples of one model: one or more a problem at T 0.2, ten or more at T 1.0 */
export function judgeF6(samples: readonly PassSample[], k: number, rng: Rng): JudgedClaim {
  const estimate = (temperature: number, at: number) => {
    const rows = samples.filter(s => s.temperature === temperature);
    const units = new Map<string, PassSample[]>();
    for (const row of rows) {
      const key = JSON.stringify([row.seed, row.problem]);
      units.set(key, [...(units.get(key) ?? []), row]);
    }
    return [...units.values()].map(group => ({
      seed: group[0].seed,
      problem: group[0].problem,
      value: passAtK({ n: group.length, c: group.filter(s => s.passedBase).length }, at),
    }));
  };
  const [cold, hot, hotOne] = [estimate(0.2, 1), estimate(1, k), estimate(1, 1)];
  const gain = pairedDifference(hot, cold, row => row.value, bootstrapDefaults, rng);
  const percent = (rows: typeof cold) =>
    ((100 * rows.reduce((sum, r) => sum + r.value, 0)) / rows.length).toFixed(1);
  const detail = `pass@1 ${percent(cold)}% at T 0.2; pass@1 ${percent(hotOne)}% and pass@${k} ${percent(hot)}% at T 1.0.`;
  return judged(f6PassAtK, gain, { seeds: gain.seeds, n: gain.n }, exceeds(0, gain), detail);
}
