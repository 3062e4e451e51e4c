/**
 * Rewards of code completions (DiffuCoder §5): 2.0 x share of tests passed + 0.5 x format. The tests run only
 * where the format is perfect, and a test that does not end takes the whole code reward away. The paper
 * prints the format reward weighted (0.5 / 0.25 / 0), its code returns 1 / 0.5 / 0: so does this.
 *
 * Two rules for what passing means. "public" is that of the released code, which runs each test behind the
 * program and looks at the exit status, so that `exit(0)` and an object equal to everything pass. "strict"
 * asks that the program ends by itself and that every assert holds for plain values. Programs are another's
 * to run, in a sandbox, under both.
 */
import { extractProgram } from "../tasks/grade.js";

/** A Python program; its tests, where it has any, run behind it, each judged on its own. */
export interface ProgramToRun {
  readonly id: string;
  readonly program: string;
  readonly tests?: readonly string[];
  /** for the program and all its tests together */
  readonly timeoutSeconds?: number;
}

export interface ProgramOutcome {
  readonly outcome: "passed" | "failed" | "timeout" | "killed";
  /** one a test */
  readonly testsPassed: readonly boolean[];
}

/** Runs programs of unknown origin: the workbench's sandbox, or whatever Python a page has. */
export interface ProgramRunner {
  /** outcomes in the order of the programs */
  run(
    programs: readonly ProgramToRun[],
    onResult?: undefined,
    signal?: AbortSignal,
  ): Promise<readonly ProgramOutcome[]>;
}

export const rewardRules = ["strict", "public"] as const;
export type RewardRule = (typeof rewardRules)[number];

export interface RewardConfig {
  readonly rule: RewardRule;
  readonly codeWeight: number;
  readonly formatWeight: number;
  /** of one test */
  readonly timeoutSeconds: number;
}

export const rewardDefaults: RewardConfig = {
  rule: "strict",
  codeWeight: 2,
  formatWeight: 0.5,
  timeoutSeconds: 5,
};

export interface CompletionToReward {
  readonly completion: string;
  /** Python statements, each a test of its own */
  readonly tests: readonly string[];
}

export type TestOutcome = "passed" | "failed" | "timeout";

export interface Reward {
  /** 1 perfect, 0.5 one well-formed block with a syntax error, 0 otherwise */
  readonly format: number;
  /** share of tests passed, in [0, 1] */
  readonly code: number;
  /** weighted sum */
  readonly total: number;
  /** one per test; null when nothing was run */
  readonly tests: readonly TestOutcome[] | null;
}

/** The first ```python block wherever it stands, "" without one: what the public code runs. */
export function firstBlock(completion: string): string {
  const [opening, closing] = ["```python\n", "```"];
  const from = completion.indexOf(opening) + opening.length;
  const to = completion.indexOf(closing, from);
  return from < opening.length || to < 0 ? "" : completion.slice(from, to);
}

/**
 * One reward a completion, in order. The same completion with the same tests runs once: each finds a fresh
 * interpreter.
 */
export async function rewardAll(
  completions: readonly CompletionToReward[],
  runner: ProgramRunner,
  options: Partial<RewardConfig> = {},
  signal?: AbortSignal,
): Promise<Reward[]> {
  const config = { ...rewardDefaults, ...options };
  const keys = completions.map(({ completion, tests }) => JSON.stringify([completion, tests]));
  const distinct = new Map(keys.map((key, i) => [key, completions[i]]));
  const rewards = await rewardEach([...distinct.values()], runner, config, signal);
  const places = new Map([...distinct.keys()].map((key, i) => [key, i]));
  return keys.map(key => rewards[places.get(key) as number]);
}

