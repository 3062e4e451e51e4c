/**
 * This library against numbers computed with the authors' PyTorch code (test/reference; each folder's README
 * says what its files hold, the tolerances are those of test/reference/README.md). One test a comparison.
 */
import { cpSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { useBackend } from "../../src/lib/runtime/backend.js";
import { checkReference, checkReferenceCommand } from "../../src/lib/commands/check-reference-command.js";
import { holds, lineOf } from "../../src/lib/reference/finding.js";

await useBackend();
const report = await checkReference("test/reference", () => undefined);

describe("the authors' code and this library agree on", () => {
  const { findings } = report;
  it.each(findings.map(f => [`${f.name}: ${f.quantity}`, f] as const))("%s", (_, finding) => {
    expect(holds(finding), lineOf(finding)).toBe(true);
  });

  it("everything that the reference holds: no file is left out", () => {
    expect(report.unknown).toEqual([]);
    expect(report.unreadable).toEqual([]);
    const folders = new Set(findings.map(f => f.name.split("/")[0]));
    const all = "ar-ness coupled-grpo dream-tiny llada-tiny pass-at-k rewards schedules";
    expect([...folders].sort().join(" ")).toBe(all);
  });
});

describe("another folder of the same layout", () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "unmask-reference-"))));
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const copy = (from: string, to = from) =>
    cpSync(join("test/reference", from), join(folder, to), { recursive: true });
  const edit = (file: string, change: (text: string) => string) =>
    writeFileSync(join(folder, file), change(readFileSync(join(folder, file), "utf8")));
  const status = () =>
    checkReferenceCommand.main({ dir: folder, failures: true, only: [] }, []).then(code => code ?? 0);

  it("may name its files and folders otherwise", async () => {
    copy("ar-ness/arness.json", "orders/of-another-seed.json");
    copy("llada-tiny", "models/x");
    expect(await status()).toBe(0);
    expect((await checkReference(folder, () => undefined)).findings.length).toBeGreaterThan(60);
  });

  it("ends with 1 when a single number is out of tolerance, which its line shows", async () => {
    copy("pass-at-k");
    edit("pass-at-k/pass_at_k.json", text => text.replace('"pass_at_k": 0.5', '"pass_at_k": 0.5001'));
    const lines: string[] = [];
    await checkReference(folder, r => "tolerance" in r && !holds(r) && lines.push(lineOf(r)));
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(
      /^FAIL {2}pass-at-k\/pass_at_k n \d+, c \d+, k \d+ {2}pass@k: 1\.0e-4, at most 1e-12/,
    );
    expect(await status()).toBe(1);
  });

  it("ends with 1 when one token of one history differs", async () => {
    copy("llada-tiny");
    edit("llada-tiny/expected_generate.json", text => {
      const data = JSON.parse(text) as { cases: { history: number[][][] }[] };
      const state = data.cases[3].history[2][0];
      state[state.length - 1] = state[state.length - 1] === 7 ? 8 : 7;
      return JSON.stringify(data);
    });
    expect(await status()).toBe(1);
  });

  it("ends with 2 when a file is cut off, and still checks the others", async () => {
    copy("schedules");
    copy("ar-ness");
    truncateSync(join(folder, "ar-ness/arness.json"), 1000);
    const { findings, agree, unreadable } = await checkReference(folder, () => undefined);
    expect(unreadable).toEqual([expect.stringMatching(/arness\.json is not valid JSON \(.*\); restore it/)]);
    expect(agree).toBe(findings.length);
    expect(findings.length).toBeGreaterThan(100);
    expect(await status()).toBe(2);
  });

  it(
    "ends with 2 when a field is missing, the checkpoint beside a file is damaged, or nothing is " + "there",
    async () => {
      expect(await status()).toBe(2);
      copy("llada-tiny");
      truncateSync(join(folder, "llada-tiny/model.safetensors"), 5000);
      expect(await status()).toBe(2);
      rmSync(join(folder, "llada-tiny"), { recursive: true });
      copy("schedules/dilated.json", "dilated.json");
      edit("dilated.json", text => text.replaceAll('"B":', '"C":'));
      const { unreadable } = await checkReference(folder, () => undefined);
      expect(unreadable).toEqual([
        expect.stringMatching(/dilated\.json, cases 0 has no field B that is a number/),
      ]);
      rmSync(folder, { recursive: true });
      expect(await status()).toBe(2);
    },
  );
});
