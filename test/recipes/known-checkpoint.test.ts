/** A name that is not known is answered with the nearest one that is. */
import { describe, expect, it } from "vitest";
import { knownCheckpoint } from "../../src/lib/recipes/known-checkpoint.js";
import { fromRoot } from "../../src/lib/host/package-root.js";

const refusal = (name: string, seed = 1): string => {
  try {
    return `accepted: ${knownCheckpoint("decode", name, seed)}`;
  } catch (error) {
    return (error as Error).message;
  }
};

describe("a checkpoint", () => {
  it("that is shipped, or a folder that is there, is found", () => {
    expect(knownCheckpoint("decode", "instruct", 1)).toBe(fromRoot("data/checkpoints/instruct-seed1"));
    expect(knownCheckpoint("decode", fromRoot("data"), 1)).toBe(fromRoot("data"));
  });

  it.each([
    ["instrct", 1, /^decode: unknown checkpoint "instrct"; did you mean "instruct"\? valid: .*\.\/FOLDER\.$/],
    ["Instruct", 1, /did you mean "instruct"\?/],
    ["stage-2", 1, /did you mean "stage2"\?/],
    [
      "instruct",
      7,
      /^decode: checkpoint "instruct" has no seed 7; valid: 1, 2, 3, or train it with npm run train\.$/,
    ],
    [
      "coupled-grpo",
      1,
      /^decode: checkpoint "coupled-grpo" is not trained; run npm run train -- --recipe coupled-grpo /,
    ],
    [
      "src",
      1,
      /^decode: checkpoint "src" is not shipped, but a folder of that name is here; write \.\/src\.$/,
    ],
    [
      "data/chekpoints",
      1,
      /^decode: there is no folder data\/chekpoints; did you mean "data\/checkpoints"\?/,
    ],
    ["./no/such/place", 1, /^decode: there is no folder \.\/no\/such\/place; name a checkpoint folder\.$/],
  ])("%s of seed %i", (name, seed, expected) => {
    const said = refusal(name, seed);
    expect(said).toMatch(expected);
    expect(said).not.toContain("\n");
  });
});
