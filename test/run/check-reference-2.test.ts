/**
 * The second set of reference data: other formats and models, each file saying in `kind` what it holds. A part of it lies in
 * test/reference-2, the whole beside the repository in ../shared, where there is such a folder. One test a comparison.
 */
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { useBackend } from "../../src/lib/run/backend.js";
import { checkReference, checkReferenceCommand } from "../../src/lib/run/commands/check-reference-command.js";
import { holds, lineOf } from "../../src/lib/run/reference/finding.js";

await useBackend();
const shared = "../shared/reference-2";
const folder = existsSync(shared) ? shared : "test/reference-2";
const report = await checkReference(folder, () => undefined);

describe(`the public codes and this library agree (${folder}) on`, () => {
  it.each(report.findings.map(f => [`${f.name}: ${f.quantity}`, f] as const))("%s", (_, finding) => {
    expect(holds(finding), lineOf(finding)).toBe(true);
  });

  it("everything that can be read: no file is of an unknown layout", () => {
    expect(report.unknown).toEqual([]);
    expect(report.unreadable).toEqual([]);
  });
});

describe("a folder of such files", () => {
  let copy: string;
  beforeEach(() => {
    copy = mkdtempSync(join(tmpdir(), "unmask-reference-2-"));
    cpSync("test/reference-2/gguf", join(copy, "renamed"), { recursive: true });
  });
  afterEach(() => rmSync(copy, { recursive: true, force: true }));

  it("is told by the kind in each file, not by names", async () => {
    cpSync(join(copy, "renamed/quantisation.json"), join(copy, "renamed/x.json"));
    cpSync(join(copy, "renamed/quantisation.safetensors"), join(copy, "renamed/x.safetensors"));
    const { findings } = await checkReference(copy, () => undefined, ["gguf-quantisation"]);
    expect(findings.filter(f => f.name.includes("/x "))).toHaveLength(28);
  });

  it("--only KIND leaves all other kinds out, and a kind that there is not is refused with the nearest", async () => {
    const { findings } = await checkReference(copy, () => undefined, ["gguf-malformed"]);
    expect(findings).toHaveLength(30);
    await expect(
      checkReferenceCommand.main({ dir: copy, failures: true, only: ["gguf-modell"] }, []),
    ).rejects.toThrow(/unknown kind "gguf-modell"; did you mean "gguf-model"\?/);
  });

  it("a kind that is not compared here is counted, and nothing fails for it", async () => {
    writeFileSync(
      join(copy, "a.json"),
      JSON.stringify({ kind: "of-another-time", cases: [{ history: [] }] }),
    );
    writeFileSync(join(copy, "b.json"), JSON.stringify({ kind: "of-another-time" }));
    const { outOfScope, unreadable, unknown } = await checkReference(copy, () => undefined);
    expect([...outOfScope]).toEqual([["of-another-time", 2]]);
    expect([...unreadable, ...unknown]).toEqual([]);
  });

  it("a single wrong byte of a block is found", async () => {
    const file = join(copy, "renamed/quantisation.json");
    const json = JSON.parse(readFileSync(file, "utf8")) as { cases: { raw_base64: string }[] };
    for (const c of json.cases) {
      const bytes = Buffer.from(c.raw_base64, "base64");
      bytes[bytes.length - 5] ^= 0x10; // of the last block: the scales of the first may be 0
      c.raw_base64 = bytes.toString("base64");
    }
    writeFileSync(file, JSON.stringify(json));
    const { findings } = await checkReference(copy, () => undefined, ["gguf-quantisation"]);
    expect(findings.filter(holds).map(f => f.name)).toEqual([]);
  });
});
