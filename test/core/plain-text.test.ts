/** What may be shown of text that came from elsewhere. */
import { describe, expect, it } from "vitest";
import { causeOf, unknownName, UserError } from "../../src/lib/core/errors.js";
import { parseJson } from "../../src/lib/core/json-text.js";
import { printable, printableLine, quote, shorten } from "../../src/lib/core/plain-text.js";

describe("a message of a UserError", () => {
  it("is one line of at most 500 characters that keeps its start and its remedy", () => {
    const { message } = new UserError(`reader: ${"x\n".repeat(4_000_000)}; write it again.`);
    expect(message.length).toBeLessThanOrEqual(500);
    expect(message).toMatch(/^reader: x x .*\.\.\..* x ; write it again\.$/);
  });

  it("shows no terminal anything but letters", () => {
    const hostile = "a\x1b[31mred\x1b]0;title\x07\x9b2J\r\u202eevil\u2028\0";
    expect(new UserError(hostile).message).toBe("a\\x1b[31mred\\x1b]0;title\\x07\\x9b2J \\u202eevil \\x00");
    expect(new UserError("naïve ħ 日本 👍🏽").message).toBe("naïve ħ 日本 👍🏽");
  });

  it("has no half of a letter where it was cut", () => {
    const cut = shorten("👍".repeat(400), 101);
    expect(cut.length).toBeLessThanOrEqual(101);
    expect(cut).not.toMatch(/[\ud800-\udbff](?![\udc00-\udfff])/);
  });

  it("names an unknown name of any length without comparing it letter by letter", () => {
    const started = performance.now();
    expect(unknownName("x", "key", "y".repeat(5e6), ["steps", "batch"]).message.length).toBeLessThan(500);
    expect(performance.now() - started).toBeLessThan(500);
  });
});

describe("a value in a message", () => {
  it("is JSON, shortened, however deep or large it is", () => {
    const deep = JSON.parse("[".repeat(100_000) + "]".repeat(100_000)) as unknown;
    expect(quote(deep)).toBe("[[[[...]]]]");
    expect(quote({ a: [1, "b", null, true] })).toBe('{"a":[1,"b",null,true]}');
    expect(quote("x".repeat(1e6)).length).toBeLessThanOrEqual(80);
    expect(quote(undefined)).toBe("undefined");
    expect(quote(Array.from({ length: 1e6 }, () => 7)).length).toBeLessThanOrEqual(80);
  });
});

describe("text for a terminal", () => {
  it("keeps its lines and tabs, and spells out what would move a cursor", () => {
    expect(printable("def f():\n\treturn 1\x1b[2J\b")).toBe("def f():\n\treturn 1\\x1b[2J\\x08");
    expect(printableLine("two\nlines")).toBe("two lines");
  });
});

describe("another error's words", () => {
  it("are a file system's code, or one short line", () => {
    expect(causeOf(Object.assign(new Error("EISDIR: illegal"), { code: "EISDIR" }))).toBe("EISDIR");
    expect(causeOf(new Error("a\nb."))).toBe("a b");
    expect(causeOf("text")).toBe("text");
  });
});

describe("JSON", () => {
  it("is read with a byte-order mark in front", () => {
    expect(parseJson('\ufeff{"a": 1}')).toEqual({ a: 1 });
  });
});
