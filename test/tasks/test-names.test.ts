import { describe, expect, it } from "vitest";
import { parseCodeProblems } from "../../src/lib/tasks/code-problem-file.js";
import { humaneval } from "../../src/lib/tasks/humaneval.js";
import { mbpp } from "../../src/lib/tasks/mbpp.js";
import { namesInTests } from "../../src/lib/tasks/test-names.js";

describe("what tests take from an answer", () => {
  const names = (test_list: string[], test_setup_code = "", challenge_test_list: string[] = []) => {
    const row = { task_id: 1, text: "t", code: "def f(x):\n    return x", test_list, test_setup_code };
    return namesInTests(parseCodeProblems(JSON.stringify({ ...row, challenge_test_list }), mbpp, "F")[0]);
  };

  it("is the function asked for, first", () => {
    expect(names(["assert f(1) == 1"])).toEqual(["f"]);
  });

  it("is what tests, set-up and challenge tests name beside it", () => {
    const found = names(["assert f(A(1)) == g(1)"], "root = Node(1)\nroot.left = Leaf(2)", ["assert f(h)"]);
    expect(found).toEqual(expect.arrayContaining(["f", "A", "g", "Node", "Leaf", "h"]));
  });

  it("is not what they bind themselves, nor words in strings, comments and attributes", () => {
    const found = names(
      ["assert f([y for y in b]) == 'g' and b.sort(key=k) is None # h"],
      "b = [1]\nimport m\nclass K: pass\ndef p(): return 'it\\'s q'",
    );
    expect(found).toEqual(["f", "k"]);
  });

  it("of a HumanEval check are the function and helpers of the prompt", () => {
    const test =
      "def check(candidate):\n    # Check some cases\n    for i in range(3):\n        assert " +
      "candidate(helper(i)) == i, 'This prints'\n";
    const row = {
      task_id: "HumanEval/1",
      prompt: "def f(x):\n",
      entry_point: "f",
      canonical_solution: "    pass",
      test,
    };
    expect(namesInTests(parseCodeProblems(JSON.stringify(row), humaneval, "F")[0])).toEqual(
      expect.arrayContaining(["f", "helper"]),
    );
  });
});
