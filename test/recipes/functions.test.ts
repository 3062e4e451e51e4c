/** Python functions cut out of source: where each begins, where its docstring and its body end. */
import { describe, expect, it } from "vitest";
import { functionsOf } from "../../src/lib/recipes/adapter/functions.js";

const of = (text: string) => functionsOf({ path: "m.py", text });

describe("the functions of a file", () => {
  it("are signature with docstring, and body, each as if it stood at the margin", () => {
    const text = [
      "import os",
      "class A:",
      "    def f(self, x=(1, 2),",
      "          *, y: str = ':'):  # said so",
      '        """Two lines,',
      "    one of them further left: def g():",
      '        """',
      "        # first",
      "        if x:",
      "            return '''#",
      "def no(): '''",
      "",
      "        return y",
      "",
      "# behind it",
      "z = 1",
    ].join("\n");
    expect(of(text)).toEqual([
      {
        id: "m.py:3",
        docstring: true,
        opening: [
          "def f(self, x=(1, 2),",
          "      *, y: str = ':'):  # said so",
          '    """Two lines,',
          "one of them further left: def g():",
          '    """',
          "",
        ].join("\n"),
        body: ["    # first", "    if x:", "        return '''#", "def no(): '''", "", "    return y"].join(
          "\n",
        ),
      },
    ]);
  });

  it("may lie in one another, have no docstring, be asynchronous", () => {
    const text = "async def f():\n  def g(a): # b\n    return a\n  return g\ndef h():\n  pass\n";
    expect(of(text).map(({ id, docstring, body }) => [id, docstring, body])).toEqual([
      ["m.py:1", false, "  def g(a): # b\n    return a\n  return g"],
      ["m.py:2", false, "  return a"],
      ["m.py:5", false, "  pass"],
    ]);
  });

  it("are none without a body of their own lines", () => {
    expect(of('def f(): return 1\ndef g():\n  "only a docstring"\nx = "def h():"\n')).toEqual([]);
  });

  it("go on over escaped quotes and line ends", () => {
    const text = "def f():\r\n  x = 'it\\'s \\\r\n  [ #'\r\n  return x\r\ny = 2\r\n";
    expect(of(text).map(({ body }) => body)).toEqual(["  x = 'it\\'s \\\n  [ #'\n  return x"]);
  });
});
