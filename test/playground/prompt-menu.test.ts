import { describe, expect, it } from "vitest";
import { loadTokenizer } from "../../src/lib/checkpoints/tokenizer-file.js";
import { testbedTokenizer } from "../../src/lib/checkpoints/testbed.js";
import { knownSpans, unknownWords } from "../../src/lib/tokenizer/known-words.js";
import { fromRoot } from "../../src/lib/host/package-root.js";
import { specOf } from "../../src/lib/playground/prompt-menu.js";
import { plainPrompt } from "../../src/lib/tasks/minipy-render.js";
import { filters, forms, maps, reduces } from "../../src/lib/tasks/minipy-spec.js";

describe("menus", () => {
  it("read every plain prompt back", () => {
    for (const form of forms)
      for (const filter of filters)
        for (const map of maps)
          for (const reduce of reduces) {
            const spec = { form, filter, filterK: 3, map, mapK: 3, reduce };
            expect(specOf(plainPrompt(spec))).toEqual(spec);
          }
  });

  it("read the numbers, and nothing in a text of one's own", () => {
    const spec = { form: "loop", filter: "gt", filterK: 7, map: "times", mapK: 2, reduce: "max" } as const;
    expect(specOf("loop: take items over 7, times 2, return max or 0\n")).toEqual(spec);
    expect(specOf("ann has 3 apples\n")).toBeNull();
  });
});

describe("words", () => {
  it("that the testbed's tokenizer lacks are told apart, and the text stays whole", () => {
    const text = "loop: take lovely even items, squared\n";
    const spans = knownSpans(testbedTokenizer(), text);
    expect(spans.map(span => span.text).join("")).toBe(text);
    expect(spans.filter(span => !span.known).map(span => span.text.trim())).toContain("lovely");
  });

  it("of which it drops a part are named whole, and of a vocabulary of bytes there are none", () => {
    const words = (text: string) => unknownWords(testbedTokenizer(), text);
    expect(words("Write a loop: take lovely even items, squared\n")).toEqual(["Write", "lovely"]);
    expect(words("loop: take items over 7, times 2, return max or 0\n")).toEqual([]);
    expect(unknownWords(loadTokenizer(fromRoot("test/reference/dream-tiny")), "naïve 😀 words")).toEqual([]);
  });
});
