/**
 * The testbed's vocabulary: literal pieces of text, matched longest first, so that every prompt and
 * completion of MiniPy and MiniMath is cut in exactly one way and joins to itself. Numbers 0 to 20 are one
 * token each and never carry a space: what stands before them does. `**2` is one token, so that nobody can
 * write 9**9**9.
 */
import { gains, largest, losses, people, things } from "./minimath.js";

export const specialTokens = { pad: "<|pad|>", eos: "<|endoftext|>", mask: "<|mask|>" } as const;

const code = [
  "```python\n", "def f(xs):", "\n    ", "\n        ", "\n            ", "\n```\n",
  "r", "x", "a", "0", "[]", "[", "]", ")", ":", "-",
  " = ", " += ", " *= ", " > ", " < ", " >= ", " <= ", " == ", " != ", " % ", " * ", " + ", " - ", "**2",
  "for x in xs", " for x in xs", " for x in a", "if ", " if ", "not ", "return ", "r.append(", "abs(",
  "sum(", "len(", "prod(", "max(", "min(", "sorted(", ", default=0)", "[::-1]", "from math import prod",
]; // prettier-ignore

const prompt = [
  "loop: ", "comprehension: ", "staged: ", "take ", " of ", ", ", ", return ", "\n",
  "every item", "all items", "even items", "odd items", "items ", "over ", "greater than ", "under ", "less than ",
  "at least ", "multiples of ", "divisible by ", "other than ",
  "as is", "unchanged", "squared", "times ", "multiplied by ", "plus ", "increased by ", "minus ", "decreased by ",
  "negated", "made positive",
  "sum", "total", "count", "max or 0", "largest or 0", "min or 0", "smallest or 0", "product", "list", "sorted list", "reversed list",
]; // prettier-ignore

const math = [
  ...people, ...things, ...gains.map(v => `${v} `), ...losses.map(v => `${v} `),
  " has ", " with ", " ", ". ", ".\n", "how many?", "how many now?", "how many? ", "how many now? ", "start: ", ": ", "answer: ", "steps: ", "story: ",
]; // prettier-ignore

const numbers = Array.from({ length: largest + 1 }, (_, n) => String(n));

/** Every token that is not special, without repetition, in a fixed order. */
export const testbedPieces: readonly string[] = [...new Set([...numbers, ...code, ...prompt, ...math])];
