/** N10: repairing an answer in latent space by a reward, against spending the reward on choosing (LAMP, OpenReview r12Cz05mUT). */
import { bootstrapDefaults, mean } from "../analysis/bootstrap.js";
import { pairedDifference, type SampleUnit } from "../analysis/by-group.js";
import type { Rng } from "../core/rng.js";
import { allHold, estimateInWords, exceeds, judged, type Claim, type JudgedClaim } from "./claim.js";

/** K of the paper's text; its tables have 10. */
export const n10Iterations = 2;

export const n10Lamp: Claim = {
  id: "N10",
  figure: "n10-lamp",
  statement:
    "With the share of base tests passed as an oracle reward, LAMP earns more of it than plain decoding, and more than taking the best of K + 1 samples by the same reward in about as many denoiser calls.",
  citation:
    "Latent Adaptation with Masked Policy, OpenReview r12Cz05mUT (withdrawn); the second comparison is ours",
  published:
    "GSM8K with an oracle reward: LLaDA 71.3 to 84.6 and 63.8 to 84.0, Dream 81.9 to 87.8; no comparison with resampling",
  criterion: `ORACLE: the reward is the share of the base tests that the answer is graded by, so the numbers are rewards, not accuracies. K = ${n10Iterations}, T 0.2. Mean reward of what LAMP returns minus that of its own first answer, and minus that of the best of K + 1 samples, paired by training seed and problem: both intervals above 0. Other K, the parser as a reward, the best of LAMP's own candidates and the plus tests, which no reward sees, are in the note.`,
};

export interface RepairUnit extends SampleUnit {
  /** "tests" is the oracle */
  readonly reward: string;
  readonly iterations: number;
  readonly method: string;
  readonly calls: number;
  /** the reward of what the method returned */
  readonly score: number;
  readonly passedPlus: boolean | null;
  readonly edits: number;
  readonly accepted: number;
}

const scoreOf = (row: RepairUnit) => row.score;
const plusOf = (row: RepairUnit) => (row.passedPlus === true ? 1 : 0);

/** @param rows of one model: every method under the oracle with `n10Iterations`, and other settings for the note */
export function judgeN10(rows: readonly RepairUnit[], rng: Rng): JudgedClaim {
  const contest = (reward: string, iterations: number, method: string, opponent: string) => {
    const of = (name: string) =>
      rows.filter(row => row.reward === reward && row.iterations === iterations && row.method === name);
    const label = `${reward} reward, K = ${iterations}: ${method} minus ${opponent}`;
    const paired = (value: (row: RepairUnit) => number) =>
      pairedDifference(of(method), of(opponent), value, bootstrapDefaults, rng.split(label));
    const calls = [method, opponent].map(name => mean(of(name).map(row => row.calls)).toFixed(1));
    const found = paired(scoreOf);
    const text = `${label} ${estimateInWords(found)} at ${calls[0]} calls against ${calls[1]} (plus tests ${estimateInWords(paired(plusOf))})`;
    return { found, text };
  };
  const against = (reward: string, k: number, method: string) =>
    ["plain", `best of ${k + 1}`].map(opponent => contest(reward, k, method, opponent));
  const decisive = against("tests", n10Iterations, "LAMP");
  const settings = [
    ...new Map(
      rows.map(row => [`${row.reward} ${row.iterations}`, [row.reward, row.iterations] as const]),
    ).values(),
  ];
  const others = settings.flatMap(([reward, k]) => [
    ...(reward === "tests" && k === n10Iterations ? [] : against(reward, k, "LAMP")),
    ...against(reward, k, "LAMP, best candidate").slice(1),
  ]);
  const smallest = decisive.reduce((low, d) => (d.found.mean < low.found.mean ? d : low)).found;
  return judged(
    n10Lamp,
    smallest,
    { seeds: smallest.seeds, n: smallest.n },
    allHold(decisive.map(({ found }) => exceeds(0, found))),
    `Measured: the smaller of the two differences of an oracle's reward. ${inWords(decisive)}. Edits accepted: ${settings.map(([reward, k]) => acceptanceInWords(rows, reward, k)).join("; ")}. Not decisive: ${inWords(others)}.`,
  );
}

const inWords = (contests: readonly { readonly text: string }[]) =>
  contests.map(({ text }) => text).join("; ");

function acceptanceInWords(rows: readonly RepairUnit[], reward: string, iterations: number): string {
  const own = rows.filter(
    row => row.method === "LAMP" && row.reward === reward && row.iterations === iterations,
  );
  const total = (value: (row: RepairUnit) => number) => own.reduce((sum, row) => sum + value(row), 0);
  return `${total(row => row.accepted)} of ${total(row => row.edits)} (${reward} reward, K = ${iterations})`;
}
