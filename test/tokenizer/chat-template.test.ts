/** Chat templates: what Python's jinja2 (3.1.6) prints, and what a hostile one cannot do. */
import { describe, expect, it } from "vitest";
import { withinTime } from "../../src/lib/runtime/time-limit.js";
import { UserError } from "../../src/lib/core/errors.js";
import { chatPrompt } from "../../src/lib/tokenizer/chat.js";

const render = (chatTemplate: string, content = "hi\n") =>
  chatPrompt({ chatTemplate, namedTokens: {}, within: withinTime }, [{ role: "user", content }]);

describe("values are printed as Python's jinja2 prints them", () => {
  it.each([
    ["{{ true }} {{ none }} {{ 1.0 }} {{ 3 }} {{ false ~ none ~ 1 }}", "True None 1.0 3 FalseNone1"],
    [`{{ [true, none, 'it\\'s', "q\\"'", 1.5] }}`, `[True, None, "it's", 'q"\\'', 1.5]`],
    ["{{ {'a': true, 'b': [1, none]} }}", "{'a': True, 'b': [1, None]}"],
    ["{{ (1, 'x') }}", "(1, 'x')"],
    ["{{ true|string }}{{ none|string }}{{ [1, true]|join('-') }}", "TrueNone1-True"],
    ["{{ missing }}|{{ missing ~ 'x' }}", "|x"],
    ["{{ 0.00001 }} {{ 0.00000025 }}", "1e-05 2.5e-07"],
    ["{{ messages }}", "[{'role': 'user', 'content': 'hi\\n'}]"],
    ["{% set x = none %}{{ x }}{% if true %}{{ none }}{% endif %}", "NoneNone"],
    ["{{ 'a\nb'|indent(2) }} {{ 'aXb'.replace('X', 'yy') }} {{ ['a','b']|join }}", "a\n  b ayyb ab"],
    ["{% filter upper %}a{{ true }}{% endfilter %}", "ATRUE"],
    ["{% macro m(x) %}[{{ x }}]{% endmacro %}{{ m(none) }}{{ m(true) }}", "[None][True]"],
    ["{{ messages | selectattr('role', 'equalto', 'user') | list | length }}", "1"],
    ["{% for m in messages if m.role == 'user' %}{{ loop.first }}{{ m.content }}{% endfor %}", "Truehi\n"],
    ["{{ 'x' in ['x'] }} {{ 7 // 2 }} {{ 7 / 2 }}", "True 3 3.5"],
    ["{{ none | tojson }}{{ messages[0] | tojson }}", 'null{"role": "user", "content": "hi\\n"}'],
    ["{% for i in range(2, 9, 3) %}{{ i }}{% endfor %}{{ range(3, 0, -1) }}", "258[3, 2, 1]"],
    ["{{ 'A%sB' | replace('%s', 'x') }}{{ messages[0].content | trim | upper }}", "AxBHI"],
    ["{{ strftime_now('%Y') | length }}", "4"],
  ])("%s", (template, expected) => {
    expect(render(template)).toBe(expected);
  });
});

describe("a hostile template is one sentence in little time", () => {
  const doubling = (times: number, expression: string) =>
    `{% set x = 'aaaaaaaa' %}${`{% set x = ${expression} %}`.repeat(times)}{{ x|length }}`;
  const lists = (times: number, end: string) =>
    `{% set x = ['a'] %}${"{% set x = [x, x] %}".repeat(times)}${end}`;
  const inRange = (n: string, body: string) => `{% for i in range(${n}) %}${body}{% endfor %}`;

  it.each([
    ["a range of 1e9", "{{ range(1000000000) }}"],
    ["a huge range backwards", "{{ range(0, -1000000000, -1)|length }}"],
    ["a range without end", "{{ range(0, 10, 0) }}{{ range(10**308 * 10) }}"],
    ["nested loops", inRange("90000", inRange("90000", inRange("90000", "x")))],
    ["nested empty loops", inRange("90000", inRange("90000", ""))],
    ["doubled texts", doubling(60, "x ~ x")],
    ["doubled texts by +", doubling(60, "x + x")],
    ["replaced texts", doubling(20, "x|replace('a', x)")],
    ["replaced texts by the method", doubling(20, "x.replace('a', x)")],
    [
      "a method kept aside",
      `{% set x = 'aaaaaaaaaa' %}${"{% set f = x.replace %}{% set x = f('a', x) %}".repeat(20)}{{ x }}`,
    ],
    ["joined texts", doubling(30, "[x,x,x,x,x,x,x,x]|join(x)")],
    ["lists of lists printed", lists(60, "{{ x }}")],
    ["lists of lists as JSON", lists(60, "{{ x|tojson }}")],
    ["lists of lists as text", lists(60, "{{ x|string|length }}")],
    ["lists of lists joined", lists(60, "{{ x|join|length }}")],
    ["long lists", `{% set x = [1] %}${"{% set x = x + x %}".repeat(60)}{{ x|length }}`],
    ["a wide indent", "{{ 'a\\nb'|indent(1000000000) }}"],
    ["a wide indent with a name", "{{ 'a\\nb'|indent(width=500000000, first=true) }}"],
    ["a wide indent of JSON", "{{ [[1]]|tojson(indent=400000000) }}"],
    [
      "wide separators",
      "{% set x = 'a'|indent(3) %}" + doubling(18, "x ~ x") + "{{ range(99999)|tojson(separators=(x, x)) }}",
    ],
    ["a block filtered", `{% filter indent(900000000) %}a\nb{% endfilter %}`],
    ["a macro that calls itself", "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}"],
    [
      "a macro that calls itself twice",
      "{% macro m(n) %}{% if n %}{{ m(n-1) }}{{ m(n-1) }}{% endif %}{% endmacro %}{{ m(60) }}",
    ],
    [
      "a list grown in a loop",
      inRange("99999", "") +
        "{% set ns = namespace(x=[]) %}" +
        inRange("99999", "{% set ns.x = ns.x + [messages] %}"),
    ],
    ["deep brackets", `{{ ${"(".repeat(100_000)}1${")".repeat(100_000)} }}`],
    ["deep blocks", `${"{% if true %}".repeat(50_000)}${"{% endif %}".repeat(50_000)}`],
    ["many letters", "a".repeat(2_000_000)],
    ["a slice without step", "{{ 'abc'[::0] }}{{ 1 / 0 }}{{ {}|dictsort(by='x') }}"],
  ])("%s", (_, template) => {
    const started = performance.now();
    expect(() => render(template)).toThrow(UserError);
    expect(performance.now() - started).toBeLessThan(3000);
  });

  it("and names what it asked for", () => {
    expect(() => render("{{ range(1000000000) }}")).toThrow(/asks for a range of 1000000000 numbers/);
    expect(() => render(inRange("90000", inRange("90000", "")))).toThrow(/takes more than 1.5 s|steps/);
  });
});

it("an honest template renders a long conversation", () => {
  const chatTemplate =
    "{% for m in messages %}{{ '<|im_start|>' + m.role + '\\n' + m.content | trim + '<|im_end|>\\n' " +
    "}}{% endfor %}";
  const messages = Array.from({ length: 400 }, () => ({
    role: "user" as const,
    content: "word ".repeat(300),
  }));
  expect(chatPrompt({ chatTemplate, namedTokens: {}, within: withinTime }, messages).length).toBeGreaterThan(
    400 * 1500,
  );
});
