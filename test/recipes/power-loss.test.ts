/** A run that was killed, or whose machine lost power, ends like one that was left alone. */
import { readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { disk } from "../../src/lib/files/disk.js";
import { commonUnits } from "../../src/lib/log/common-boundary.js";
import { readLog } from "../../src/lib/log/log-reader.js";
import { openLog } from "../../src/lib/log/log-writer.js";
import { scanLog } from "../../src/lib/log/scan.js";
import { useBackend } from "../../src/lib/runtime/backend.js";
import { isFinished } from "../../src/lib/recipes/stages/run-folder.js";
import { layOut, onCrashingDisk, type Leftovers } from "../files/crashing-disk.js";
import { commit, metadata } from "../log/example.js";
import {
  crashedRuns,
  crashKinds,
  expectRecovery,
  expectRoomAsked,
  type CrashedRuns,
} from "./crashed-runs.js";
import { outcomeOf, smallRecipe, smallRun } from "./small-run.js";

let crashed: CrashedRuns;
let root: string;
const said: string[] = [];
beforeAll(async () => {
  await useBackend();
  vi.spyOn(console, "error").mockImplementation((line: string) => void said.push(line));
  crashed = await crashedRuns();
  root = crashed.root;
});
afterAll(() => {
  vi.restoreAllMocks();
  rmSync(root, { recursive: true, force: true });
});

/** power-loss.slow.test.ts looks at every change. */
describe(
  "a run goes on and ends with the rows, the model and the files of one left alone",
  { timeout: 240_000 },
  () => {
    it("when the power went after any change and took all that was not synced", () =>
      expectRecovery(crashed, "lost", 1));

    it.each(["killed", "zeros", "torn"] as const)("after one change in ten (%s)", kind =>
      expectRecovery(crashed, kind, 10),
    );

    it("when the disk was full, which is one sentence and leaves nothing half written", () =>
      expectRoomAsked(crashed, 12));
  },
);

describe("a state that counts rows which a log has lost", () => {
  /** A run stopped after 6 of 7 steps: a state of 6 steps and one of 4. */
  const stopped = async (name: string) => {
    const out = join(root, name);
    const stop = smallRun(out, step => {
      if (step === 6) throw new Error("stopped");
    });
    await expect(stop).rejects.toThrow("stopped");
    said.splice(0);
    return out;
  };
  const cutBack = (path: string, rows: number) => {
    const { end } = scanLog(path).boundaries.find(b => b.rows === rows)!;
    writeFileSync(path, readFileSync(path).subarray(0, end));
  };

  it.each([
    [
      "train",
      4,
      /state.safetensors counts 6 steps, for which .*train.arrow has no rows; going on from step 4/,
    ],
    ["train", 2, /state-before.safetensors counts 4 steps, .*; beginning anew/],
    ["train", 0, /beginning anew/],
    ["losses", 2, /for which .*losses.arrow has no rows; going on from step 4/],
    ["losses", 0, /beginning anew/],
  ] as const)(
    "%s cut back to %i rows: goes on from the state before or anew, and says so",
    async (kind, rows, sentence) => {
      const out = await stopped(`behind-${kind}-${rows}`);
      cutBack(join(out, `${kind}.arrow`), rows);
      expect(await smallRun(out)).toBe("trained");
      expect(said.join("\n")).toMatch(sentence);
      expect(outcomeOf(out)).toEqual(crashed.undisturbed);
    },
  );

  it("or that is damaged or cut itself gives way to the one before", async () => {
    for (const damage of [(b: Buffer) => b.subarray(0, 100), (b: Buffer) => ((b[b.length - 5] ^= 1), b)]) {
      const out = await stopped("damaged-state");
      const path = join(out, "state.safetensors");
      writeFileSync(path, damage(readFileSync(path)));
      expect(await smallRun(out)).toBe("trained");
      expect(said.join("\n")).toMatch(/state.safetensors is damaged; going on from step 4/);
      expect(outcomeOf(out)).toEqual(crashed.undisturbed);
      rmSync(out, { recursive: true });
    }
  });

  it("is none of its business once a log is missing altogether", async () => {
    const out = await stopped("missing-log");
    rmSync(join(out, "train.arrow"));
    expect(await smallRun(out)).toBe("trained");
    expect(outcomeOf(out)).toEqual(crashed.undisturbed);
  });
});

describe("a run's last look at its logs", () => {
  it("finds rows that something took away, and does not say that it is finished", async () => {
    const out = join(root, "robbed");
    const real = disk.rename;
    disk.rename = (from, to) => {
      real(from, to);
      if (to.endsWith("model.safetensors")) disk.remove(join(out, "losses.arrow"));
    };
    await expect(smallRun(out)).rejects.toThrow(/losses.arrow cannot be read|losses.arrow holds/);
    disk.rename = real;
    expect(isFinished(out)).toBe(false);
    expect(await smallRun(out)).toBe("trained");
    expect(outcomeOf(out)).toEqual(crashed.undisturbed);
  });
});

describe("logs that are written together", () => {
  const perUnit = { commits: 3, samples: 1 };
  const joined = (folder: string) => [
    { path: join(folder, "commits.arrow"), kind: "commits", rowsPerUnit: perUnit.commits } as const,
    { path: join(folder, "losses.arrow"), kind: "losses", rowsPerUnit: perUnit.samples } as const,
  ];
  const loss = (i: number) => ({
    run: "r",
    problem: `p${i}`,
    t: 0.5,
    replicate: 0,
    masked: 1,
    completionLength: 1,
    lossSum: i,
  });
  /** Ten units, two a batch, nothing synced but at the end. */
  const goOn = (folder: string) => {
    const [a, b] = joined(folder);
    const done = commonUnits([a, b]);
    const commits = openLog(a.path, "commits", { metadata, resume: { rows: 3 * done } });
    const losses = openLog(b.path, "losses", { metadata, resume: { rows: done } });
    for (let unit = done; unit < 10; unit += 2) {
      commits.append(Array.from({ length: 6 }, (_, i) => commit(3 * unit + i)));
      losses.append([loss(unit), loss(unit + 1)]);
    }
    commits.close();
    losses.close();
    return done;
  };

  it("go on from the last place that all have, whichever of them the power took", async () => {
    const folder = join(root, "joined");
    const found: [string, Leftovers][] = [];
    await onCrashingDisk(root, () => goOn(folder), (change, leftBy) => {
      for (const kind of crashKinds) found.push([`${kind}, ${change}`, leftBy(kind)]);
    }); // prettier-ignore
    const expected = joined(folder).map(({ path }) => readFileSync(path));
    const begun = new Set<number>();
    for (const [i, [change, files]] of found.entries()) {
      const again = join(root, `joined-${i}`);
      layOut(again, files);
      begun.add(goOn(join(again, "joined")));
      expect(
        joined(join(again, "joined")).map(({ path }, k) => readFileSync(path).equals(expected[k])),
        change,
      ).toEqual([true, true]);
      rmSync(again, { recursive: true });
    }
    expect([...begun].sort((a, b) => a - b)).toEqual([0, 2, 4, 6, 8, 10]);
    expect(readLog(joined(folder)[1].path, "losses").rowCount).toBe(10);
  });
});

it("keeps states of two checkpoints while a run is under way, and none after", async () => {
  const out = join(root, "states");
  const seen: string[][] = [];
  await smallRun(out, () => void seen.push(readdirSync(out).filter(name => name.startsWith("state"))));
  expect(seen.at(-1)).toEqual(["state-before.safetensors", "state.safetensors"]);
  expect(readdirSync(out).filter(name => name.startsWith("state"))).toEqual([]);
  expect(seen.length).toBe(smallRecipe.steps);
});
