import { describe, expect, it } from "vitest";
import type { AnswerRow } from "../../src/lib/log/schemas.js";
import { failureReport, readingReport } from "../../src/lib/commands/answer-report.js";

const row = (fields: Partial<AnswerRow>) =>
  ({
    form: "solution",
    prompt: "p",
    text: "x = 1",
    program: "x = 1",
    outcome: "passed",
    error: "",
    ...fields,
  }) as AnswerRow;
const failed = (error: string, outcome = "failed") => row({ outcome, error });

describe("how answers were read", () => {
  it("counts those that are as given and those that extraction changed", () => {
    const rows = [
      row({}),
      row({ text: "```\nx = 1\n```", program: "x = 1" }),
      row({ form: "completion", text: "  return 1\n", program: "p\n  return 1" }),
      row({ form: "completion", text: "  return 1\nprint()", program: "p\n\n  return 1" }),
    ];
    expect(readingReport(rows)).toEqual([
      "1 of 4 answers graded as given; extraction changed 2 of the other 3",
    ]);
  });

  it("counts those that an end token closed, but not one in a string", () => {
    const rows = [
      row({ text: "x = 1<|im_end|>\n<|endoftext|>", program: "x = 1" }),
      row({ text: "x = '</s>'", program: "x = '</s>'" }),
      row({ form: "completion", text: "  return 1</s>", program: "p\n  return 1" }),
    ];
    expect(readingReport(rows)).toEqual([
      "2 of 3 answers graded as given; extraction changed 0 of the other 1",
      "2 of 3 answers ended in an end token, which was left out",
    ]);
  });
});

describe("what failed for want of something that the sandbox lacks", () => {
  it.each([
    ["ModuleNotFoundError: No module named 'numpy' (line 1)", "import numpy, which is not in this sandbox"],
    [
      "base input 0: ModuleNotFoundError: ModuleNotFoundError(\"No module named 'scipy.stats'\")",
      "import scipy, which is not in this sandbox",
    ],
    [
      "ModuleNotFoundError: The module 'tkinter' is unvendored from the standard library (line 2)",
      "import tkinter, which is not in this sandbox",
    ],
    [
      "ModuleNotFoundError: import of ctypes halted; None in sys.modules (line 1)",
      "import ctypes, which is not in this sandbox",
    ],
    ["RuntimeError: can't start new thread (line 3)", "start threads, which this sandbox does not have"],
    [
      "base input 0: OSError: OSError(138, 'emscripten does not support processes.')",
      "start processes, which this sandbox does not have",
    ],
    [
      "PermissionError: [Errno 63] Operation not permitted (line 2)",
      "start processes or open connections, which this sandbox does not have",
    ],
    [
      "OSError: [Errno 69] Read-only file system: '/tmp/x' (line 1)",
      "write files, which this sandbox does not have",
    ],
    [
      "OSError: [Errno 138] emscripten does not support processes. (line 3)",
      "start processes, which this sandbox does not have",
    ],
    ["MemoryError (line 3)", "ran out of memory (512 MiB)"],
  ])("%s", (error, why) => {
    expect(failureReport([failed(error), row({})])).toEqual([`1 of 2 answers ${why}: counted as failed`]);
  });

  it("is counted by kind, and time too", () => {
    const numpy = failed("ModuleNotFoundError: No module named 'numpy' (line 1)");
    const slow = failed("not finished after 30 s", "timeout");
    expect(failureReport([numpy, slow, numpy, failed("AssertionError (line 1)"), row({})])).toEqual([
      "2 of 5 answers import numpy, which is not in this sandbox: counted as failed",
      "1 of 5 answers took too long (not finished after 30 s): counted as failed",
    ]);
  });

  it("is nothing where answers are wrong, or came through", () => {
    expect(failureReport([failed("AssertionError: f('numpy') == 3 (line 2)"), row({ error: "" })])).toEqual(
      [],
    );
  });
});
