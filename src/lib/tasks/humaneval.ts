/** HumanEval (arXiv 2107.03374) as published, and as EvalPlus and Hugging Face have it. */
import { nameOf, textOf } from "./row-fields.js";
import type { FileTask } from "./task.js";

/**
 * find_zero has no one right answer: EvalPlus asks whether
 * the polynomial vanishes there (eval/__init__.py, 0.3.1).
 */
const inputRules = String.raw`
def polynomial(coefficients, x):
    return sum([c * power(x, i) for i, c in enumerate(coefficients)])

def arguments(task, inputs):
    return inputs

def reference_value(entry, out):
    return out

SETTLED = {"find_zero": lambda out, args, atol: absolute(polynomial(*args, out)) <= atol}
ORACLES = {}
`;

export const humaneval: FileTask = {
  name: "humaneval",
  about: "HumanEval and HumanEval+, from your file",
  idPrefix: "HumanEval",
  stops: ["\ndef ", "\nclass ", "\nimport ", "\nfrom ", "\nassert "],
  inputRules,
  /** base tests; the test script of evalplus/humanevalplus holds base and plus inputs in one */
  ownLayout: row => {
    const prompt = textOf(row, "prompt");
    const entryPoint = nameOf(row);
    const script = [`${textOf(row, "test")}\ncheck(${entryPoint})\n`];
    const prelude = helpersForTests(prompt, entryPoint, script[0]);
    const suites = isPlusScript(script[0]) ? { base: null, plus: script } : { base: script, plus: null };
    return {
      prompt,
      entryPoint,
      solution: prompt + textOf(row, "canonical_solution"),
      tests: { kind: "script", prelude, ...suites },
    };
  },
};

/**
 * The prompt up to the function asked for, where the tests call a function defined there (three problems do).
 */
function helpersForTests(prompt: string, entryPoint: string, test: string): string {
  const head = prompt.slice(0, Math.max(0, prompt.search(new RegExp(`^(async )?def ${entryPoint}\\b`, "m"))));
  const helpers = [...head.matchAll(/^def ([^\W\d]\w*)/gmu)].map(match => match[1]);
  const called = new Set([...test.matchAll(/\b([^\W\d]\w*)\(/gu)].map(match => match[1]));
  return helpers.some(name => called.has(name)) ? head : "";
}

/** The scripts that EvalPlus generates compare through a function of this name. */
function isPlusScript(script: string): boolean {
  return /^def assertion\(/m.test(script);
}
