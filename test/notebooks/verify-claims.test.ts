/** npm run verify: what it says of logs that were made before and after a criterion was fixed. */
import { describe, expect, it } from "vitest";
import { claimOf } from "../../src/lib/claims/judge.js";
import { corrections } from "../../src/lib/notebooks/claims-store.js";
import type { LogMetadata } from "../../src/lib/log/schemas.js";
import { faultsOf, groundOf } from "../../src/lib/notebooks/verify-claims.js";
import { provenance } from "../../src/lib/runtime/provenance.js";
import { historyHolds, type History } from "../../src/lib/runtime/source-history.js";

const claim = claimOf("N2");
const history: History = {
  trees: new Set(["aaa"]),
  hasCriterion: hash => hash === claim.fixed.hash || hash === "old",
};
const log = (rest: Partial<LogMetadata>): LogMetadata => ({
  ...{ config: {}, seed: 1, commit: "c", versions: {}, backend: "none", checkpointHash: null, created: "" },
  sources: { tree: "aaa", dirty: false },
  criteria: [claim.fixed.hash],
  ...rest,
});
const ground = (...logs: LogMetadata[]) => groundOf(claim, logs, history);

describe("a claim is confirmatory", () => {
  it("where every log was made by sources of a commit, under the criterion that stands", () => {
    expect(ground(log({}), log({}))).toBe("confirmatory");
  });

  it("else exploratory, and it is said why and of how many logs", () => {
    const old = log({ sources: undefined, criteria: undefined });
    expect(ground(log({}), old)).toBe("exploratory: 1 of 2 logs made before criteria were hashed");
    expect(ground(log({ criteria: ["old"] }))).toMatch(/under another criterion than the one fixed on \d/);
    expect(ground(log({ sources: { tree: "aaa", dirty: true } }))).toMatch(/sources that no commit holds/);
    expect(ground(log({ sources: { tree: "unknown", dirty: false } }))).toMatch(/outside a checkout/);
  });
});

describe("a hash that the history does not contain is a fault", () => {
  it("of sources and of criteria; one that was there once is none", () => {
    expect(faultsOf([log({}), log({ criteria: ["old"] })], history)).toEqual([]);
    const [tree, criterion] = faultsOf(
      [log({ sources: { tree: "bbb", dirty: false }, criteria: ["never"] })],
      history,
    );
    expect(tree).toContain("sources bbb, which no commit of this history has");
    expect(criterion).toContain("criterion never, which this history never had");
  });

  it("logs from before hashes have none to look up", () => {
    expect(faultsOf([log({ sources: undefined, criteria: undefined })], history)).toEqual([]);
  });
});

describe("this checkout", () => {
  it("what a log made now would say is found in its history", () => {
    const { sources, criteria } = provenance({ config: {}, seed: 1 });
    const { trees, hasCriterion } = historyHolds();
    if (sources.tree === "unknown") return expect(trees.size).toBe(0); // a copy without its history
    expect(trees.has(sources.tree)).toBe(true);
    expect(trees.has("0".repeat(40))).toBe(false);
    expect(criteria.every(hasCriterion)).toBe(true);
    expect(hasCriterion("0123456789abcdef")).toBe(false);
  });
});

it("Holm's correction is over all claims that have a p", () => {
  const row = (id: string, p: number) => ({ id, p }) as Parameters<typeof corrections>[0][number];
  expect(corrections([row("a", 0.01), row("b", NaN), row("c", 0.2)]).map(({ pHolm }) => pHolm)).toEqual([
    0.02,
    NaN,
    0.2,
  ]);
});
