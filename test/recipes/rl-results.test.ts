import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openLog } from "../../src/lib/log/log-writer.js";
import type { HeldOutRow } from "../../src/lib/log/schemas.js";
import { beforeAndAfter, endsOf, rlSeeds } from "../../src/lib/study/before-after.js";
import { provenance } from "../../src/lib/runtime/provenance.js";
import {
  estimatorName,
  heldOutResults,
  notJudged,
  otherParents,
  rlResults,
  type RlResult,
} from "../../src/lib/recipes/rl/rl-results.js";
import { studyRuns } from "../../src/lib/recipes/rl/rl-studies.js";
import { runsVariable } from "../../src/lib/host/runs-folder.js";
import { checkpointFolder } from "../../src/lib/checkpoints/testbed.js";
import { weightsHash } from "../../src/lib/checkpoints/weights-hash.js";

const runs = mkdtempSync(join(tmpdir(), "rl-results-"));
const before = process.env[runsVariable];

const row = (step: number, temperature: number): HeldOutRow => ({
  ...{ run: "full-mask-grpo-5", step, problem: "p", form: "loop", formWritten: "loop", temperature },
  ...{ reward: 2.5, format: 1, code: 1, passedBase: true, passedPlus: false, completionLength: 20 },
  ...{ localArness: 1, globalArness: 1 },
});

beforeAll(() => {
  const parent = weightsHash(checkpointFolder("instruct", 1));
  process.env[runsVariable] = runs;
  for (const [name, finished] of [
    ["full-mask-grpo-seed5", true],
    ["full-mask-grpo-seed4", false],
  ] as const) {
    const folder = join(runs, "rl", "f7-estimators", name);
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, "training.json"), JSON.stringify({ finished }));
    const log = openLog(join(folder, "heldout.arrow"), "heldout", {
      metadata: provenance({ config: {}, seed: 5, checkpointHash: finished ? "other" : parent }),
    });
    log.append([row(0, 1), row(0, 0.2), row(50, 0.2), row(100, 0.2)]);
    log.close();
  }
});
afterAll(() => {
  if (before === undefined) delete process.env[runsVariable];
  else process.env[runsVariable] = before;
  rmSync(runs, { recursive: true });
});

const ours = () => rlResults().filter(({ folder }) => folder.startsWith(runs));

describe("finished RL runs", () => {
  it("are found where the logs are, by estimator; unfinished ones are left alone", () => {
    expect(ours().map(r => [r.estimator, r.seed])).toEqual([["full-mask", 5]]);
    expect(estimatorName("coupled-grpo-half-T1.2-seed3")).toBe("coupled, T 1.2");
    expect(estimatorName("instruct-seed1")).toBe("before");
  });

  it("give their held-out answers with the run's seed and manner of sampling", () => {
    const answers = heldOutResults(ours());
    expect(answers.map(a => [a.estimator, a.seed, a.sampling, a.step])).toEqual([
      ["full-mask", 5, "rollout", 0],
      ["full-mask", 5, "cold", 0],
      ["full-mask", 5, "cold", 50],
      ["full-mask", 5, "cold", 100],
    ]);
    expect(endsOf(answers).map(a => a.estimator)).toEqual(["before", "before", "full-mask"]);
  });
});

describe("a run's parent", () => {
  it("is named when its weights are not those that the run started from", () => {
    expect(otherParents(ours())[0]).toMatch(/full-mask-grpo-seed5 started from other weights than instruct/);
    const started = { ...ours()[0], folder: join(runs, "rl", "f7-estimators", "full-mask-grpo-seed4") };
    expect(otherParents([started])).toEqual([]);
  });
});

/** Runs as they would be if they had finished. */
const result = (name: string, seed: number): RlResult => {
  const run = studyRuns("f7-estimators").find(r => r.recipe.name === name && r.seed === seed);
  if (run === undefined) throw new Error(`no run ${name} ${seed}`);
  return { ...run, estimator: estimatorName(name), source: run.folder };
};

describe("what is not judged", () => {
  it("is said with the study that makes the runs, also where no seed is common", () => {
    const results = [result("coupled-grpo", 1), result("full-mask-grpo", 2), result("decoupled-grpo", 1)];
    const f7 = ["F7-full-mask", "F7-d1", "F7-prompt", "F7-steady"];
    const sentences = notJudged(results, f7);
    const missing = ["F7-full-mask", "F7-d1", "F7-prompt"];
    expect(sentences.map(s => s.split(" ")[0])).toEqual(missing);
    expect(sentences[2]).toContain("npm run study -- f7-estimators makes them");
    expect(notJudged([...results, result("full-mask-grpo", 1)], f7)[0]).toContain("F7-d1");
  });

  it("is said of the claims about diffu-GRPO, too", () => {
    const none = notJudged([], ["N9-steady", "N9-coupled"]);
    expect(none).toEqual([
      "N9-steady is not judged: no RL seed of both full-mask, 4 updates and d1, 4 updates has " +
        "finished. npm run study -- n9-mu makes them.",
      "N9-coupled is not judged: no RL seed of both coupled, 4 updates and d1, 4 updates has finished. " +
        "npm run study -- n9-mu makes them.",
    ]);
  });
});

describe("the runs of Table 2", () => {
  const results = [...[1, 2, 3, 4].map(seed => result("coupled-grpo", seed)), result("full-mask-grpo", 2)];

  it("decode every model beside the one before, on the problems of its RL seed", () => {
    expect(rlSeeds(results, 3)).toEqual([1, 2, 3]);
    const names = [1, 2, 5].map(seed => beforeAndAfter(results, seed).map(folder => basename(folder)));
    expect(names).toEqual([
      ["instruct-seed1", "coupled-grpo-seed1"],
      ["instruct-seed1", "coupled-grpo-seed2", "full-mask-grpo-seed2"],
      [],
    ]);
  });

  it("name the shipped model without this machine's paths", () => {
    expect(beforeAndAfter(results, 1)[0]).toBe("data/checkpoints/instruct-seed1");
  });
});
