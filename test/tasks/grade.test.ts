/** The authors' format rule, case by case (test/reference: rewards, whose README states it). */
import { describe, expect, it } from "vitest";
import { extractProgram } from "../../src/lib/tasks/grade.js";

describe("a completion of the demanded form gives its program as it stands", () => {
  it.each([
    ["the block alone", "```python\nx = 1\n```\n", "x = 1\n"],
    ["text before it", "Here it is.\n```python\nx = 1\n```\n", "x = 1\n"],
    ["text on the line of the fence", "Here: ```python\nx = 1\n```\n", "x = 1\n"],
    ["an empty block", "```python\n```\n", ""],
    ["a block indented as a whole", "```python\n  x = 1\n```\n", "  x = 1\n"],
    ["a syntax error: the sandbox's to say", "```python\ndef f(:\n```\n", "def f(:\n"],
    ["one or two backticks inside", "```python\nx = '``'\n```\n", "x = '``'\n"],
  ])("%s", (_, completion, program) => {
    expect(extractProgram(completion)).toBe(program);
  });
});

describe("anything else gives none", () => {
  it.each([
    ["no block", "x = 1\n"],
    ["no final newline", "```python\nx = 1\n```"],
    ["two final newlines", "```python\nx = 1\n```\n\n"],
    ["text after it", "```python\nx = 1\n```\nDone.\n"],
    ["a space after it", "```python\nx = 1\n``` \n"],
    ["py", "```py\nx = 1\n```\n"],
    ["Python", "```Python\nx = 1\n```\n"],
    ["CRLF after the language", "```python\r\nx = 1\n```\n"],
    ["a second block", "```python\nx = 1\n```\n```python\ny = 2\n```\n"],
    ["a fence inside a docstring", '```python\n"""\n```\n"""\n```\n'],
    ["no end", "```python\nx = 1\n"],
  ])("%s", (_, completion) => {
    expect(extractProgram(completion)).toBeNull();
  });
});
