"""Answers are compiled as CPython 3.11 would, by the sandbox's Python 3.14: published figures were graded on
3.11 (EvalPlus 0.3.1).

- Annotations are evaluated when a function is defined, in the scope around it, and where a variable of a
  module or class is annotated; not those of local variables, and none under `from __future__ import
  annotations`. An answer that forgot `from typing import List` gets the NameError that it gets elsewhere.
  The syntax tree is rewritten and keeps its line numbers; code without annotations stays as it is compiled.
- Newer syntax is a SyntaxError: type statements and parameters, `except A, B`, t-strings, and f-strings with
  their own quotes, a backslash or a comment inside an expression.
- `sum` adds floats from left to right without compensation; `int.is_integer`, `itertools.batched` and
  some other names that came later are gone; `ast.Num` and its kin are back.

Not imitated: text given to exec(), eval() and compile(); what exec() writes into locals(); defaults before
annotations, where both have side effects; wordings of messages, sys.version; modules that left after 3.11
(imp, distutils, asyncore, telnetlib and the like); arguments that functions have got since.
"""

import __future__, ast, io, re, tokenize, warnings

# ---- syntax that is newer than 3.11 ----

# Where one of these is found the source is parsed once more, by the grammar of 3.11; most finds are harmless.
PERHAPS_NEWER = re.compile(
    r"""\btype[ \t\\]+\w|\b(?:def|class)\s+\w+[\s\\]*\[|\bexcept\b[^\n:#]*,|\b(?:[tT][rR]?|[rR][tT])["']""")
FORMATTED = re.compile(r"""\b(?:[fF][rR]?|[rR][fF])["']""")
REST_OF_STRING = {quote: re.compile(rf"(?:[^\\{end}]|\\.)*?{quote}", re.S)
                  for quote, end in (("'", r"\n"), ('"', r"\n"), ("'''", ""), ('"""', ""))}

def check_formatted_strings(source, filename):
    """Refuses f-strings that 3.11 would end elsewhere, and backslashes and comments in their expressions."""
    source = source.replace("\r\n", "\n").replace("\r", "\n")
    lines = list(io.StringIO(source))
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line))
    place = lambda position: starts[position[0] - 1] + position[1]
    def refuse(why, token):
        raise SyntaxError(why, (filename, token.start[0], token.start[1] + 1, token.line))
    depth, opening, end_in_311, examined = 0, None, None, None
    for token in tokens_of(lines):
        if token.type == tokenize.FSTRING_START:
            depth += 1
            if depth == 1:
                opening, body, examined = token, place(token.end), None
                rest = REST_OF_STRING[token.string.lstrip("fFrR")].match(source, body)
                end_in_311 = rest and rest.end()
                continue
        elif token.type == tokenize.FSTRING_END:
            depth -= 1
            if depth == 0:
                if place(token.end) != end_in_311:
                    refuse("f-string: an expression has the quotes of the string around it", opening)
                continue
        elif depth == 0:
            continue
        if token.type == tokenize.FSTRING_MIDDLE and depth == 1:
            examined = None
            continue
        if token.type == tokenize.COMMENT:
            refuse("f-string expression part cannot include '#'", token)
        if "\\" in source[place(token.start) if examined is None else examined:place(token.end)]:
            refuse("f-string expression part cannot include a backslash", token)
        examined = place(token.end)

def tokens_of(lines):
    try:
        yield from tokenize.generate_tokens(iter(lines).__next__)
    except (SyntaxError, tokenize.TokenError):
        pass  # what the compiler makes of the source is known already

def compile_answer(source, filename):
    """The code of a module. Raises what compile() raises, and SyntaxError for what 3.11 does not know."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        code = compile(source, filename, "exec", dont_inherit=True, optimize=0)
        if PERHAPS_NEWER.search(source):
            compile(source, filename, "exec", ast.PyCF_ONLY_AST, dont_inherit=True, _feature_version=11)
        if FORMATTED.search(source):
            check_formatted_strings(source, filename)
        if not has_annotations(code, source):
            return code
        try:
            tree = compile(source, filename, "exec", ast.PyCF_ONLY_AST, dont_inherit=True)
            evaluate_annotations(tree)
            return compile(tree, filename, "exec", dont_inherit=True, optimize=0)
        except RecursionError:
            return code  # a tree too deep for Python objects, in which annotations stay unevaluated
