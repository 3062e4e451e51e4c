/** Entropy-bounded sampling: the worked example, entropies in bits. */
import { beforeAll, describe, expect, it } from "vitest";
import { countWithin } from "../../src/lib/decode/entropy-bounded.js";
import { useBackend } from "../../src/lib/runtime/backend.js";
import { decodeTable, rounds } from "./decode-table.js";

beforeAll(async () => {
  await useBackend();
});

const entropies = [0.1, 0.3, 0.4, 0.9];

describe("the entropy bound", () => {
  // sum minus largest of the prefixes: 0, .1, .4, .8
  it.each([
    [0, 1],
    [0.15, 2],
    [0.5, 3],
    [1, 4],
  ])("of %s bits lets %i positions go together", (gamma, count) => {
    expect(countWithin(entropies, gamma)).toBe(count);
  });

  it("counts bits of the untempered distribution and always commits one", async () => {
    // Two coins of one bit each, one of 0.469 bits (0.9 and 0.1), and a certain token.
    const coin = (p: number) => [p, 1 - p, 0, 0, 0, 0, 0, 0, 0];
    const rows = [coin(0.5), coin(0.9), coin(1), coin(0.5)];
    const at = async (gamma: number) =>
      rounds(
        await decodeTable(rows, { temperature: 0.2, topP: 0.95, policy: { name: "entropy-bounded", gamma } }),
      );
    expect(await at(0)).toBe("1 2 | 0 | 3"); // the certain one adds no entropy
    expect(await at(0.5)).toBe("0 1 2 | 3");
    expect(await at(1.5)).toBe("0 1 2 3");
  });
});
