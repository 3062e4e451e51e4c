/**
 * What a problem's tests take from an answer: its function,
 * and whatever else they name (MBPP: classes, helpers).
 */
import type { ScriptTests } from "../core/records.js";
import type { CodeProblem } from "./task.js";

/** The function asked for and every other name that tests and set-up use and do not bind themselves. */
export function namesInTests({ entryPoint, tests }: CodeProblem): readonly string[] {
  const named = tests?.kind === "script" ? scriptNames(tests) : [];
  return [...new Set([entryPoint, ...named])];
}

const known = new WeakMap<ScriptTests, readonly string[]>();

function scriptNames(tests: ScriptTests): readonly string[] {
  let names = known.get(tests);
  if (names === undefined) {
    const scripts = [...(tests.base ?? []), ...(tests.plus ?? [])];
    known.set(tests, (names = [...new Set(scripts.flatMap(freeNames))]));
  }
  return names;
}

const stringsAndComments =
  /"""(?:[^\\]|\\[^])*?"""|'''(?:[^\\]|\\[^])*?'''|"(?:[^"\\\n]|\\[^])*"|'(?:[^'\\\n]|\\[^])*'|#[^\n]*/g;
/** A name that is neither an attribute nor part of a number. */
const name = /(?<![\w.])[^\W\d]\w*/gu;
/** `x = ...`, `for x in`, `def x`, `class x`, `import x`, `as x`, and what a keyword argument is called */
const bound = /(?<![\w.])([^\W\d]\w*)\s*=(?!=)|\b(?:for|def|class|import|as)\s+([^\W\d]\w*)/gu;
const reserved = new Set(
  (
    "False None True and as assert async await break class continue def del elif else except finally " +
    "for from global if import in is lambda nonlocal not or pass raise return try while with yield"
  ).split(" "),
);

/** Names that a Python source reads without binding them, as far as its text shows. */
function freeNames(source: string): string[] {
  const code = source.replace(stringsAndComments, '""');
  const own = new Set([...code.matchAll(bound)].map(match => match[1] ?? match[2]));
  return [...new Set(code.match(name) ?? [])].filter(found => !own.has(found) && !reserved.has(found));
}
