import { describe, expect, it } from "vitest";
import { decodingSpeed, speedOf } from "../../src/lib/study/decoding-speed.js";

describe("decoding speed", () => {
  it("is that of the median round, between those of the slowest and the fastest", () => {
    expect(speedOf(18, 1000, [4, 1, 2])).toEqual({ steps: 18, tokensPerSecond: 500, range: [250, 1000] });
  });

  it("is higher with a quarter of the steps than with all of them", async () => {
    const [all, quarter] = await decodingSpeed({ steps: [36, 9], batch: 2, rounds: 3 });
    expect([all.steps, quarter.steps]).toEqual([36, 9]);
    expect(quarter.tokensPerSecond).toBeGreaterThan(1.5 * all.tokensPerSecond);
  });
});
