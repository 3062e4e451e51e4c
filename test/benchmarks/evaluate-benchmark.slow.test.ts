import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { afterAll, describe, expect, it } from "vitest";
import { readLog } from "../../src/lib/log/log-reader.js";
import { packageRoot } from "../../src/lib/host/package-root.js";
import { writeRandomCheckpoint } from "../../src/lib/checkpoints/random-checkpoint.js";

const folder = mkdtempSync(join(tmpdir(), "unmask-evaluate-"));
/**
 * Part of every file's name, and so of every log's: what these tests leave under data/runs is found by it.
 */
const mark = `t${process.pid}`;
const runs = join(packageRoot, "data", "runs", "evaluate");
const logsOfTests = () =>
  existsSync(runs)
    ? readdirSync(runs)
        .filter(name => name.includes(mark))
        .map(name => join(runs, name))
    : [];
afterAll(() => {
  for (const path of [folder, ...logsOfTests()]) rmSync(path, { recursive: true, force: true });
});

const command = join(packageRoot, "dist/cli/evaluate.js");

function evaluate(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [command, ...args], { encoding: "utf8" });
  return { status, stdout, stderr, lines: stdout.trim().split("\n") };
}

function file(name: string, rows: readonly unknown[] | string): string {
  const path = join(folder, name);
  writeFileSync(path, typeof rows === "string" ? rows : rows.map(row => JSON.stringify(row)).join("\n"));
  return path;
}

const rowsOf = (stdout: string) => {
  const path = join(/^log: (.*)$/m.exec(stdout)?.[1] ?? "", "samples.arrow");
  return readLog(path, "answers").rows();
};

function problem(id: number, name: string, body: string, checks: string) {
  return {
    task_id: `HumanEval/${id}`,
    prompt: `def ${name}(x):\n    """${name} of x."""\n`,
    entry_point: name,
    canonical_solution: `    return ${body}\n`,
    test: `def check(candidate):\n    assert ${checks}\n`,
  };
}

const three = [
  problem(0, "twice", "2 * x", "candidate(2) == 4 and candidate('a') == 'aa'"),
  problem(1, "negate", "-x", "candidate(3) == -3"),
  problem(2, "last", "x[-1]", "candidate([1, 2]) == 2"),
];
const problems = file("problems.jsonl", three);

