import { describe, expect, it } from "vitest";
import { checkDecodeConfig } from "../../src/lib/decode/config.js";
import { profiles } from "../../src/lib/study/profile.js";
import {
  blockStudies,
  f11Studies,
  f4Studies,
  f9Studies,
  samplesByBlock,
  stageLabel,
} from "../../src/lib/study/stage-studies.js";

const { standard } = profiles;
const all = { f4: f4Studies, f11: f11Studies, f9: f9Studies, n1: blockStudies };

describe("the studies by stage, steps and block length", () => {
  it("ask for every training seed of the profile, for decodings that can be, and for no run twice", () => {
    for (const [name, studies] of Object.entries(all)) {
      const runs = studies(standard);
      expect(new Set(runs.map(run => run.seed)), name).toEqual(new Set(standard.seeds));
      for (const { decode } of runs) checkDecodeConfig(decode);
      expect(new Set(runs.map(run => JSON.stringify(run))).size, name).toBe(runs.length);
    }
  });

  it("share the instruct model's decoding without blocks under the public order", () => {
    const known = new Set(f4Studies(standard).map(run => JSON.stringify(run)));
    const shared = blockStudies(standard).filter(run => known.has(JSON.stringify(run)));
    expect(shared.map(run => [run.seed, run.decode.blockLength, run.decode.tieRule])).toEqual(
      standard.seeds.map(seed => [seed, null, "leftmost"]),
    );
  });

  it("commit one, two and four tokens a step in F11", () => {
    const tokens = f11Studies(standard).map(({ decode }) => decode.completionLength / decode.steps);
    expect(new Set(tokens)).toEqual(new Set([1, 2, 4]));
  });
});

describe("samples by block", () => {
  it("carry their run's block length, the whole completion where there are no blocks", () => {
    const runs = blockStudies(standard);
    const logs = runs.map(() => ({
      run: "r",
      folder: "f",
      samples: [{}] as never[],
      commits: [],
      confidences: [],
    }));
    const found = new Set(samplesByBlock(runs, logs).map(sample => sample.block));
    expect([...found]).toEqual([1, 2, 4, 6, 9, 12, 18, 36]);
  });
});

describe("the label of a stage", () => {
  it("is for people, and another checkpoint keeps its name", () => {
    expect([stageLabel("stage2"), stageLabel("scratch")]).toEqual(["stage II, 4 epochs", "scratch"]);
  });
});
