/** Tokens a step, dilated rounds, annealed attention: schedules are decisions. */
import { dilatedRoundCount, dilatedRounds, dilatedStride } from "../decode/dilated.js";
import { dreamQuota, dreamRevealProbability, lladaQuota } from "../decode/quota.js";
import { annealedBias, annealingRatio } from "../model/attention-mask.js";
import type { CaseFile, CheckResult } from "./case-file.js";
import type { Fields } from "./fields.js";
import { countDifferent, largestDifference, tolerances } from "./finding.js";

export function checkTransferCounts({ name, fields }: CaseFile): CheckResult[] {
  return fields.list("cases").flatMap(c => {
    const [total, steps] = [c.number("masked_tokens"), c.number("steps")];
    const eps = c.has("eps") ? c.number("eps") : undefined;
    const at = `${name} ${total} tokens, ${steps} steps`;
    const all = Array.from({ length: steps }, (_, step) => step);
    let masked = total;
    const dream = all.map(step => {
      const n = dreamQuota(masked, step, steps, eps);
      masked -= n;
      return n;
    });
    const llada = all.map(step => lladaQuota(total, step, steps));
    const identical = (quantity: string, ours: number[], key: string): CheckResult[] => {
      const difference = countDifferent(ours, c.has(key) ? c.numbers(key) : []);
      return c.has(key) ? [{ name: at, quantity, difference, tolerance: tolerances.identical }] : [];
    };
    return [
      ...identical("Dream's tokens a step", dream, "dream_tokens_per_step"),
      ...identical("LLaDA's tokens a step", llada, "llada_tokens_per_step"),
      ...originProbabilities(
        at,
        c,
        all.map(step => dreamRevealProbability(step, steps, eps)),
      ),
    ];
  });
}

function originProbabilities(name: string, c: Fields, ours: number[]): CheckResult[] {
  const key = "dream_origin_probability_per_step";
  if (!c.has(key)) return [];
  const difference = largestDifference(ours, c.numbers(key));
  return [{ name, quantity: "Dream's random order", difference, tolerance: tolerances.float32 }];
}

export function checkDilated({ name, fields }: CaseFile): CheckResult[] {
  return fields.list("cases").map(c => {
    const [length, base] = [c.number("B"), c.number("a")];
    const rounds = dilatedRounds(length, base).map(round => round.map(p => p + 1));
    const strides = c.list("strides").map(s => dilatedStride(length, base, s.number("round")));
    const ours = [dilatedRoundCount(length, base), ...strides, ...rounds.map(r => r.join(" "))];
    const reference = [
      c.number("R"),
      ...c.list("strides").map(s => s.number("stride_used")),
      ...c.matrix("rounds").map(r => r.join(" ")),
    ];
    return {
      name: `${name} block ${length}, base ${base}`,
      quantity: `${rounds.length} rounds and strides`,
      difference: countDifferent(ours, reference),
      tolerance: tolerances.identical,
    };
  });
}

export function checkAnnealing({ name, fields }: CaseFile): CheckResult[] {
  const masks = fields.list("cases").map((c, index) => {
    const [length, uniform] = [c.number("length"), c.matrix("uniform")];
    const bias = annealedBias(length, c.number("ratio"), (i, j) => uniform[i][j]);
    const open = Array.from(bias, entry => entry === 0);
    const reference = (c.raw("may_attend") as unknown[][]).flat().map(Boolean);
    return {
      name: `${name} case ${index}`,
      quantity: `attention of ${length} tokens at ratio ${c.number("ratio")}`,
      difference: countDifferent(open, reference),
      tolerance: tolerances.identical,
    };
  });
  const ramp = fields.has("ramp") ? fields.list("ramp") : [];
  const ours = ramp.map(r => annealingRatio(r.number("global_step"), r.number("anneal_steps")));
  const difference = largestDifference(
    ours,
    ramp.map(r => r.number("ratio")),
  );
  const quantity = `ratio at ${ramp.length} steps`;
  const rampFinding = { name: `${name} ramp`, quantity, difference, tolerance: tolerances.float32 };
  return ramp.length > 0 ? [...masks, rampFinding] : masks;
}