describe("npm run evaluate -- --completions", () => {
  it("scores fenced solutions and raw completions, several a problem, with intervals over problems", () => {
    const answers = file(`both-${mark}.jsonl`, [
      { task_id: "HumanEval/0", completion: "    return x + x\n\nprint(twice(1))" },
      { task_id: "HumanEval/0", solution: "Sure!\n```python\ndef twice(x):\n    return x * 2\n```\nDone." },
      { task_id: "HumanEval/1", solution: "def negate(x):\n    return 0 - x" },
      { task_id: "HumanEval/1", completion: "    return x\n" },
      { task_id: "HumanEval/2", solution: "I do not know." },
      { task_id: "HumanEval/2", completion: "    while True: pass\n    return x" },
    ]);
    const { status, stdout, lines } = evaluate(
      ...["--task", "humaneval", "--file", problems, "--completions", answers, "--timeout", "1"],
    );
    expect(status).toBe(0);
    expect(lines[0]).toMatch(
      /^passedBase pass@1 {2}50\.0% {2}\[0\.0, 100\.0\] {2}\(3 problems, 2 samples each/,
    );
    expect(lines[1]).toMatch(/^passedBase pass@2 {2}66\.7% /);
    expect(lines.slice(2, 5)).toEqual([
      "no plus tests in this file: passedPlus is left out",
      "2 of 6 answers graded as given; extraction changed 2 of the other 4",
      "1 of 6 answers took too long (not finished after 1 s): counted as failed",
    ]);
    expect(stdout).not.toContain("AR-ness");
    expect(
      rowsOf(stdout).map(r => [r.problem, r.sample, r.form, r.passedBase, r.outcome, r.program]),
    ).toEqual([
      [
        "HumanEval/0",
        0,
        "completion",
        true,
        "passed",
        'def twice(x):\n    """twice of x."""\n\n    return x + x',
      ],
      ["HumanEval/0", 1, "solution", true, "passed", "def twice(x):\n    return x * 2"],
      ["HumanEval/1", 0, "solution", true, "passed", "def negate(x):\n    return 0 - x"],
      [
        "HumanEval/1",
        1,
        "completion",
        false,
        "failed",
        'def negate(x):\n    """negate of x."""\n\n    return x',
      ],
      ["HumanEval/2", 0, "solution", false, "failed", "I do not know."],
      ["HumanEval/2", 1, "completion", false, "timeout", expect.stringContaining("while True")],
    ]);
  }, 60_000);

  it(
    "solutions run whole, unless they are markdown or are to be sanitized; as they are, everything " + "does",
    () => {
      const solution = "import functools\n@functools.cache\ndef twice(x):\n    return 2 * x";
      const answers = file(`whole-${mark}.jsonl`, [
        { task_id: "HumanEval/0", solution },
        { task_id: "HumanEval/1", completion: "    return -x" },
        { task_id: "HumanEval/2", solution: "Sure!\n```\ndef last(x):\n    return x[-1]\n```" },
        { task_id: "HumanEval/0", solution: "def twice(x):\n    return 2 * x\nif 1 > 0:\n    twice = None" },
      ]);
      const args = ["--task", "humaneval", "--file", problems, "--completions", answers];
      const passed = (...more: string[]) => rowsOf(evaluate(...args, ...more).stdout).map(r => r.passedBase);
      expect(passed("--as-is")).toEqual([true, true, false, false]);
      expect(passed()).toEqual([true, true, true, false]);
      expect(passed("--sanitize")).toEqual([true, true, true, true]);
    },
    60_000,
  );

  it("says how many answers need what the sandbox lacks, and how many end tokens were left out", () => {
    const answers = file(`lacking-${mark}.jsonl`, [
      { task_id: "HumanEval/0", solution: "import numpy as np\ndef twice(x):\n    return 2 * x" },
      { task_id: "HumanEval/1", solution: "def negate(x):\n    return -x<|im_end|>" },
      { task_id: "HumanEval/2", completion: "    import pandas\n    return x[-1]</s>" },
    ]);
    const { stdout } = evaluate("--task", "humaneval", "--file", problems, "--completions", answers);
    expect(rowsOf(stdout).map(r => r.passedBase)).toEqual([false, true, false]);
    expect(stdout).toContain("2 of 3 answers ended in an end token, which was left out\n");
    expect(stdout).toContain(
      "1 of 3 answers import numpy, which is not in this sandbox: counted as failed\n",
    );
    expect(stdout).toContain(
      "1 of 3 answers import pandas, which is not in this sandbox: counted as failed\n",
    );
  }, 60_000);

  it("leaves answers to other problems out, and says so", () => {
    const answers = file(`others-${mark}.jsonl`, [
      { task_id: "HumanEval/7", solution: "x = 1" },
      { task_id: "HumanEval/1", solution: "def negate(x):\n    return -x" },
    ]);
    const { stderr, lines } = evaluate("--task", "humaneval", "--file", problems, "--completions", answers);
    expect(stderr).toMatch(/warning: 1 answers are to problems that .* lacks \(the first is HumanEval\/7\)/);
    expect(lines[0]).toMatch(/^passedBase pass@1 {2}100\.0% .*\(1 problems, 1 samples each/);
  }, 60_000);

  it("counts base and plus, and scores what is there when answers are missing", () => {
    const mbpp = file(
      "mbpp.json",
      JSON.stringify([
        {
          task_id: 1,
          text: "Double x.",
          code: "def f(x):\n  return 2 * x",
          test_list: ["assert f(1) == 2"],
          challenge_test_list: ["assert f(2) == 4"],
        },
        {
          task_id: 2,
          text: "Halve x.",
          code: "def g(x):\n  return x / 2",
          test_list: ["assert g(2) == 1"],
          challenge_test_list: [],
        },
        { task_id: 3, text: "Nothing.", code: "def h():\n  return 0", test_list: ["assert h() == 0"] },
      ]),
    );
    const answers = file(`few-${mark}.jsonl`, [
      { task_id: 1, solution: "def f(x):\n    return 2" },
      { task_id: "Mbpp/2", solution: "def g(x):\n    return x / 2" },
    ]);
    const { stderr, lines } = evaluate("--task", "mbpp", "--file", mbpp, "--completions", answers);
    expect(stderr).toContain(
      "warning: 1 of 3 problems have no answer (the first is Mbpp/3); only the others",
    );
    expect(lines[0]).toMatch(/^passedBase pass@1 {2}100\.0% .*\(2 problems, 1 samples each/);
    expect(lines[1]).toMatch(/^passedPlus pass@1 {2}0\.0% .*\(1 problems, /);
    expect(lines[2]).toBe("plus tests for 1 of 2 samples only");
  }, 60_000);
});

describe("what cannot be evaluated is one sentence", () => {
  const good = file("good.jsonl", [{ task_id: "HumanEval/0", solution: "x" }]);
  const broken = join(folder, "broken.jsonl.gz");
  writeFileSync(broken, gzipSync("{}").subarray(0, 12));
  it.each([
    [["--task", "humaneval"], /--task humaneval needs --file/],
    [["--task", "humaneval", "--file", problems], /--checkpoint is missing/],
    [["--task", "minipy", "--checkpoint", "instruct", "--length", "9"], /--length belongs to a benchmark/],
    [
      ["--task", "humaneval", "--file", "nowhere.jsonl"].concat("--completions", good),
      /nowhere\.jsonl does not exist/,
    ],
    [["--task", "humaneval", "--file", broken, "--completions", good], /is gzipped and damaged/],
    [["--task", "mbpp", "--file", problems, "--completions", good], /"HumanEval\/0", which is not of mbpp/],
    [
      ["--task", "humaneval", "--file", problems, "--checkpoint", "a/b", "--completions", good],
      /one of the two/,
    ],
    [["--task", "humaneval", "--file", problems, "--checkpoint", folder], /has no config\.json/],
    [["--task", "humaneval", "--file", problems, "--sanitize"], /--sanitize says how --completions are read/],
    [
      ["--task", "humaneval", "--file", problems, "--completions", good, "--sanitize", "--as-is"],
      /pass one of the two/,
    ],
    [
      ["--task", "humaneval", "--file", problems, "--completions", file("cut.jsonl", '{"task_id"')],
      /cut\.jsonl line 1 is not valid JSON/,
    ],
    [
      [
        "--task",
        "humaneval",
        "--file",
        problems,
        "--completions",
        file("other.jsonl", [{ task_id: "HumanEval/9", solution: "" }]),
      ],
      /other\.jsonl line 1 answers "HumanEval\/9", which is not among the 3/,
    ],
  ])("%j", (args, sentence) => {
    const { status, stdout, stderr } = evaluate(...args);
    expect(stderr).toMatch(sentence);
    expect([status, stdout, stderr.trim().split("\n").length]).toEqual([1, "", 1]);
  });
});

describe("an evaluation that was killed", () => {
  // each answer takes a tenth of a second
  const answers = file(
    `slow-${mark}.jsonl`,
    Array.from({ length: 40 }, (_, i) => ({
      task_id: `HumanEval/${i % 2}`,
      solution:
        "import time\nT = time.time()\ndef wait():\n    while time.time() < T + 0.1: pass\n    return " +
        `0\ndef twice(x):\n    return 2 * x + wait() * ${i}\ndef negate(x):\n    return -x + wait() * ` +
        `${i}`,
    })),
  );
  const args = ["--task", "humaneval", "--file", problems, "--completions", answers, "--batch", "4"];
  const log = () =>
    join(logsOfTests().find(name => name.includes(`slow-${mark}`)) ?? folder, "samples.arrow");
  const identities = (rows: ReturnType<typeof rowsOf>) => rows.map(r => `${r.problem} ${r.sample}`);

  it("by SIGKILL goes on after its last batch and neither loses nor repeats a row", async () => {
    const child = spawn(process.execPath, [command, ...args], { stdio: "ignore" });
    // the log may be looked at while its first bytes are written
    const rowsSoFar = () =>
      existsSync(log()) && statSync(log()).size > 4096 ? readLog(log(), "answers").rowCount : 0;
    while (rowsSoFar() < 8) await new Promise(resolve => setTimeout(resolve, 50));
    child.kill("SIGKILL");
    await once(child, "exit");
    const before = readLog(log(), "answers");
    expect([before.complete, before.rowCount < 40]).toEqual([false, true]);
    const kept = before.rows();
    const { status, stdout } = evaluate(...args);
    const rows = rowsOf(stdout);
    expect(status).toBe(0);
    expect(rows.slice(0, kept.length)).toEqual(kept);
    expect(identities(rows)).toEqual(Array.from({ length: 40 }, (_, i) => `HumanEval/${i % 2} ${i >> 1}`));
  }, 90_000);

  it("in the middle of a write drops the cut batch and makes it again", () => {
    truncateSync(log(), statSync(log()).size - 100);
    expect(readLog(log(), "answers").rowCount).toBe(36);
    const { stdout } = evaluate(...args);
    expect(identities(rowsOf(stdout))).toEqual(
      Array.from({ length: 40 }, (_, i) => `HumanEval/${i % 2} ${i >> 1}`),
    );
  }, 60_000);
});

describe("an evaluation that another process is doing", () => {
  it("is waited for, with a sentence that says for whom, and its rows are read", async () => {
    const answers = file(
      `twice-${mark}.jsonl`,
      Array.from({ length: 24 }, (_, i) => ({
        task_id: `HumanEval/${i % 2}`,
        solution:
          "import time\ntime.sleep(0.2)\ndef twice(x):\n    return 2 * x\ndef negate(x):\n    return -x - " +
          `${i}`,
      })),
    );
    const args = ["--task", "humaneval", "--file", problems, "--completions", answers, "--batch", "4"];
    const first = spawn(process.execPath, [command, ...args], { stdio: ["ignore", "pipe", "ignore"] });
    let firstSaid = "";
    first.stdout.on("data", chunk => (firstSaid += String(chunk)));
    const ended = once(first, "close");
    const isBegun = () =>
      logsOfTests().some(run => run.includes("twice") && existsSync(join(run, "samples.arrow")));
    while (!isBegun()) await new Promise(resolve => setTimeout(resolve, 20));
    const second = evaluate(...args);
    await ended;
    expect([first.exitCode, second.status]).toEqual([0, 0]);
    expect(second.stderr).toMatch(
      new RegExp(`evaluate: waiting for process ${first.pid} on .*; Ctrl-C ends`),
    );
    expect(second.stdout).toBe(firstSaid);
    expect(rowsOf(second.stdout).length).toBe(24);
  }, 120_000);
});

describe("a checkpoint", () => {
  it("is asked, decoded and graded; asked again, its log is read", () => {
    const args = [
      "--task",
      "humaneval",
      "--file",
      file(`tiny-${mark}.jsonl`, three),
      "--length",
      "16",
      "--samples",
      "2",
    ];
    const tiny = [...args, "--checkpoint", join(packageRoot, "test/reference/dream-tiny"), "--problems", "2"];
    const first = evaluate(...tiny, "--prompt-style", "completion", "--batch", "3");
    expect(first.stderr).toContain("prompt style: completion");
    expect(first.lines.slice(0, 2)).toEqual([
      expect.stringMatching(/^passedBase pass@1 {2}0\.0% .*\(2 problems, 2 samples each/),
      expect.stringMatching(/^passedBase pass@2 {2}0\.0% /),
    ]);
    expect(first.stdout).toMatch(/steps decided by a tie: \d+ of 60 /);
    const rows = rowsOf(first.stdout);
    expect(rows.map(r => [r.problem, r.sample, r.steps, r.form, r.prompt])).toEqual(
      three.slice(0, 2).flatMap(p => [0, 1].map(s => [p.task_id, s, 16, "completion", p.prompt])),
    );
    expect(rows.every(r => new Set(Array.from(r.order)).size === 16)).toBe(true);
    const again = evaluate(...tiny, "--prompt-style", "completion");
    expect(again.stdout).toBe(first.stdout);
    expect(again.stderr).not.toContain("samples, step");
    rmSync(/^log: (.*)$/m.exec(first.stdout)?.[1] ?? folder, { recursive: true });
  }, 120_000);

  it("of an AR parent, which has no mask, is decoded left to right without being told", () => {
    const parent = join(folder, `parent-${mark}`);
    writeRandomCheckpoint(parent, { shape: "tiny", family: "qwen2", seed: 1, shards: 1 });
    const { status, stdout } = evaluate(
      ...["--task", "humaneval", "--file", file(`parent-${mark}.jsonl`, three), "--problems", "2"],
      ...["--checkpoint", parent, "--length", "6"],
    );
    expect(status).toBe(0);
    const rows = rowsOf(stdout);
    expect(rows.map(r => [r.problem, r.remasking, r.form])).toEqual(
      three.slice(0, 2).map(p => [p.task_id, "autoregressive", "chat"]),
    );
    expect(rows.every(r => Array.from(r.order).every((position, rank) => position === rank))).toBe(true);
  }, 60_000);
});

const [humanEval, mbpp] = ["HumanEval", "mbpp"].map(name =>
  join(packageRoot, "..", "shared", "data", `${name}.jsonl.gz`),
);
const there = existsSync(humanEval) && existsSync(mbpp);
if (!there) console.warn(`skipped: ${humanEval} or ${mbpp} is not there; the project does not ship them.`);

describe.skipIf(!there)("public problems (skipped where ../shared/data has no copy)", () => {
  it("MBPP's 974 reference solutions, as they are and every third in fences, solve them all", () => {
    const answers = gunzipSync(readFileSync(mbpp))
      .toString("utf8")
      .trim()
      .split("\n")
      .flatMap((row, i) => {
        const { task_id, code } = JSON.parse(row) as Record<string, string>;
        const fenced = { task_id, completion: `Here you go:\n\`\`\`python\n${code}\n\`\`\`\n` };
        return [{ task_id, solution: code }, ...(i % 3 === 0 ? [fenced] : [])];
      });
    const path = file(`mbpp-${mark}.jsonl`, answers);
    const { stdout } = evaluate("--task", "mbpp", "--file", mbpp, "--completions", path, "--timeout", "120");
    expect(rowsOf(stdout).filter(r => !(r.passedBase && r.passedPlus !== false))).toEqual([]);
    expect(rowsOf(stdout)).toHaveLength(974 + Math.ceil(974 / 3));
  }, 600_000);

  it("HumanEval's prompts without a body solve none", () => {
    const answers = gunzipSync(readFileSync(humanEval))
      .toString("utf8")
      .trim()
      .split("\n")
      .flatMap(row => {
        const { task_id, prompt } = JSON.parse(row) as Record<string, string>;
        return [
          { task_id, completion: "    pass\n" },
          { task_id, solution: `${prompt}    pass\n` },
        ];
      });
    const path = file(`empty-${mark}.jsonl`, answers);
    const { lines } = evaluate("--task", "humaneval", "--file", humanEval, "--completions", path);
    expect(lines[0]).toMatch(/^passedBase pass@1 {2}0\.0% {2}\[0\.0, 0\.0\] {2}\(164 problems, 2 samples/);
  }, 120_000);

  it("the reference solutions, as completions and in fences, solve all 164 problems", () => {
    const rows = gunzipSync(readFileSync(humanEval)).toString("utf8").trim().split("\n");
    const answers = rows.flatMap(row => {
      const { task_id, prompt, canonical_solution } = JSON.parse(row) as Record<string, string>;
      const fenced = `The solution:\n\`\`\`python\n${prompt}${canonical_solution}\`\`\`\nIt is simple.\n`;
      return [
        { task_id, completion: canonical_solution },
        { task_id, solution: fenced },
      ];
    });
    const path = file(`canonical-${mark}.jsonl`, answers);
    const { lines } = evaluate("--task", "humaneval", "--file", humanEval, "--completions", path);
    expect(lines[0]).toMatch(
      /^passedBase pass@1 {2}100\.0% {2}\[100\.0, 100\.0\] {2}\(164 problems, 2 samples/,
    );
  }, 120_000);
});
