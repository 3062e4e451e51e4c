/** What a decoding may not be: each refusal names the option, what came and the remedy. */
import { expect, it } from "vitest";
import { UserError } from "../../src/lib/core/errors.js";
import { checkDecodeConfig, decodeConfig } from "../../src/lib/decode/config.js";
import type { DecodeConfig } from "../../src/lib/decode/types.js";

it.each<[Partial<DecodeConfig>, RegExp]>([
  [{ completionLength: 0 }, /completionLength=0/],
  [{ steps: 0 }, /steps=0 .* at least 1/],
  [{ steps: 9 }, /steps=9 exceeds completionLength=8, .*; lower steps or raise completionLength/],
  [{ steps: 2.5 }, /steps=2.5/],
  [{ temperature: -0.1 }, /temperature=-0.1 .* 0 or more/],
  [{ temperature: NaN }, /temperature=NaN/],
  [{ topP: 0 }, /topP=0 .* 1 keeps every token/],
  [{ topP: 1.1 }, /topP=1.1/],
  [{ topK: 0 }, /topK=0 .* null keeps every token/],
  [{ blockLength: 3 }, /blockLength=3 does not divide completionLength=8/],
  [{ blockLength: 2, steps: 6 }, /steps=6 is no multiple of the 4 blocks/],
  [{ algTemperature: -1 }, /algTemperature=-1/],
  [{ algTemperature: 1, quota: "origin" }, /algTemperature=1 means nothing under quota "origin"/],
  [{ remasking: "entropy" as never }, /unknown remasking "entropy"; did you mean "neg-entropy"/],
  [{ tieRule: "left" as never }, /unknown tieRule "left"; did you mean "leftmost"/],
  [{ quota: "lada" as never }, /unknown quota "lada"; did you mean "llada"/],
])("%j is refused", (overrides, message) => {
  const check = () => checkDecodeConfig(decodeConfig(8, overrides));
  expect(check).toThrow(UserError);
  expect(check).toThrow(message);
});

it.each<[object, RegExp]>([
  [{ temperature: -1 }, /^decode: temperature=-1 is negative or no number; give 0 or more\.$/],
  [{ temperature: "0.2" }, /temperature="0\.2"/],
  [{ temperature: null }, /temperature=null/],
  [{ topP: "0.9" }, /topP="0\.9"/],
  [{ topK: [3] }, /topK=\[3\]/],
  [{ steps: {} }, /steps=\{\}/],
  [{ maskProposable: "no" }, /maskProposable="no"/],
  [{ guidance: -1 }, /guidance=-1/],
  [{ guidance: Infinity }, /guidance=Infinity/],
  [{ blockLength: undefined }, /blockLength=undefined/],
  [{ remasking: 7 }, /unknown remasking "7"/],
  [{ kvCache: "all" }, /unknown kvCache "all"/],
  [{ policy: { name: "thresold" } }, /unknown policy "thresold"; did you mean "threshold"/],
  [{ policy: 7 }, /policy=7 is no object with a name/],
  [{ policy: null }, /policy=null/],
  [{ policy: { name: null } }, /unknown policy "null"/],
  [{ policy: { name: "threshold", tau: -1 } }, /tau of policy threshold is -1/],
  [{ policy: { name: "threshold", tau: "x" } }, /tau of policy threshold/],
  [{ temprature: 1 }, /unknown option "temprature"; did you mean "temperature"/],
])("a notebook that writes decodeConfig(36, %j) is told so at once", (overrides, message) => {
  expect(() => decodeConfig(36, overrides as Partial<DecodeConfig>)).toThrow(message);
  expect(() => decodeConfig(36, overrides as Partial<DecodeConfig>)).toThrow(UserError);
});

it("a completion longer than any model's positions is refused", () => {
  for (const length of [0, -1, 1.5, 1e9, NaN, "36"])
    expect(() => decodeConfig(length as number)).toThrow(/completionLength=/);
});

it.each<Partial<DecodeConfig>>([
  {},
  { steps: 4, blockLength: 2 },
  { temperature: 0, topP: 1, topK: 1, algTemperature: 0.5, quota: "dream" },
])("%j is accepted", overrides => {
  expect(() => checkDecodeConfig(decodeConfig(8, overrides))).not.toThrow();
});

it("as many steps as tokens is the default (DiffuCoder §4.2)", () => {
  expect(decodeConfig(256)).toMatchObject({ completionLength: 256, steps: 256, remasking: "neg-entropy" });
});
