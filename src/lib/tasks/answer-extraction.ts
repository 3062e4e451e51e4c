/**
 * From what a model wrote to the program that is tested, by the two rules of EvalPlus's sanitizer (version
 * 0.3.1): the longest run of lines that parses as Python; of that, imports and whatever the tested function
 * depends on. EvalPlus reads the second step from a tree-sitter tree, this from Python's own. The work is
 * done by a Python program for the sandbox, which parses the text and never runs it.
 *
 * Departures, all of them definitions that are kept where EvalPlus drops them: those that tests and set-up
 * name beside the function asked for, decorated ones, functions without a return (procedures, generators),
 * and variables that stand in a tuple on the left of an assignment.
 *
 * The first rule asks about every pair of lines. The search here gives the same pair with few questions: when
 * the parser stops before the end of a run, every longer run from the same line stops there too.
 */
import { pythonLiteral } from "./python-literal.js";

export interface AnswerText {
  readonly text: string;
  /**
   * bytes of it in UTF-8 that come before an end token; what follows counts only where the whole text parses
   */
  readonly bytes: number;
  /** what the tests name: these definitions are kept, and what they depend on */
  readonly names: readonly string[];
  /**
   * "text": a program is extracted. "markdown": unless the text is one as it stands. "program": nothing is
   * extracted, the question is only whether what looks like an end token is part of it.
   */
  readonly kind: "text" | "markdown" | "program";
}

/** A text that ends where the model ended it. */
export function wholeText(text: string): Pick<AnswerText, "text" | "bytes" | "kind"> {
  return { text, bytes: new TextEncoder().encode(text).length, kind: "text" };
}

/** A program that prints, for each text, the byte ranges that make up its program, as JSON. */
export function extractionProgram(texts: readonly AnswerText[]): string {
  const rows = texts.map(
    ({ text, bytes, names, kind }) =>
      `(${pythonLiteral(text)}, ${bytes}, ${pythonLiteral(names.join(" "))}, "${kind}")`,
  );
  return `${extractorSource}\nreport([extract(*row) for row in [${rows.join(", ")}]])\n`;
}

/**
 * The programs, from what that program printed.
 * @returns one a text
 */
export function readExtraction(texts: readonly AnswerText[], output: string): string[] {
  const ranges = JSON.parse(output) as readonly (readonly (readonly [number, number])[])[];
  return texts.map(({ text }, i) => {
    const bytes = new TextEncoder().encode(text);
    return ranges[i]
      .map(([from, to]) => new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes.subarray(from, to)))
      .join("\n");
  });
}

