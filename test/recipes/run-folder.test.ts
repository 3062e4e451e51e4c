/** A training run's folder: what a refused run leaves, and what a run that began leaves. */
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { metadata } from "../log/example.js";
import { UserError } from "../../src/lib/core/errors.js";
import { openLog } from "../../src/lib/log/log-writer.js";
import { inRunFolder, isFinished } from "../../src/lib/recipes/stages/run-folder.js";

let root: string;
beforeEach(() => (root = mkdtempSync(join(tmpdir(), "run-folder-"))));
afterEach(() => rmSync(root, { recursive: true }));

const identity = { recipe: { name: "instruct", steps: 0 }, seed: 1 };
const refusal = new UserError("train: there is no parent; train it first.");
const refuse = () => Promise.reject(refusal);
const run = (out: string, work: () => Promise<void>, resume = false) =>
  inRunFolder(out, identity, resume, { logs: [], work });

/** A log as a run opens it, with as many rows. */
function logOf(out: string, rows: number): void {
  const log = openLog(join(out, "train.arrow"), "train", { metadata });
  const row = { run: "a", stage: "b", tokens: 1, loss: 1, lr: 1, gradNorm: 1, seconds: 1 };
  log.append(Array.from({ length: rows }, (_, step) => ({ ...row, step })));
  log.close();
}

describe("a run that is refused before it began", () => {
  it("leaves no folder that was made for it, and is not in its own way", async () => {
    const out = join(root, "a/b/c");
    await expect(run(out, refuse)).rejects.toBe(refusal);
    expect(readdirSync(root)).toEqual([]);
    await expect(run(out, () => Promise.resolve())).resolves.toBe("trained");
    expect(isFinished(out)).toBe(true);
  });

  it("leaves an empty folder that was there, empty", async () => {
    await expect(run(root, refuse)).rejects.toBe(refusal);
    expect(readdirSync(root)).toEqual([]);
  });

  it("takes logs without rows with it", async () => {
    const out = join(root, "a");
    const opened = () => {
      logOf(out, 0);
      return refuse();
    };
    await expect(run(out, opened)).rejects.toBe(refusal);
    expect(existsSync(out)).toBe(false);
  });

  it("leaves what others put into the folders meanwhile", async () => {
    const out = join(root, "a/b");
    const meanwhile = () => {
      writeFileSync(join(root, "a/mine"), "");
      return refuse();
    };
    await expect(run(out, meanwhile)).rejects.toBe(refusal);
    expect(readdirSync(join(root, "a"))).toEqual(["mine"]);
  });
});

describe("a run that began stays, to be gone on with", () => {
  it.each([
    ["with rows in its log", (out: string) => logOf(out, 2)],
    ["with a state", (out: string) => writeFileSync(join(out, "state.safetensors"), "")],
    ["with a file of the user's", (out: string) => writeFileSync(join(out, "notes.txt"), "")],
  ])("%s", async (_, begin) => {
    const out = join(root, "a");
    const work = () => {
      begin(out);
      return refuse();
    };
    await expect(run(out, work)).rejects.toBe(refusal);
    expect(readdirSync(out)).toContain("training.json");
  });

  it("also when going on with it is refused", async () => {
    const out = join(root, "a");
    mkdirSync(out);
    await expect(
      run(out, () => {
        logOf(out, 1);
        return refuse();
      }),
    ).rejects.toBe(refusal);
    rmSync(join(out, "train.arrow"));
    await expect(run(out, refuse, true)).rejects.toBe(refusal);
    expect(readdirSync(out)).toEqual(["training.json"]);
  });
});
