/** What is graded of a completion: the fenced program, by the authors' format rule, or the final number. */

/**
 * The rule of the public reward code: text without a fence,
 * one ```python block, exactly one newline after it.
 */
const fenced = /^(?:(?!```)[^])*```python\n((?:(?!```)[^])*)```\n$/;

/** The program of a completion, or null when the completion is not of the demanded form. */
export function extractProgram(completion: string): string | null {
  return fenced.exec(completion)?.[1] ?? null;
}
