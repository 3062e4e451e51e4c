/**
 * The second set of reference data: other formats and models, each file saying in
 * `kind` what it holds. A part of it lies in test/reference-2, the whole beside the
 * repository in ../shared, where there is such a folder. One test a comparison.
 */
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { useBackend } from "../../src/lib/runtime/backend.js";
import { parseArguments } from "../../src/lib/commands/cli-arguments.js";
import { checkReference, checkReferenceCommand } from "../../src/lib/commands/check-reference-command.js";
import { holds, lineOf } from "../../src/lib/reference/finding.js";

await useBackend();
const shared = "../shared/reference-2";
const folder = existsSync(shared) ? shared : "test/reference-2";
// What needs a file of 98 MB is left to the command.
const parts = ["a2d", "gguf", "llama-ar-tiny", "lora"];
const reports: Awaited<ReturnType<typeof checkReference>>[] = [];
for (const part of parts) reports.push(await checkReference(join(folder, part), () => undefined));
const report = {
  findings: reports.flatMap((r, i) => r.findings.map(f => ({ ...f, name: `${parts[i]}/${f.name}` }))),
  unknown: reports.flatMap(r => r.unknown),
  unreadable: reports.flatMap(r => r.unreadable),
  outOfScope: reports.flatMap(r => [...r.outOfScope.keys()]),
};

describe(`the public codes and this library agree (${folder}) on`, () => {
  it.each(report.findings.map(f => [`${f.name}: ${f.quantity}`, f] as const))("%s", (_, finding) => {
    expect(holds(finding), lineOf(finding)).toBe(true);
  });

  it("everything that can be read: no file is of an unknown layout", () => {
    expect([...report.unknown, ...report.unreadable, ...report.outOfScope]).toEqual([]);
    const folders = new Set(report.findings.map(f => f.name.split("/")[0]));
    expect([...folders].sort()).toEqual(parts);
  });

  it("a wrong history is found: one id of one state", async () => {
    const copy = mkdtempSync(join(tmpdir(), "unmask-history-"));
    cpSync("test/reference-2/a2d/a2d-llama-tiny", copy, { recursive: true });
    for (const name of ["mdlm", "bd3lm"]) {
      const file = join(copy, `expected_generate_${name}.json`);
      const json = JSON.parse(readFileSync(file, "utf8")) as { cases: { history: number[][][] }[] };
      for (const { history } of json.cases) history[1][0][history[1][0].length - 2] += 1;
      writeFileSync(file, JSON.stringify(json));
    }
    const { findings } = await checkReference(copy, () => undefined, ["a2d-decoding"]);
    const histories = findings.filter(f => f.quantity.startsWith("ids after"));
    expect(histories.length).toBeGreaterThan(30);
    expect(histories.filter(holds).map(f => f.name)).toEqual([]);
    rmSync(copy, { recursive: true });
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

  it("--only KIND leaves all other kinds out; an unknown kind is refused with the nearest", async () => {
    const { findings } = await checkReference(copy, () => undefined, ["gguf-malformed"]);
    expect(findings).toHaveLength(30);
    expect(() => parseArguments(checkReferenceCommand, ["--dir", copy, "--only", "gguf-modell"])).toThrow(
      /unknown --only "gguf-modell"; did you mean "gguf-model"\?/,
    );
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
