/** The kept corpus: what must be read is read, what once hung, aborted or lost data is one sentence. */
import { readdirSync } from "node:fs";
import { afterAll, describe, expect, it } from "vitest";
import { Rng } from "../../src/lib/core/rng.js";
import { corpusOf, Reader } from "../../src/lib/fuzz/fuzz.js";
import { mutate } from "../../src/lib/fuzz/mutate.js";
import { targetNames } from "../../src/lib/fuzz/targets.js";

const reader = new Reader();
afterAll(() => reader.close());

it("has a folder for every reader and no other", () => {
  expect(readdirSync("test/fuzz/corpus").sort()).toEqual([...targetNames].sort());
});

describe.each(targetNames)("%s", target => {
  const files = corpusOf(target);

  it.each(files)("$name", async ({ name, bytes }) => {
    const { outcome, detail } = await reader.read({ target, input: bytes });
    expect(`${outcome} ${detail}`).toMatch(name.startsWith("valid") ? /^accepted $/ : /^refused \S.*\.?$/);
  });

  it("has something to read and something to refuse", () => {
    const starts = files.map(({ name }) => name.split("-")[0].split(".")[0]);
    expect(new Set(starts)).toEqual(new Set(["valid", "refused"]));
  });
});

it("inputs are a function of the seed, and differ from each other and from the corpus", () => {
  const corpus = corpusOf("config").map(({ bytes }) => bytes);
  const inputs = (seed: number) =>
    Array.from({ length: 200 }, (_, i) => mutate(corpus, Rng.fromSeed(seed).split(i)).toString("latin1"));
  expect(inputs(1)).toEqual(inputs(1));
  expect(new Set([...inputs(1), ...inputs(2)]).size).toBeGreaterThan(300);
});
