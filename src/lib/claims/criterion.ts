/**
 * The sentence of a criterion, made from the claim's row: whoever changes what is judged changes what is
 * said.
 */
import type { Bound, Claim, Condition, Contrast, Difference } from "./claim.js";
import { measures } from "./measures.js";
import { orders, orderName } from "./orders.js";
import { isChosen, type Wanted, type Where } from "./rows.js";

/**
 * Fewest runs of which a verdict is given: with two, an interval has one degree of freedom and says hardly
 * anything.
 */
export const fewestRuns = 3;

/** What a difference of a condition's measure must be larger than to matter; null where that is not asked. */
export function mattersFrom(condition: Condition): number | null {
  const fromZero =
    ("above" in condition && condition.above === 0) || ("below" in condition && condition.below === 0);
  if (!fromZero) return null;
  return condition.matters === undefined ? measures[condition.measure].matters : condition.matters;
}

export function criterionOf(claim: Claim): string {
  const runs = `${claim.seedsAre ?? "training seed"}s`;
  const several = claim.conditions.length > 1;
  const parts = [
    `${claim.conditions.map(conditionInWords).join("; ")}.`,
    ...(claim.special === "directions" ? [directionsRule] : several ? ["All must hold; one refutes."] : []),
    ...intervals(claim, runs),
    ...equivalence(claim),
    ...(claim.under === undefined
      ? []
      : [`Decided under ${firstScope(claim)}; the scope names the orders that agree.`]),
  ];
  const text = parts.join(" ");
  return text.charAt(0).toUpperCase() + text.slice(1);
}

const directionsRule =
  "Each of these that is clear under leftmost ties must be clear on the same side under every " +
  "other order: one on the other side refutes, one that spans 0 leaves it open.";

function firstScope({ under }: Claim): string {
  return under === "ties" ? "leftmost ties" : `${orderName(orders[0])}, the public decoder's order`;
}

function intervals({ conditions, crossed }: Claim, runs: string): string[] {
  if (conditions.every(condition => "always" in condition)) return [];
  const how = crossed
    ? `two-way random effects over ${runs} and problems`
    : `Student's t over ${runs}, each with problems of its own`;
  return [`Intervals: 95%, ${how}; inconclusive with fewer than ${fewestRuns} ${runs}.`];
}

function equivalence({ conditions }: Claim): string[] {
  const least = [...new Set(conditions.map(mattersFrom))].filter(m => m !== null);
  if (least.length === 0) return [];
  return [
    `No difference that matters where two one-sided tests at 5% put it within ${least.join(" or ")} of 0.`,
  ];
}

function conditionInWords(condition: Condition): string {
  const together = condition.together === undefined ? "" : ` (95% for ${condition.together} together)`;
  return `${contrastInWords(condition)}: ${boundInWords(condition)}${together}`;
}

function boundInWords(bound: Bound): string {
  if ("above" in bound) return `above ${bound.above}`;
  if ("below" in bound) return `below ${bound.below}`;
  if ("within" in bound) return `within ${bound.within.join(" to ")}`;
  if ("outside" in bound) return `outside ${bound.outside.join(" to ")}`;
  return "is" in bound.always
    ? `exactly ${bound.always.is} for every problem`
    : `below ${bound.always.below} for every problem`;
}

/** "pass@1 (base tests), instruct: T 0.2 minus T 1" */
export function contrastInWords(contrast: Contrast): string {
  const { less, ...first } = contrast;
  const { words } = measures[contrast.measure];
  const sides = [first.of, first.minus, less?.of, less?.minus].filter(side => side !== undefined);
  const common = sides.length < 2 ? {} : commonOf(sides);
  const heading = [words, ...wordsOf(common)].join(", ");
  const own = differenceInWords(first, common);
  if (less === undefined) return own === "" ? heading : `${heading}: ${own}`;
  const other = differenceInWords(less, common);
  const named = less.measure === undefined ? other : `${measures[less.measure].words} of ${other}`;
  const twice = less.times === undefined ? "" : `${less.times} times `;
  return `${heading}: (${own}) minus ${twice}(${named})`;
}

function differenceInWords(
  { of, minus, asShare, matched }: Partial<Difference> & Pick<Difference, "of">,
  common: Where,
): string {
  const side = (where: Where) =>
    wordsOf(Object.fromEntries(Object.entries(where).filter(([name]) => !(name in common)))).join(" ");
  const fair = (which: "of" | "minus") => (matched?.side === which ? `, ${fairest[matched.by]},` : "");
  const first = side(of) + fair("of");
  if (minus === undefined) return first;
  return `${first} minus ${side(minus)}${fair("minus")}${asShare ? ", as a share of the first" : ""}`;
}

const fairest = {
  calls: "for each seed the setting that makes most calls without making more than the other side",
  "pass@1": "for each seed the setting whose pass@1 is nearest to the other side's",
} as const;

function commonOf(sides: readonly Where[]): Where {
  const [first, ...others] = sides;
  const same = (name: string, value: Wanted) =>
    others.every(side => JSON.stringify(side[name]) === JSON.stringify(value));
  return Object.fromEntries(Object.entries(first).filter(([name, value]) => same(name, value)));
}

/** Columns whose value says it all. */
const spoken = [
  "checkpoint",
  "estimator",
  "recipe",
  "model",
  "method",
  "policy",
  "readout",
  "task",
  "form",
  "score",
  "precision",
];

function wordsOf(where: Where): string[] {
  return Object.entries(where).map(([name, value]) => {
    if (isChosen(value)) return `${value.pick} ${name}`;
    if (value === null) return `no ${name}`;
    const text = Array.isArray(value) ? value.join(" or ") : String(value);
    if (name === "temperature") return `T ${text}`;
    if (name === "steps") return `${text} steps`;
    if (name === "soft") return value === true ? "soft masks" : "plain masks";
    if (name === "tieRule") return `${text} ties`;
    return spoken.includes(name) ? text : `${name} ${text}`;
  });
}
