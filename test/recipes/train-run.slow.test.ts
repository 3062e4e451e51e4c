/**
 * A training run that is killed and resumed equals one that
 * was not. Runs the command itself, as a person would.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readLog } from "../../src/lib/log/log-reader.js";
import type { TrainRow } from "../../src/lib/log/schemas.js";
import { train } from "./train-process.js";
import { openSafetensors } from "../../src/lib/checkpoints/safetensors-file.js";

let folder: string;
/** Enough of them after the first checkpoint for a kill to come before the end. */
const short = { steps: 16, batch: 8, checkpointEvery: 4 };
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "unmask-train-"));
  writeFileSync(join(folder, "short.json"), JSON.stringify(short));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const instruct = (out: string) => shortRun("instruct", out);
const shortRun = (recipe: string, out: string) => [
  "--recipe",
  recipe,
  "--seed",
  "1",
  "--config",
  join(folder, "short.json"),
  "--out",
  join(folder, out),
];
const rowsOf = (out: string) => readLog(join(folder, out, "train.arrow"), "train").rows();
const withoutSeconds = (rows: readonly TrainRow[]) => rows.map(row => ({ ...row, seconds: 0 }));

/** Commands start in a second, and in ten on a busy machine; these tests start several. */
const patience = 240_000;

describe("a training run", { timeout: patience }, () => {
  it.each([
    ["instruct", "whole", "cut"],
    ["codefusion", "whole fusion", "cut fusion"],
  ])(
    "of %s killed with SIGKILL twice and resumed has the log rows and the weights of an undisturbed run",
    async (recipe, whole, cut) => {
      expect((await train(shortRun(recipe, whole))).code).toBe(0);
      const state = join(folder, cut, "state.safetensors");
      expect((await train(shortRun(recipe, cut), () => existsSync(state))).code).not.toBe(0);
      const stepsDone = () => {
        const file = openSafetensors(state);
        file.close();
        return Number(file.metadata["step"]);
      };
      const before = stepsDone();
      expect((await train([...shortRun(recipe, cut), "--resume"], () => stepsDone() > before)).code).not.toBe(
        0,
      );
      expect((await train([...shortRun(recipe, cut), "--resume"])).code).toBe(0);

      expect(rowsOf(cut).map(row => row.step)).toEqual(Array.from({ length: short.steps }, (_, i) => i));
      expect(withoutSeconds(rowsOf(cut))).toEqual(withoutSeconds(rowsOf(whole)));
      const [a, b] = [whole, cut].map(out => openSafetensors(join(folder, out, "model.safetensors")));
      // bit for bit
      for (const name of a.tensors.keys()) expect(b.readFloat32(name), name).toEqual(a.readFloat32(name));
      [a, b].forEach(file => file.close());
    },
  );

  it("with soft masks and held-out losses does so too", async () => {
    const overrides = {
      ...{ steps: 12, batch: 4, checkpointEvery: 2 },
      validation: { after: [0, 6, 12], sequences: 2, draws: 2 },
    };
    writeFileSync(join(folder, "soft.json"), JSON.stringify(overrides));
    const soft = (out: string) => [
      ...["--recipe", "n7-soft", "--seed", "1", "--config", join(folder, "soft.json")],
      ...["--out", join(folder, out)],
    ];
    expect((await train(soft("soft-whole"))).code).toBe(0);
    expect(
      (await train(soft("soft-cut"), () => existsSync(join(folder, "soft-cut", "state.safetensors")))).code,
    ).not.toBe(0);
    expect((await train([...soft("soft-cut"), "--resume"])).code).toBe(0);
    expect(withoutSeconds(rowsOf("soft-cut"))).toEqual(withoutSeconds(rowsOf("soft-whole")));
    const losses = (out: string) => readLog(join(folder, out, "validation.arrow"), "validation").rows();
    expect(losses("soft-cut")).toEqual(losses("soft-whole"));
    expect(losses("soft-whole").length).toBe(3 * 2 * 2);
    const learned = (out: string) => readFileSync(join(folder, out, "soft_masking.json"), "utf8");
    expect(learned("soft-cut")).toBe(learned("soft-whole"));
  });

  it("that is finished is left alone by --resume, and refuses to be overwritten without", async () => {
    expect((await train([...instruct("whole"), "--resume"])).code).toBe(0);
    const again = await train(instruct("whole"));
    expect(again.code).toBe(1);
    expect(again.stderr).toMatch(/already holds a run; add --resume/);
  });

  it(
    "refuses another recipe's folder, an unknown recipe or key, a missing parent and a folder it " +
      "cannot write, each in one sentence",
    async () => {
      const refusal = async (...args: string[]) => {
        const { code, stderr } = await train(args);
        expect(code).toBe(1);
        return stderr.trim().split("\n").at(-1);
      };
      const out = join(folder, "whole");
      expect(await refusal("--recipe", "stage1", "--resume", "--out", out)).toMatch(/holds another run/);
      expect(await refusal("--recipe", "instrct", "--out", out)).toMatch(
        /unknown recipe "instrct"; did you mean "instruct"\?/,
      );
      expect(await refusal("--recipe", "instruct", "--seed", "99", "--out", join(folder, "none"))).toMatch(
        /holds no checkpoint; run npm run train/,
      );
      expect(await refusal("--recipe", "instruct", "--out", "/proc/nowhere")).toMatch(/cannot be written/);
      expect(await refusal("--recipe", "instruct", "--out", out, "--step", "3")).toMatch(/unknown option/);
    },
  );
});
