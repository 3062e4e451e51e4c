/**
 * The vocabulary of scripts and stories: literal pieces of text, matched longest first. Numbers are one
 * token each and never carry a space: what stands before them does. `**2` is one token, so that nobody can
 * write 9**9**9.
 */
import { largest, storyWords } from "../stories/story.js";

const code = [
  "```python\n", "\n```\n", "def ", "f", "(", ")", ":", "xs", "\n    ", "\n        ", "\n            ", "\n                ",
  "x", "n", "r", "s", "y", "t", "a", "b", "c", "[", "]", "[]", "-",
  " = ", " += ", " *= ", " > ", " < ", " >= ", " <= ", " == ", " != ", " % ", " * ", " + ", " - ", " // ", "**2",
  "for ", " for ", " in ", "if ", " if ", "elif ", " else ", "not ", " and ", " or ", "return ", ".append(",
  "abs(", "sum(", "prod(", "max(", "min(", "sorted(", "len(", "set(", ", default=0)", "[::-1]", "from math import prod",
]; // prettier-ignore

const prompt = [
  "loop: ", "nested: ", "named: ", "list: ", "staged: ", "take ", "numbers ", " of ", ", ", ", return ", "\n",
  "over ", "greater than ", "above ", "at least ", "more", "under ", "less than ", "below ", "at most ", "less",
  "even", "odd", "divisible by ", "either ", ", others as is", ", others unchanged",
  "times ", "multiplied by ", "plus ", "increased by ", "minus ", "decreased by ",
  "squared", "halved", "cut in half", "negated", "made positive",
  "sum", "total", "product", "largest or 0", "max or 0", "smallest or 0", "min or 0", "list", "sorted list", "reversed list",
  "how many differ", "count of different values", " ",
]; // prettier-ignore

const numbers = Array.from({ length: largest + 1 }, (_, n) => String(n));

/** Every token that is not special, without repetition, in a fixed order. */
export const scriptPieces: readonly string[] = [...new Set([...numbers, ...code, ...prompt, ...storyWords])];
