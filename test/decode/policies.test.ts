/** Policies by name: what a configuration may say of them, and what their refusals say. */
import { describe, expect, it } from "vitest";
import { UserError } from "../../src/lib/core/errors.js";
import { Rng } from "../../src/lib/core/rng.js";
import { checkDecodeConfig, decodeConfig } from "../../src/lib/decode/config.js";
import { type DecodeConfig, policyNames } from "../../src/lib/decode/types.js";
import { policies, policyInWords, policyOf } from "../../src/lib/decode/policies.js";
import { populationOf } from "../../src/lib/decode/population.js";

it.each<[Partial<DecodeConfig>, RegExp]>([
  [{ policy: { name: "treshold" as never } }, /unknown policy "treshold"; did you mean "threshold"\?/],
  [
    { policy: { name: "threshold", tua: 0.9 } },
    /unknown parameter of policy threshold "tua"; did you mean "tau"/,
  ],
  [{ policy: { name: "threshold", tau: 1.5 } }, /tau of policy threshold is 1.5; give a number from 0 to 1/],
  [{ policy: { name: "factor", factor: NaN } }, /factor of policy factor is NaN; give a number of 0 or more/],
  [{ policy: { name: "dilated", base: 2.5 } }, /base of policy dilated is 2.5; give a whole number of 2/],
  [{ policy: { name: "dilated", base: "two" } }, /base of policy dilated is two; give a whole number/],
  [{ policy: { name: "dilated", skip: 4 } }, /lower base or skip/],
  [
    { policy: { name: "lookahead", select: "smx" } },
    /unknown select of policy lookahead "smx"; did you mean "smc"/,
  ],
  [
    { steps: 1, policy: { name: "lookahead" } },
    /draws 8 tokens a step from a pool of 5; raise pool or steps/,
  ],
  [{ quota: "dream", policy: { name: "lookahead" } }, /quota "dream" does not; leave quota out/],
  [{ quota: "dream", policy: { name: "threshold" } }, /quota "dream" means nothing under policy threshold/],
  [{ steps: 4, policy: { name: "threshold" } }, /steps=4 means nothing under policy threshold/],
  [
    { remasking: "margin", policy: { name: "threshold" } },
    /threshold cannot read remasking "margin"; choose probability-untempered or probability, or leave it out/,
  ],
  [{ maskProposable: true, policy: { name: "threshold" } }, /set maskProposable to false/],
  [{ algTemperature: 1, policy: { name: "lookahead" } }, /algTemperature=1 draws a quota's positions/],
])("%j is refused", (overrides, message) => {
  const check = () => checkDecodeConfig(decodeConfig(8, overrides));
  expect(check).toThrow(UserError);
  expect(check).toThrow(message);
});

describe("every named policy", () => {
  it.each(policyNames)("%s goes with its defaults, brings a score it reads and commits something", name => {
    const config = decodeConfig(8, { policy: { name } });
    expect(() => checkDecodeConfig(config)).not.toThrow();
    expect(config.remasking).toBe(policies[name].scores[0]);
    const state = { step: 0, steps: 8, completionLength: 8, masked: [0, 1, 2, 3, 4, 5, 6, 7] };
    const scores = new Float32Array(8).fill(0.5);
    const { particles, extend } = populationOf(policyOf(config));
    const states = Array.from({ length: particles }, () => ({ ...state, scores }));
    const [first] = extend(states, Rng.fromSeed(0));
    expect(first?.positions.length).toBeGreaterThan(0);
  });

  it("is written with what differs from its defaults", () => {
    expect(policyInWords({})).toBe("quota");
    const policy = { name: "threshold", tau: 0.8 } as const;
    expect(policyInWords({ policy })).toBe("threshold tau=0.8");
  });
});
