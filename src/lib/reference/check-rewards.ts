/** Format and code reward by the public code's rule, programs run in the sandbox. */
import { firstBlock, rewardAll, type Reward } from "../rl/rewards.js";
import type { CaseFile, CheckContext, CheckResult } from "./case-file.js";
import type { Fields } from "./fields.js";
import { countDifferent, tolerances } from "./finding.js";

export async function checkRewards(
  { name, fields }: CaseFile,
  context: CheckContext,
): Promise<CheckResult[]> {
  const cases = fields.list("cases");
  const weights = fields.child("weights");
  const rewards = await rewardAll(
    cases.map(c => ({ completion: c.text("completion"), tests: c.texts("tests") })),
    await context.sandboxForRewards(),
    {
      rule: "public",
      codeWeight: weights.number("code"),
      formatWeight: weights.number("format"),
      timeoutSeconds: fields.number("exec_timeout_seconds_per_test"),
    },
  );
  return cases.map((c, i) => ({
    name: `${name} ${c.text("name")}`,
    quantity: `format ${rewards[i].format}, code ${rewards[i].code}, total, extracted code, each test`,
    difference: differences(c, rewards[i]),
    tolerance: tolerances.identical,
  }));
}

function differences(c: Fields, ours: Reward): number {
  const values = [ours.format, ours.code, ours.total, firstBlock(c.text("completion"))];
  const reference = [
    c.number("format_reward"),
    c.number("code_reward"),
    c.number("total_reward"),
    c.text("extracted_code"),
  ];
  const tests = c.has("per_test_passed") ? (c.raw("per_test_passed") as unknown[]) : null;
  const sameTests =
    tests === null || ours.tests === null
      ? Number((tests === null) !== (ours.tests === null))
      : countDifferent(ours.tests, tests.map(outcomeOf));
  return countDifferent(values, reference) + sameTests;
}

function outcomeOf(passed: unknown): unknown {
  return passed === "timeout" ? passed : passed === 1 || passed === true ? "passed" : "failed";
}
