/** A run of one's own beside what is published, in a sentence. */
import { outcomes, outcomeWords, type JudgedClaim } from "../claims/claim.js";

/** "69 claims: 65 as published, 4 now inconclusive." */
export function comparison(published: readonly JudgedClaim[], own: readonly JudgedClaim[]): string {
  const pairs = own.map(mine => ({ mine, before: published.find(({ id }) => id === mine.id) }));
  const same = pairs.filter(({ mine, before }) => before?.verdict === mine.verdict).length;
  const fresh = pairs.filter(({ before }) => before === undefined).length;
  const turned = outcomes.flatMap(outcome => {
    const now = pairs.filter(
      ({ mine, before }) =>
        before !== undefined && before.verdict !== mine.verdict && mine.verdict === outcome,
    );
    return now.length === 0 ? [] : [`${now.length} now ${outcomeWords[outcome]}`];
  });
  const parts = [`${same} as published`, ...turned, ...(fresh === 0 ? [] : [`${fresh} new`])];
  return `${own.length} claim${own.length === 1 ? "" : "s"}: ${parts.join(", ")}.`;
}
