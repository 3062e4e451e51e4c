/** What a reward may not be won by. The public code's table: test/reference/check-reference.test.ts. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { firstBlock, rewardAll, type RewardRule } from "../../src/lib/rl/rewards.js";
import { Sandbox } from "../../src/lib/sandbox/sandbox.js";

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await Sandbox.open();
});
afterAll(() => sandbox.close());

const tests = ["assert f(2) == 4", "assert f(0) == 0", "assert f(-1) == 1", "assert f(3) == 9"];
async function codeOf(program: string, rule: RewardRule): Promise<number> {
  const completion = `\`\`\`python\n${program}\n\`\`\`\n`;
  return (await rewardAll([{ completion, tests }], sandbox, { rule, timeoutSeconds: 0.5 }))[0].code;
}

describe("the code reward", () => {
  it("is the share of tests passed", async () => {
    expect(await codeOf("def f(x):\n    return x * x", "strict")).toBe(1);
    expect(await codeOf("def f(x):\n    return abs(x) * x", "strict")).toBe(0.75);
  });

  it.each([
    ["leaving before the assert", "import sys\ndef f(x):\n    sys.exit(0)"],
    ["leaving without a trace", "import os\ndef f(x):\n    os._exit(0)"],
    [
      "an object equal to everything",
      "class A:\n    def __eq__(self, o): return True\ndef f(x):\n    return A()",
    ],
  ])("is not won by %s, which wins the public one", async (_, program) => {
    expect(await codeOf(program, "strict")).toBe(0);
    expect(await codeOf(program, "public")).toBe(1);
  });

  it("is 0 when one test does not end, under both rules", async () => {
    const program = "def f(x):\n    while x == 3:\n        pass\n    return x * x";
    expect(await codeOf(program, "strict")).toBe(0);
    expect(await codeOf(program, "public")).toBe(0);
  });

  it("adds to the format's: 2.0 x code + 0.5 x format", async () => {
    const completions = [
      "```python\ndef f(x): return x * x\n```\n",
      "```python\ndef f(x)\n```\n",
      "no block",
      "",
    ];
    const rewards = await rewardAll(
      completions.map(completion => ({ completion, tests })),
      sandbox,
    );
    expect(rewards.map(r => r.total)).toEqual([2.5, 0.25, 0, 0]);
  });
});

describe("a block", () => {
  it("may hold quotes, backslashes and half characters: parsing never runs it", async () => {
    const nasty = "x = '''\"\"\"\\\\ \\u0041''' # \ud800\nraise SystemExit";
    const [reward] = await rewardAll([{ completion: `\`\`\`python\n${nasty}\n\`\`\`\n`, tests }], sandbox);
    expect(reward.code).toBe(0);
    expect(firstBlock("a ```python\n1\n``` b ```python\n2\n```")).toBe("1\n");
  });
});
