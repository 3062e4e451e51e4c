/** Tokens a step by dllm's schedules of masks. */
import { dllmTokensPerStep, maskSchedules } from "../decode/quota.js";
import type { CaseFile, CheckResult } from "./case-file.js";
import { countDifferent, tolerances } from "./finding.js";

export function checkDllmCounts({ name, fields }: CaseFile): CheckResult[] {
  return maskSchedules.map(schedule => {
    const cases = fields.list("cases");
    const differ = cases.reduce((sum, c) => {
      const ours = dllmTokensPerStep(c.number("masked_tokens"), c.number("steps"), schedule);
      return sum + countDifferent(ours, c.numbers(schedule));
    }, 0);
    const quantity = `tokens a step of ${cases.length} pairs of masks and steps`;
    return { name: `${name} ${schedule}`, quantity, difference: differ, tolerance: tolerances.identical };
  });
}
