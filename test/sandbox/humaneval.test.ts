import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { packageRoot } from "../../src/lib/sandbox/installation.js";
import { Sandbox } from "../../src/lib/sandbox/sandbox.js";

interface HumanEvalProblem {
  readonly task_id: string;
  readonly prompt: string;
  readonly entry_point: string;
  readonly canonical_solution: string;
  readonly test: string;
}

const file = join(packageRoot, "..", "shared", "data", "HumanEval.jsonl.gz");
const there = existsSync(file);
if (!there) console.warn(`skipped: ${file} is not there; the project does not ship HumanEval.`);

describe.skipIf(!there)("HumanEval (skipped where ../shared/data/HumanEval.jsonl.gz is absent)", () => {
  let sandbox: Sandbox;
  let problems: HumanEvalProblem[];
  beforeAll(async () => {
    sandbox = await Sandbox.open();
    const lines = gunzipSync(readFileSync(file)).toString("utf8").trim().split("\n");
    problems = lines.map(line => JSON.parse(line) as HumanEvalProblem);
  }, 60_000);
  afterAll(() => sandbox.close());

  /** Ids of the problems that a solution passes. */
  async function passed(solution: (problem: HumanEvalProblem) => string): Promise<string[]> {
    const programs = problems.map(problem => ({
      id: problem.task_id,
      program: `${problem.prompt}${solution(problem)}\n${problem.test}\ncheck(${problem.entry_point})\n`,
      timeoutSeconds: 30,
    }));
    const results = await sandbox.run(programs);
    return results.filter(result => result.outcome === "passed").map(result => result.id);
  }

  it("all 164 canonical solutions pass", async () => {
    expect(await passed(problem => problem.canonical_solution)).toEqual(
      problems.map(problem => problem.task_id),
    );
  }, 120_000);
  it.each([
    ["emptied", "    pass\n"],
    ["that exits", "    exit(0)\n"],
    ["that exits the interpreter's way", "    raise SystemExit(0)\n"],
    ["that prints passed", '    print("passed")\n'],
    [
      "whose value equals, exceeds and undercuts everything",
      "    class E(float):\n" +
        ["eq", "ne", "lt", "le", "gt", "ge"]
          .map(op => `        def __${op}__(s, o): return True\n`)
          .join("") +
        ["sub", "rsub", "abs"].map(op => `        def __${op}__(s, *o): return s\n`).join("") +
        "    return E()\n",
    ],
  ])(
    "a body %s passes none",
    async (_, body) => {
      expect(await passed(() => body)).toEqual([]);
    },
    120_000,
  );
  it("a check whose failure is swallowed passes none", async () => {
    const swallowing = problems.map(problem => ({
      id: problem.task_id,
      program:
        `${problem.prompt}    pass\n${problem.test}\ntry:\n    check(${problem.entry_point})\nexcept ` +
        "BaseException:\n    pass\n",
    }));
    const results = await sandbox.run(swallowing);
    expect(results.filter(result => result.outcome === "passed").map(result => result.id)).toEqual([]);
  }, 120_000);
});