async function rewardEach(
  completions: readonly CompletionToReward[],
  runner: ProgramRunner,
  config: RewardConfig,
  signal?: AbortSignal,
): Promise<Reward[]> {
  const formats = await formatRewards(
    completions.map(c => c.completion),
    runner,
    signal,
  );
  const run = completions.map((c, i) => (formats[i] === 1 && c.tests.length > 0 ? c : null));
  const outcomes = await testOutcomes(run, runner, config, signal);
  return formats.map((format, i) => {
    const code = codeReward(outcomes[i] ?? []);
    const total = config.codeWeight * code + config.formatWeight * format;
    return { format, code, total, tests: outcomes[i] };
  });
}

/** Share of tests passed; 0 where one did not end, or there are none. */
export function codeReward(tests: readonly TestOutcome[]): number {
  if (tests.length === 0 || tests.includes("timeout")) return 0;
  return tests.filter(outcome => outcome === "passed").length / tests.length;
}

/** 1 / 0.5 / 0 a completion. Whether a block parses is asked of Python; the block is never run. */
export async function formatRewards(
  completions: readonly string[],
  runner: ProgramRunner,
  signal?: AbortSignal,
): Promise<number[]> {
  const blocks = completions.map(extractProgram);
  const distinct = [...new Set(blocks.filter(block => block !== null))];
  const programs = distinct.map((block, i) => ({ id: String(i), program: parseProgram(block) }));
  const results = await runner.run(programs, undefined, signal);
  const parses = new Map(distinct.map((block, i) => [block, results[i].outcome === "passed"]));
  return blocks.map(block => (block === null ? 0 : parses.get(block) === true ? 1 : 0.5));
}

/** "Parses" means the syntax tree, of the block without the white space around it. */
function parseProgram(block: string): string {
  return `import ast\nast.parse(${pythonLiteral(block)}.strip())\n`;
}

async function testOutcomes(
  completions: readonly (CompletionToReward | null)[],
  runner: ProgramRunner,
  { rule, timeoutSeconds }: RewardConfig,
  signal?: AbortSignal,
): Promise<(readonly TestOutcome[] | null)[]> {
  const programsOf = rule === "public" ? publicPrograms : strictPrograms;
  const programs = completions.map(c => (c === null ? [] : programsOf(c, timeoutSeconds)));
  const results = await runner.run(programs.flat(), undefined, signal);
  let next = 0;
  return completions.map((c, i) => {
    const own = results.slice(next, (next += programs[i].length));
    return c === null ? null : own.flatMap(rule === "public" ? publicOutcome : strictOutcomes);
  });
}

/** One program with all its tests, judged from outside; its time is that of all of them. */
function strictPrograms({ completion, tests }: CompletionToReward, timeoutSeconds: number): ProgramToRun[] {
  const program = firstBlock(completion);
  return [{ id: "strict", program, tests, timeoutSeconds: timeoutSeconds * tests.length }];
}

function strictOutcomes({ outcome, testsPassed }: ProgramOutcome): TestOutcome[] {
  return testsPassed.map(passed => (outcome === "timeout" ? "timeout" : passed ? "passed" : "failed"));
}

/** Every test behind the program in an interpreter of its own; what counts is the exit status. */
function publicPrograms({ completion, tests }: CompletionToReward, timeoutSeconds: number): ProgramToRun[] {
  return tests.map(test => ({
    id: "public",
    program: [
      `source = ${pythonLiteral(`${firstBlock(completion)}\n${test}`)}`,
      "import os, sys",
      "os._exit = sys.exit", // the real one would end our interpreter, not the program
      "try:",
      `    exec(compile(source, "<completion>", "exec"), {"__name__": "__main__"})`,
      "except SystemExit as stop:",
      "    if stop.code not in (None, 0): raise",
    ].join("\n"),
    timeoutSeconds,
  }));
}

function publicOutcome({ outcome }: ProgramOutcome): TestOutcome[] {
  return [outcome === "timeout" ? "timeout" : outcome === "passed" ? "passed" : "failed"];
}

/** A Python string literal of any text: JSON's escapes are Python's too. */
function pythonLiteral(text: string): string {
  return JSON.stringify(text);
}