const extractorSource = String.raw`
import ast, json, re, tokenize, warnings
warnings.simplefilter("ignore")
ONLY_AST, ALLOW_INCOMPLETE = ast.PyCF_ONLY_AST, 0x4000
PARSES, GOES_ON, HOPELESS = 1, 0, -1

def verdict(text):
    try:
        compile(text, "<answer>", "exec", ONLY_AST | ALLOW_INCOMPLETE, dont_inherit=True)
        return PARSES
    except SyntaxError as error:
        return GOES_ON if type(error).__name__ == "_IncompleteInputError" else HOPELESS
    except ValueError:  # a lone surrogate
        return HOPELESS
    except (MemoryError, RecursionError):
        return GOES_ON

def statement_ends(lines):
    """Numbers of the lines that leave no bracket, string or backslash open: no run ends elsewhere."""
    if any("\r" in line for line in lines):  # a line end to the parser
        return set(range(len(lines)))
    ends, depth = set(), 0
    try:
        for kind, text, (row, _), *_ in tokenize.generate_tokens((line + "\n" for line in lines).__next__):
            if kind == tokenize.OP:
                depth += (text in "([{") - (text in ")]}")
            elif depth == 0 and kind in (tokenize.NEWLINE, tokenize.NL):
                ends.add(row - 1)
    except (SyntaxError, tokenize.TokenError, ValueError, MemoryError):
        pass
    return ends

def longest_run(lines):
    """First (i, j) of at least two lines with the most lines that are not blank; (0, 0) where none parses."""
    n, best, pair = len(lines), 0, (0, 0)
    filled = [0]
    for line in lines:
        filled.append(filled[-1] + bool(line.strip()))
    ask = lambda i, j: verdict("\n".join(lines[i:j + 1]))
    for i in range(n):
        if filled[n] - filled[i] <= best:
            break
        low = i + 1
        while low < n and filled[low + 1] - filled[i] <= best:
            low += 1
        if low >= n or ask(i, low) == HOPELESS:
            continue
        alive, dead = low, n
        while dead - alive > 1:
            middle = (alive + dead) // 2
            if ask(i, middle) == HOPELESS:
                dead = middle
            else:
                alive = middle
        ends = statement_ends(lines[i:alive + 1])
        for j in range(alive, low - 1, -1):
            if j - i not in ends or ask(i, j) != PARSES:
                continue
            best, pair = filled[j + 1] - filled[i], (i, j)
            for shorter in range(j - 1, low - 1, -1):
                if lines[shorter + 1].strip():
                    break
                if ask(i, shorter) == PARSES:
                    pair = (i, shorter)
            break
    return pair

def identifiers(node):
    """Every name written in a node: variables, attributes, keywords, parameters, imports, definitions."""
    found = set()
    for part in ast.walk(node):
        if isinstance(part, ast.Constant):
            continue
        for _, value in ast.iter_fields(part):
            for name in value if isinstance(value, list) else [value]:
                if isinstance(name, str):
                    found.update(name.split("."))
    return found

def assigned_name(node):
    """The first bare name of target and value, as the sanitizer: "a, b = c" defines c, "x.y = 1" none."""
    if isinstance(node, ast.AnnAssign):
        sides = [node.target, node.value]
    else:
        sides = [node.targets[0]] + ([node.value] if len(node.targets) == 1 else [])
    return next((side.id for side in sides if isinstance(side, ast.Name)), None)

def definition_name(node):
    if isinstance(node, ast.ClassDef) and not node.decorator_list:
        return node.name
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and not node.decorator_list:
        return node.name if any(isinstance(part, ast.Return) for part in ast.walk(node)) else None
    return assigned_name(node) if isinstance(node, (ast.Assign, ast.AnnAssign)) else None

def other_names(node):
    """What a definition binds, also where the sanitizer does not see it."""
    if isinstance(node, (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)):
        return [node.name]
    if not isinstance(node, (ast.Assign, ast.AnnAssign)):
        return []
    targets = node.targets if isinstance(node, ast.Assign) else [node.target]
    parts = lambda target: target.elts if isinstance(target, ast.Tuple) else [target]
    bound = [part for target in targets for part in parts(target)]
    return [part.id for part in bound if isinstance(part, ast.Name)]

def chosen_nodes(tree, names):
    imports, seen, overlooked = [], {}, {}
    for node in tree.body:
        if isinstance(node, ast.Import) or isinstance(node, ast.ImportFrom) and node.module != "__future__":
            imports.append(node)
            continue
        name = definition_name(node)
        if name is not None:
            seen.setdefault(name, node)
        for name in other_names(node):
            overlooked.setdefault(name, node)
    definitions = {**overlooked, **seen}
    reached, queue = set(names), list(names)
    while queue:
        name = queue.pop()
        fresh = identifiers(definitions[name]) - reached if name in definitions else set()
        reached |= fresh
        queue.extend(fresh)
    chosen = {id(node) for name, node in definitions.items() if name in reached}
    return imports + [node for node in tree.body if id(node) in chosen]

def end_with_comments(node, end, code):
    """A block reaches to the last comment that is indented like it, as in the sanitizer's tree."""
    body = getattr(node, "body", None)
    if not body or body[0].lineno == node.lineno:
        return end
    indent = body[0].col_offset
    comments = re.match(rb"(?:[ \t]*;?[ \t]*#[^\n]*)?(?:\s*\n[ \t]{%d,}#[^\n]*)*" % indent, code[end:])
    return end + len(comments.group())

def start_of(node, starts, source):
    """A decorated definition starts at the sign of its first decorator."""
    decorators = getattr(node, "decorator_list", None)
    if not decorators:
        return starts[node.lineno - 1] + node.col_offset
    first = decorators[0]
    return source.rindex(b"@", 0, starts[first.lineno - 1] + first.col_offset)

def extract(text, end, names, kind):
    """Byte ranges of the program in the text."""
    width = lambda part: len(part.encode("utf-8", "surrogatepass"))
    if kind != "text" and verdict(text) == PARSES:
        return [[0, width(text)]]
    if kind == "program":
        return [[0, end]]
    lines = text.encode("utf-8", "surrogatepass")[:end].decode("utf-8", "surrogatepass").split("\n")
    first, last = longest_run(lines)
    start = sum(width(line) + 1 for line in lines[:first])
    code = "\n".join(lines[first:last + 1])
    whole = [[start, start + width(code)]]
    if verdict(code) != PARSES:  # a line on its own: the sanitizer's tree does not mind its indentation
        start += width(code) - width(code.lstrip())
        code = code.strip()
        if verdict(code) != PARSES:
            return whole
    source = code.encode()
    starts = [0] + [match.end() for match in re.finditer(b"\r\n|\r|\n", source)]
    ranges = []
    for node in chosen_nodes(compile(code, "<answer>", "exec", ONLY_AST, dont_inherit=True), names.split()):
        end = end_with_comments(node, starts[node.end_lineno - 1] + node.end_col_offset, source)
        ranges.append([start + start_of(node, starts, source), start + end])
    return ranges or whole

def report(ranges):
    text = json.dumps(ranges)
    if len(text) > 60_000:  # the sandbox would cut it off
        raise ValueError("it has too many statements")
    print(text)
`;
