/**
 * The functions of Python source, each as what introduces it, signature and docstring, and its body: a prompt
 * with its completion. Read by lines and brackets, not by a grammar: of code that no Python accepts there may
 * be functions that are none.
 */
import type { CorpusFile } from "./corpus.js";

export interface PythonFunction {
  /** "json/decoder.py:12" */
  readonly id: string;
  /** from `def` to the docstring's end, or to the signature's where there is no docstring, as if at the margin */
  readonly opening: string;
  readonly docstring: boolean;
  /** the lines behind it, the last one without what is blank at its end */
  readonly body: string;
}

/** A statement of source that begins a line: which lines it takes, up to its end outside of all brackets. */
interface Statement {
  readonly first: number;
  /** one past the last */
  readonly end: number;
  readonly indent: number;
}

/** The functions of a file with a body behind docstring and signature, in order; nested ones too. */
export function functionsOf({ path, text }: CorpusFile): PythonFunction[] {
  const lines = text.replaceAll("\r\n", "\n").split("\n");
  const statements = statementsOf(lines);
  return statements.flatMap(({ first, end, indent }, i) => {
    const signature = lines.slice(first, end).join("\n");
    if (!/^\s*(async\s+)?def\s/.test(signature) || !/:\s*(#[^\n]*)?$/.test(signature)) return [];
    const after = statements.findIndex((other, j) => j > i && other.indent <= indent);
    const block = statements.slice(i + 1, after < 0 ? undefined : after);
    const docstring = block.length > 0 && isString(lines[block[0].first]);
    const body = docstring ? block.slice(1) : block;
    if (body.length === 0) return [];
    const from = docstring ? block[0].end : end;
    const margin = (of: readonly string[]) => of.map(line => withoutIndent(line, indent)).join("\n");
    return [
      {
        ...{ id: `${path}:${first + 1}`, docstring },
        opening: `${margin(lines.slice(first, from))}\n`,
        body: margin(lines.slice(from, body[body.length - 1].end)),
      },
    ];
  });
}

const isString = (line: string): boolean => /^\s*[rRuU]?("|')/.test(line);

/** A line inside a string may stand further left than the statement that it is part of. */
function withoutIndent(line: string, indent: number): string {
  const own = line.length - line.trimStart().length;
  return line.slice(Math.min(own, indent));
}

function statementsOf(lines: readonly string[]): Statement[] {
  const found: Statement[] = [];
  for (let first = 0; first < lines.length;) {
    const bare = lines[first].trimStart();
    if (bare === "" || bare.startsWith("#")) {
      first++;
      continue;
    }
    const end = endOf(lines, first);
    found.push({ first, end, indent: lines[first].length - bare.length });
    first = end;
  }
  return found;
}

/** What opens and closes: brackets, strings of one line and of several; a comment hides the rest of its line. */
const marks = /"""|'''|\\.|\\$|["'#]|[([{]|[)\]}]/g;

/** One past the last line of the statement that begins at a line. */
function endOf(lines: readonly string[], first: number): number {
  let depth = 0;
  let quote = "";
  for (let i = first; i < lines.length; i++) {
    let goesOn = false;
    for (const [mark] of lines[i].matchAll(marks)) {
      if (mark === "\\") goesOn = true;
      else if (mark.startsWith("\\")) continue;
      else if (quote !== "") {
        if (mark === quote) quote = "";
      } else if (mark === "#") break;
      else if ("\"'".includes(mark[0])) quote = mark;
      else depth += "([{".includes(mark) ? 1 : -1;
    }
    if (quote.length === 1 && !goesOn) quote = ""; // a string of one line ends with it
    if (quote === "" && depth <= 0 && !goesOn) return i + 1;
  }
  return lines.length;
}
