/**
 * Half a minute of damaged files: each is read or refused in one
 * sentence, in 2 s of work and 1 GB. `npm run fuzz` goes on.
 */
import { expect, it } from "vitest";
import { fuzz, Reader } from "../../src/lib/fuzz/fuzz.js";
import { targetNames } from "../../src/lib/fuzz/targets.js";

it("no reader hangs, dies, fails otherwise or says more than a line", { timeout: 120_000 }, async () => {
  const { inputs, accepted, refused, findings } = await fuzz({ targets: targetNames, seed: 1, seconds: 30 });
  expect(findings.map(({ target, detail }) => `${target}: ${detail}`)).toEqual([]);
  expect(inputs).toBeGreaterThan(5 * targetNames.length);
  expect(Math.min(accepted, refused)).toBeGreaterThan(targetNames.length);
});

it("a process that an input killed is replaced", async () => {
  const reader = new Reader();
  const input = Buffer.from("{}");
  const noTarget = await reader.read({ target: "none" as never, input });
  expect(noTarget.outcome).toBe("finding");
  expect(await reader.read({ target: "recipe", input })).toMatchObject({ outcome: "accepted" });
  reader.close();
});
