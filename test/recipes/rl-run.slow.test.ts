/** RL through the train command: a killed run, what it logs, and what it refuses. */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readLog } from "../../src/lib/log/log-reader.js";
import { readConfig } from "../../src/lib/checkpoints/checkpoint.js";
import { checkpointFolder } from "../../src/lib/checkpoints/testbed.js";
import { weightsHash } from "../../src/lib/checkpoints/weights-hash.js";
import { train } from "./train-process.js";
import { openSafetensors } from "../../src/lib/checkpoints/safetensors-file.js";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "unmask-rl-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Four steps of two groups of two; seven held-out answers three times over, at two temperatures. */
const small = {
  ...{ steps: 4, prompts: 2, groupSize: 2, pool: 3, decodeBatch: 4, checkpointEvery: 1, referenceEvery: 3 },
  heldOut: { problems: 4, every: 2 },
};

function rl(out: string, overrides: object = {}, recipe = "coupled-grpo"): string[] {
  const config = join(folder, `${out}.json`);
  writeFileSync(config, JSON.stringify({ ...small, ...overrides }));
  return ["--recipe", recipe, "--seed", "4", "--config", config, "--out", join(folder, out)];
}
const rlRows = (out: string) => readLog(join(folder, out, "rl.arrow"), "rl").rows();
const heldOutRows = (out: string) => readLog(join(folder, out, "heldout.arrow"), "heldout").rows();

function stepsSaved(out: string): number {
  const path = join(folder, out, "state.safetensors");
  if (!existsSync(path)) return 0;
  const file = openSafetensors(path);
  file.close();
  return Number(file.metadata["step"]);
}

/** Commands start in seconds, and in half a minute on a busy machine; these tests start several. */
const patience = 400_000;

describe("a run of reinforcement learning", { timeout: patience }, () => {
  it("killed twice by SIGKILL and resumed has the rows and the weights of an undisturbed run", async () => {
    expect((await train(rl("whole"))).code).toBe(0);
    expect((await train(rl("cut"), () => stepsSaved("cut") > 0)).code).not.toBe(0);
    const before = stepsSaved("cut");
    const resumed = [...rl("cut"), "--resume"];
    expect((await train(resumed, () => stepsSaved("cut") > before)).code).not.toBe(0);
    expect((await train(resumed)).code).toBe(0);

    expect(rlRows("cut").map(row => row.step)).toEqual([0, 1, 2, 3]);
    const withoutSeconds = (out: string) => rlRows(out).map(row => ({ ...row, seconds: 0 }));
    expect(withoutSeconds("cut")).toEqual(withoutSeconds("whole"));
    expect(heldOutRows("cut")).toEqual(heldOutRows("whole"));
    const [a, b] = ["whole", "cut"].map(out => openSafetensors(join(folder, out, "model.safetensors")));
    // bit for bit
    for (const name of a.tensors.keys()) expect(b.readFloat32(name), name).toEqual(a.readFloat32(name));
    [a, b].forEach(file => file.close());
    expect(existsSync(join(folder, "cut", "state.safetensors"))).toBe(false);
  });

  it("logs a row a step and every held-out problem at both temperatures, before, during and after", () => {
    for (const row of rlRows("whole")) {
      expect(row.rollouts).toBe(4);
      expect(row.reward).toBeCloseTo(2 * row.code + 0.5 * row.format, 12);
      expect(row.kl).toBeGreaterThanOrEqual(0);
      expect(row.loops + row.comprehensions + row.staged).toBeLessThanOrEqual(1);
    }
    const scored = heldOutRows("whole").map(({ step, temperature }) => `${step} at ${temperature}`);
    const times = [0, 2, 4].flatMap(step =>
      [1, 0.2].flatMap(t => new Array<string>(4).fill(`${step} at ${t}`)),
    );
    expect(scored).toEqual(times);
  });

  it("ends in a checkpoint of its parent's shape, and is left alone by --resume", async () => {
    const config = readConfig(join(folder, "whole"));
    expect(config).toEqual(readConfig(checkpointFolder("instruct", 1)));
    expect((await train([...rl("whole"), "--resume"])).code).toBe(0);
    const again = await train(rl("whole"));
    expect(again.code).toBe(1);
    expect(again.stderr).toMatch(/already holds a run; add --resume/);
  });

  it("of an order head resumes alike, and leaves a head that knows its model", async () => {
    const head = { decodeSteps: 12, credit: "shuffled", temperature: 1 };
    const settings = (out: string) => rl(out, { ...head, referenceEvery: undefined }, "dcolt");
    expect((await train(settings("order"))).code).toBe(0);
    expect((await train(settings("order-cut"), () => stepsSaved("order-cut") > 0)).code).not.toBe(0);
    expect((await train([...settings("order-cut"), "--resume"])).code).toBe(0);
    const withoutSeconds = (out: string) => rlRows(out).map(row => ({ ...row, seconds: 0 }));
    expect(withoutSeconds("order-cut")).toEqual(withoutSeconds("order"));
    expect(heldOutRows("order-cut")).toEqual(heldOutRows("order"));
    const [a, b] = ["order", "order-cut"].map(out =>
      openSafetensors(join(folder, out, "order-head.safetensors")),
    );
    for (const name of a.tensors.keys()) expect(b.readFloat32(name), name).toEqual(a.readFloat32(name));
    expect(a.metadata["backbone"]).toBe(weightsHash(checkpointFolder("instruct", 1)));
    [a, b].forEach(file => file.close());
  });

  it("that diverges stops with a sentence, keeps its last state, and makes no checkpoint", async () => {
    const late = { rate: { peak: 1, warmupSteps: 1 } }; // a thousand times what learns
    const { code, stderr } = await train(rl("nan", late));
    expect(code).toBe(1);
    expect(stderr.trim().split("\n").at(-1)).toMatch(/^rl: the loss became NaN|^rl: the loss became .*NaN/);
    expect(existsSync(join(folder, "nan", "model.safetensors"))).toBe(false);
    expect(rlRows("nan").every(row => Number.isFinite(row.loss))).toBe(true);
  });

  it("refuses a recipe that cannot be and another run's folder, each in one sentence", async () => {
    const refusal = async (...args: string[]) => {
      const { code, stderr } = await train(args);
      expect(code).toBe(1);
      return stderr.trim().split("\n").at(-1);
    };
    expect(await refusal(...rl("bad", { groupSize: 1 }))).toMatch(
      /groupSize=1 leaves nothing to compare with/,
    );
    expect(await refusal(...rl("bad", { masks: "coupld" }))).toMatch(
      /unknown masks "coupld"; did you mean "coupled"\?/,
    );
    expect(await refusal(...rl("bad", { parentSeed: 99 }))).toMatch(/holds no checkpoint; run npm run train/);
    expect(await refusal(...rl("whole", {}, "d1-grpo"), "--resume")).toMatch(/holds another run/);
  });
});
