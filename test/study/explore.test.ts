/** One look at a prompt, as the notebook's cell does it, with the shipped instruct model. */
import { afterAll, describe, expect, it } from "vitest";
import { endExploring, explore } from "../../src/lib/study/explore.js";

afterAll(endExploring);
const look = { checkpoint: "instruct", prompt: "loop: take even items, squared, return sum\n", length: 12 };

describe("exploring", () => {
  it("shows every token once, a map of steps by positions, and AR-ness", async () => {
    const { html, map, words, trajectory } = await explore(look);
    expect(html.match(/<span/g)).toHaveLength(12);
    expect(map.data[0].z).toHaveLength(12);
    expect([...trajectory.order].sort((a, b) => a - b)).toEqual(Array.from({ length: 12 }, (_, i) => i));
    expect(words).toMatch(/whole window: @1 \d\.\d\d \/ \d\.\d\d/);
  });

  it("in blocks of one token the order is left to right", async () => {
    const { trajectory, words } = await explore({ ...look, decode: { blockLength: 1 } });
    expect([...trajectory.order]).toEqual(Array.from({ length: 12 }, (_, i) => i));
    expect(words).toContain("whole window: @1 1.00 / 1.00");
  });
});
