/** What a notebook starts with: a model by name, a prompt, a picture of the order. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { decodeText } from "../../src/lib/session/decode-text.js";
import { load, type Model } from "../../src/lib/session/load.js";
import { confidencePicture, orderPicture } from "../../src/lib/session/plot.js";
import { tableMarkdown } from "../../src/lib/session/show.js";

const prompt = "loop: take even items, squared, return sum\n";
let model: Model;

beforeAll(async () => {
  model = await load("instruct"); // nobody chose a backend before
});
afterAll(() => model.dispose());

describe("a prompt decoded", () => {
  it("becomes a program, with its order and what it says of it", async () => {
    const decoded = await decodeText(model, prompt);
    expect(decoded.text).toContain("def f(xs):");
    expect(decoded.tokens.slice(0, decoded.length).join("")).toBe(decoded.text);
    expect([...decoded.order].sort((a, b) => a - b)).toEqual([...decoded.completionIds.keys()]);
    const { html, text } = orderPicture(decoded);
    expect(html).toContain("AR-ness@1 local");
    expect(text).toContain(decoded.text);
  });

  it("is the same for the same seed, and does not depend on what is decoded beside it", async () => {
    const options = { temperature: 1, seed: 3, tieRule: "random" } as const;
    const alone = await decodeText(model, prompt, options);
    const [first, second] = await decodeText(model, [prompt, prompt], options);
    expect(first.text).toBe(alone.text);
    expect(first.order).toEqual(alone.order);
    expect(second.order).not.toEqual(alone.order);
  });

  it("follows a policy of the library or one of one's own", async () => {
    const sure = await decodeText(model, prompt, { policy: { name: "threshold", tau: 0.9 } });
    expect(sure.calls).toBeLessThan(36);
    const rightToLeft = await decodeText(model, prompt, {
      policy: ({ masked }) => ({ positions: masked.slice(-1), candidates: masked.length, tied: false }),
    });
    expect([...rightToLeft.order]).toEqual([...rightToLeft.order.keys()].reverse());
  });

  it("of an AR parent goes left to right", async () => {
    const parent = await load("ar-parent");
    const decoded = await decodeText(parent, prompt, { temperature: 0, autoregressive: true });
    parent.dispose();
    expect([...decoded.order]).toEqual([...decoded.order.keys()]);
  });

  it("is refused where an option cannot be, from a notebook too", async () => {
    await expect(decodeText(model, prompt, { temperature: -1 })).rejects.toThrow(
      "temperature=-1 is negative",
    );
    await expect(decodeText(model, prompt, { length: 5000 })).rejects.toThrow("positions of the model");
  });
});

describe("pictures", () => {
  it("stand side by side under the names that they are given", async () => {
    const [leftmost, random] = [
      await decodeText(model, prompt),
      await decodeText(model, prompt, { tieRule: "random" }),
    ];
    const map = confidencePicture({ leftmost, random });
    expect(JSON.stringify(map.layout)).toContain("leftmost");
    expect(orderPicture({ leftmost, random }).html).toContain("random: AR-ness@1");
  });

  it("need the trace that was kept", async () => {
    const decoded = await decodeText(model, prompt, { trace: false });
    expect(() => confidencePicture(decoded)).toThrow("kept no trace");
  });
});

it("a table escapes what would end a cell", () => {
  expect(tableMarkdown([{ a: "x|y", b: 0.12345 }])).toBe("| a | b |\n| --- | --- |\n| x\\|y | 0.123 |");
});
