/**
 * The decoder's options as they are written on a command line:
 * the configuration they spell, and what they may not say.
 */
import { describe, expect, it } from "vitest";
import { UserError } from "../../src/lib/core/errors.js";
import { decodeConfig } from "../../src/lib/decode/config.js";
import { parseArguments } from "../../src/lib/commands/cli-arguments.js";
import { decodeOptions, decodeOverrides, modelOptions } from "../../src/lib/commands/decode-options.js";

const configOf = (...argv: string[]) => {
  const command = { name: "decode", options: { ...modelOptions, ...decodeOptions } };
  return decodeConfig(
    36,
    decodeOverrides(parseArguments(command, ["--checkpoint", "instruct", ...argv]).values),
  );
};

describe("a policy on the command line", () => {
  it("is left out by default, so that a configuration without one stays what it was", () => {
    expect(configOf()).toEqual(decodeConfig(36));
    expect(Object.keys(configOf())).not.toContain("policy");
  });

  it("comes with its parameters, numbers and words, and the score it reads", () => {
    expect(configOf("--policy", "threshold", "--with", "tau=0.8,spacing=8")).toMatchObject({
      policy: { name: "threshold", tau: 0.8, spacing: 8 },
      remasking: "probability-untempered",
    });
    const lookahead = configOf("--policy", "lookahead", "--with", "select=smc", "--with", "paths=3");
    expect(lookahead.policy).toEqual({ name: "lookahead", select: "smc", paths: 3 });
  });

  it("and a cache: none unless one is named", () => {
    expect(Object.keys(configOf("--block-length", "12"))).not.toContain("kvCache");
    expect(configOf("--block-length", "12", "--kv-cache", "dual")).toMatchObject({
      blockLength: 12,
      kvCache: "dual",
    });
  });

  it("leaves the score to the one who names it", () => {
    expect(configOf("--policy", "threshold", "--remasking", "probability").remasking).toBe("probability");
  });

  it.each<[string[], RegExp]>([
    [["--policy", "treshold"], /unknown --policy "treshold"; did you mean "threshold"/],
    [
      ["--policy", "threshold", "--with", "tau"],
      /--with tau is not NAME=VALUE; write for example --with tau=0.9/,
    ],
    [["--policy", "dilated", "--with", "base=2=3"], /--with base=2=3 is not NAME=VALUE/],
    [["--order", "probability"], /^decode: --order is called --remasking now; write --remasking\.$/],
    [["--ties", "random"], /--ties is called --tie-rule now/],
    [["--block", "12"], /--block is called --block-length now/],
    [["--cache=dual"], /--cache is called --kv-cache now/],
    [["--attention", "full"], /--attention is called --attention-mask now/],
    [["--tie-rule", "left"], /unknown --tie-rule "left"; did you mean "leftmost"/],
    [["--with", "tau=0.8"], /--with tau=0.8 is a parameter of a policy and none is named; add --policy/],
  ])("%j is refused in one sentence", (argv, message) => {
    expect(() => configOf(...argv)).toThrow(UserError);
    expect(() => configOf(...argv)).toThrow(message);
  });
});
