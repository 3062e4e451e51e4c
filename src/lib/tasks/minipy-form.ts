/** Which of MiniPy's forms a program is written in, whatever its prompt asked for (testbed trap 4). */
import type { Form } from "./minipy-spec.js";

/** Read off the text: a statement `for`, else a list put aside, else a comprehension that is returned. */
export function formOf(completion: string): Form | "other" {
  if (/\n +for x in xs:/.test(completion)) return "loop";
  if (/\n +a = \[.* for x in xs/.test(completion)) return "staged";
  return /\n +return .*\bfor x in xs/.test(completion) ? "comprehension" : "other";
}
