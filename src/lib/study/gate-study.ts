/**
 * The gates of the testbed of scripts and stories for one checkpoint: what is decoded for them, and how it
 * is read.
 */
import {
  lengthGate,
  likenessGate,
  readingGate,
  roomGate,
  testSetGate,
  varietyGate,
  type GateLine,
  type GateProblem,
  type GateProgram,
} from "../analysis/gates.js";
import { problemsOf, testbedTokenizer } from "../checkpoints/testbed.js";
import type { Problem, Split } from "../core/records.js";
import type { SampleRow } from "../log/schemas.js";
import { extractProgram } from "../tasks/grade.js";
import { askedConditions, comparisonWith } from "../tasks/scripts/comparators.js";
import { isComparator, isUpward } from "../tasks/scripts/spec.js";
import { testbedOf } from "../tasks/testbeds.js";
import type { Difference } from "./plan.js";
import { study } from "./study.js";

/** What is judged: a checkpoint, and how many problems of each kind it answers. */
export interface GatedModel {
  readonly checkpoint: string;
  readonly seed: number;
  /** the AR parent: only its reading of comparators is gated */
  readonly autoregressive: boolean;
  readonly problems: number;
  /** problems with 16 samples each */
  readonly sampledProblems: number;
}

const [code, math] = ["scripts", "stories"] as const;
const testbed = testbedOf([code, math]);
/** Of the whole test set, whatever part of it a model answers. */
const testSetSize = 600;
const devSetSize = 300;
const samplesPerProblem = 16;

/** Decodes what is not logged yet, and holds it against the gates. */
export async function gateLines(model: GatedModel, signal?: AbortSignal): Promise<GateLine[]> {
  const answers = (task: string, split: Split) =>
    decoded(model, { task, split, problems: model.problems }, signal);
  const [heldOut, seen] = [await answers(code, "test"), await answers(code, "train")];
  const reading = [
    ...readingGate("held out", heldOut.map(gateProgram)),
    ...readingGate("seen", seen.map(gateProgram)),
  ];
  if (model.autoregressive) return [...reading, ...problemGates()];
  const stories = await answers(math, "test");
  const sampled = await decoded(
    model,
    { task: code, split: "test", problems: model.sampledProblems, samplesPerProblem, temperature: 1 },
    signal,
  );
  return [
    ...reading,
    ...roomGate("held out", heldOut.map(gateProgram)),
    ...roomGate("seen", seen.map(gateProgram)),
    ...varietyGate("held out", sampled.map(gateProgram)),
    ...problemGates(),
    ...likenessGate(
      "held out",
      { tokens: tokensOf(testSet(code)), solved: heldOut.map(row => row.passedBase === true) },
      { tokens: tokensOf(testSet(math)), solved: stories.map(row => row.correct === true) },
    ),
  ];
}

async function decoded(
  { checkpoint, seed, autoregressive }: GatedModel,
  asked: Difference,
  signal?: AbortSignal,
): Promise<readonly SampleRow[]> {
  const plan = { study: "gates", checkpoint, autoregressive, seeds: [seed], vary: [asked] };
  return (await study(plan, signal)).rows;
}

/** What of an answer the gates look at. */
export function gateProgram({ problem, prompt, text, passedBase, passedPlus }: SampleRow): GateProgram {
  const program = extractProgram(text);
  const conditions = askedConditions(prompt);
  return {
    ...{ problem, program, filters: conditions.map(({ filter }) => filter) },
    comparisons: conditions
      .filter(({ filter }) => isComparator(filter))
      .map(({ filter, k }) => ({
        asked: { upward: isUpward(filter), strict: filter === "over" || filter === "under" },
        written: program === null ? null : comparisonWith(program, k),
      })),
    passedBase: passedBase === true,
    passedPlus: passedPlus === true,
  };
}

/** The gates that look at the problems alone. */
function problemGates(): GateLine[] {
  const problems = testSet(code);
  const tokens = tokensOf(problems);
  const looked = problems.map(({ prompt, form, combination }, i): GateProblem => ({
    ...{ form, combination, tokens: tokens[i] },
    filters: askedConditions(prompt).map(({ filter }) => filter),
  }));
  const dev = new Set(problemsOf(code, "dev", devSetSize).map(({ combination }) => combination));
  return [...lengthGate(looked), ...testSetGate(looked, dev)];
}

function testSet(task: string): readonly Problem[] {
  return problemsOf(task, "test", testSetSize);
}

function tokensOf(problems: readonly Problem[]): number[] {
  const tokenizer = testbedTokenizer(testbed);
  return problems.map(({ solution }) => tokenizer.encode(solution).length);
}
