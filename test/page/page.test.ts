/** The page of claims as text: what stands on it, and that names, links and anchors are sound. */
import { describe, expect, test } from "vitest";
import { comparison } from "../../src/lib/page/comparison.js";
import { headlineOf } from "../../src/lib/page/headlines.js";
import { pageHtml } from "../../src/lib/page/page.js";
import { resultsMarkdown } from "../../src/lib/page/results-markdown.js";
import { countsInWords, numberInWords, scopeInShort } from "../../src/lib/page/words.js";
import { claim, examplePage } from "./example-page.js";

const html = pageHtml(examplePage);
const count = (pattern: RegExp, text = html) => text.match(pattern)?.length ?? 0;

describe("the page", () => {
  test("has for each claim the paper's words, ours with interval and size, criterion, verdict, command", () => {
    for (const part of [
      "rises steeply below t = 0.1 (DiffuCoder Fig. 8)",
      "2.35 [1.50, 3.25]; 256 problems, 3 training seeds",
      "ratio of the means above 2 (Stands since 2026-11-30, 0123456789abcdef.)",
      '<span class="badge does-not-hold">does not hold</span>',
      "0.012, 0.31",
      "npm run reproduce -- --profile full --only 08-f8-loss-by-timestep",
      'href="../notebooks/08-f8-loss-by-timestep.ipynb"',
      'href="../data/runs/f8/one"',
      "the first of 3 logs",
    ])
      expect(html).toContain(part);
  });

  test("scope and theorem have badges of their own", () => {
    expect(html).toContain(
      '<span class="badge scope" title="under leftmost ties only">leftmost ties only</span>',
    );
    expect(count(/>theorem check<\/span>/g)).toBe(1);
  });

  test("a square and a row for every claim", () => {
    expect(count(/<a class="square /g)).toBe(2);
    expect(count(/<details class="claim"/g)).toBe(2);
  });

  test("text stays text: in statements, titles and queries", () => {
    expect(html).not.toContain("<script>alert");
    expect(html).toContain("t &lt; 0.1 &amp; is flat &lt;script>");
    expect(html).toContain("SELECT 1 WHERE 1 &lt; 2");
    expect(count(/<script/g)).toBe(1);
  });

  test("no anchor stands twice, and every link inside the page has one", () => {
    const anchors = [...html.matchAll(/ id="([^"]+)"/g)].map(match => match[1]);
    expect(new Set(anchors).size).toBe(anchors.length);
    const links = [...html.matchAll(/href="#([^"]+)"/g)].map(match => match[1]);
    expect(links.length).toBeGreaterThan(5);
    expect(links.filter(link => !anchors.includes(link))).toEqual([]);
  });

  test("depends on its input only, and on no other host", () => {
    expect(pageHtml(examplePage)).toBe(html);
    expect(html).not.toMatch(/(src|href)="https?:/);
  });

  test("a claim whose figure is missing, or whose numbers are, is there all the same", () => {
    const bare = { ...claim, figure: "gone", measured: NaN, lower: NaN, upper: NaN, p: NaN };
    const page = pageHtml({ ...examplePage, claims: [bare], figures: [] });
    expect(page).toContain('<span class="number">–</span>');
  });
});

describe("a run of one's own", () => {
  const own = [{ ...claim, verdict: "inconclusive" as const, measured: 1.9, lower: 0.9, upper: 2.9 }];
  const page = pageHtml({ ...examplePage, own: { claims: own, made: null } });

  test("stands beside what is published: both dots, both verdicts, and a sentence that counts", () => {
    expect(page).toContain("1 claim: 0 as published, 1 now inconclusive.");
    expect(count(/<g class="dot published">/g, page)).toBe(1);
    expect(count(/<g class="dot inconclusive">/g, page)).toBe(1);
    expect(page).toContain("published: does not hold");
    expect(page).toContain("1.90 [0.90, 2.90]");
  });

  test("that gives the same says so", () => {
    expect(comparison(examplePage.claims, examplePage.claims)).toBe("2 claims: 2 as published.");
  });
});

describe("words made from numbers", () => {
  test("titles say what was found, with the number, and whether it holds", () => {
    const named = { ...claim, statement: "Training for longer makes the model worse." };
    const title = (verdict: typeof claim.verdict) => headlineOf(claim.figure, [{ ...named, verdict }]);
    expect(title("holds")).toBe("Training for longer makes the model worse (2.35 [1.50, 3.25])");
    expect(title("does-not-hold")).toMatch(/^Not so here: training for longer/);
    expect(title("no-difference")).toMatch(/^No difference that matters: training/);
    expect(title("inconclusive")).toMatch(/^Undecided: training/);
    expect(headlineOf("of no claim", [claim])).toBeUndefined();
  });

  test("a title that needs a verdict is not given to another", () => {
    const ties = { ...claim, id: "TIES", figure: "ties-share", measured: 0.984 };
    expect(headlineOf("ties-share", [{ ...ties, verdict: "holds" }])).toContain("decide 98% of steps");
    expect(headlineOf("ties-share", [{ ...ties, verdict: "inconclusive" }])).toMatch(/^Undecided/);
    const bf16 = ["BF16-pass", "BF16-ties", "BF16-order"].map(id => ({
      ...claim,
      id,
      figure: "ties-precision",
    }));
    const all = bf16.map(row => ({ ...row, verdict: "holds" as const }));
    expect(headlineOf("ties-precision", all)).toContain("stay as they are");
    for (const left of all)
      expect(
        headlineOf(
          "ties-precision",
          all.filter(row => row !== left),
        ),
      ).not.toContain("stay as they are");
  });

  test("counts leave out what there is none of; numbers have a true minus", () => {
    expect(countsInWords(examplePage.claims)).toBe("1 holds and 1 does not hold");
    expect([0.984, -0.0123, 123.4, NaN].map(numberInWords)).toEqual(["0.98", "−0.012", "123", "–"]);
  });

  test("scopes are short in a badge", () => {
    expect(scopeInShort("under leftmost ties only")).toBe("leftmost ties only");
    expect(scopeInShort("under leftmost ties, random ties and untempered entropy only")).toBe(
      "3 orders only",
    );
    expect(scopeInShort("under leftmost ties, the only order tried")).toBe("one order tried");
    expect(scopeInShort("under every order tried: leftmost ties and random ties")).toBe(
      "under every order tried",
    );
  });
});

test("RESULTS.md has every claim in a table of its chapter, and no cell that ends early", () => {
  const markdown = resultsMarkdown({ ...examplePage, claims: [{ ...claim, published: "a | b" }] });
  expect(markdown).toContain("## Training");
  expect(markdown).toContain("**does not hold, under leftmost ties only**");
  expect(markdown).toContain("a \\| b");
  expect(markdown).not.toContain("<script>");
});
