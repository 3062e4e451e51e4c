/** What claims measure of ratios and k3 terms after some updates: numbers of all tokens of a run together. */
import {
  ratiosOutside,
  termQuantileOf,
  topShareOf,
  type ExponentForm,
  type Shift,
} from "../analysis/exponents.js";
import { grpoLossDefaults } from "../rl/grpo-loss.js";
import { as, type Measure } from "./measure.js";

function ofTokens(words: string, ofRun: (shifts: readonly Shift[]) => number): Measure {
  return {
    words,
    matters: null,
    ofProblem: () => NaN,
    ofRun: samples => ofRun(samples.map(row => as<Shift>(row))),
  };
}

function topShare(form: ExponentForm): Measure {
  return ofTokens(`share of the sum of k3 terms made by the largest hundredth, ${form} exponents`, shifts =>
    topShareOf(shifts, form),
  );
}

const [below, above] = [1 - grpoLossDefaults.epsilonLow, 1 + grpoLossDefaults.epsilonHigh];

export const exponentMeasures = {
  "top share, public": topShare("public"),
  "top share, bounded": topShare("bounded"),
  "top share, divided": topShare("weights divided out"),
  "99th percentile of k3": ofTokens("natural logarithm of the 99th percentile of k3 terms", shifts =>
    Math.log(termQuantileOf(shifts, "k3", 0.99)),
  ),
  "ratios outside": ofTokens(`share of tokens whose ratio is below ${below} or above ${above}`, shifts =>
    ratiosOutside(shifts, below, above),
  ),
} as const satisfies Readonly<Record<string, Measure>>;
