import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fromArrow, table } from "arquero";
import { describe, expect, it } from "vitest";
import { openLog } from "../../src/lib/log/log-writer.js";
import { readLog } from "../../src/lib/log/log-reader.js";
import { commit, metadata, sample, scratchFolder, writeCommits } from "./example.js";

const folder = scratchFolder();
const at = (name: string) => join(folder, name);

describe("reading a log", () => {
  it("gives its kind, provenance, rows and whether it was closed", () => {
    writeCommits(at("closed.arrow"), [1, 2]);
    const log = readLog(at("closed.arrow"));
    expect(log).toMatchObject({ kind: "commits", metadata, rowCount: 3, complete: true });
    expect(log.rows()).toEqual([commit(0), commit(1), commit(2)]);
  });

  it("follows a log that is still being written, without changing it", () => {
    const writer = openLog(at("live.arrow"), "commits", { metadata });
    writer.append([commit(0)]);
    const bytes = readFileSync(at("live.arrow"));
    expect(readLog(at("live.arrow"), "commits")).toMatchObject({ rowCount: 1, complete: false });
    expect(readFileSync(at("live.arrow"))).toEqual(bytes);
    writer.append([commit(1)]);
    expect(readLog(at("live.arrow"), "commits").rows()).toEqual([commit(0), commit(1)]);
    writer.close();
  });

  it("gives columns that Arquero takes as they are", () => {
    writeCommits(at("columns.arrow"), [2, 1]);
    const columns = readLog(at("columns.arrow")).columns();
    expect(columns["token_id"]).toEqual(Int32Array.of(40, 41, 42));
    expect(table(columns).array("token")).toEqual(["def", " é", "\n    "]);
  });

  it("names the remedy when the file is missing or was cut before its schema was whole", () => {
    expect(() => readLog(at("none.arrow"))).toThrow(/none.arrow cannot be read \(ENOENT\); .* make the run/);
    writeFileSync(at("stub.arrow"), readFileSync(at("closed.arrow")).subarray(0, 100));
    expect(() => readLog(at("stub.arrow"))).toThrow(/cut before its schema was whole/);
  });
});

describe("another implementation of Arrow (Arquero's own decoder)", () => {
  it("reads the file as it is, lists and nulls included", () => {
    const writer = openLog(at("samples.arrow"), "samples", { metadata });
    writer.append([sample]);
    writer.append([{ ...sample, sample: 1, passedBase: null }]);
    writer.close();
    const rows = fromArrow(readFileSync(at("samples.arrow")).buffer).objects();
    expect(rows).toMatchObject([
      { sample: 0, passed_base: true, passed_plus: false, correct: null, tie_rule: "leftmost" },
      { sample: 1, passed_base: null, temperature: 0.2 },
    ]);
    expect(rows.map(row => [...(row as { local_arness: Float32Array }).local_arness])).toEqual([
      [1, 0.5, 0.25],
      [1, 0.5, 0.25],
    ]);
  });

  it("reads the whole batches of a log that was cut, through its bytes", () => {
    writeCommits(at("cut.arrow"), [2, 3]);
    writeFileSync(at("cut.arrow"), readFileSync(at("cut.arrow")).subarray(0, -50));
    const stream = readLog(at("cut.arrow")).bytes();
    expect(fromArrow(stream).array("rank")).toEqual([0, 1]);
  });
});
