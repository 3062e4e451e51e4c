import { describe, expect, it } from "vitest";
import { matchedByPass } from "../../src/lib/analysis/equal-pass.js";

describe("matching", () => {
  it(
    "takes for each training seed the temperature whose share of passing answers is nearest, the " +
      "lower of equals",
    () => {
      const at = (seed: number, temperature: number, passing: number) =>
        Array.from({ length: 10 }, (_, i) => ({
          problem: `p${i}`,
          passedBase: i < passing,
          seed,
          temperature,
        }));
      const reference = [1, 2].flatMap(seed =>
        Array.from({ length: 10 }, (_, i) => ({ problem: `p${i}`, passedBase: i < 5, seed, temperature: 0 })),
      );
      const candidates = [
      ...at(1, 0.5, 8), ...at(1, 1, 4), ...at(1, 1.5, 6),
      ...at(2, 0.5, 6), ...at(2, 1, 2), ...at(2, 1.5, 0),
    ]; // prettier-ignore
      const chosen = matchedByPass(reference, candidates);
      expect(new Set(chosen.map(({ seed, temperature }) => `${seed} ${temperature}`))).toEqual(
        new Set(["1 1", "2 0.5"]),
      );
    },
  );
});
