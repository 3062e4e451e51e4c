import { copyFileSync, existsSync, readFileSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { tableFromIPC } from "apache-arrow";
import { describe, expect, it } from "vitest";
import { UserError } from "../../src/lib/core/errors.js";
import { openLog, recoverLog } from "../../src/lib/log/log-writer.js";
import { readLog } from "../../src/lib/log/log-reader.js";
import { scanLog } from "../../src/lib/log/scan.js";
import { logKinds } from "../../src/lib/log/schemas.js";
import { commit, metadata, sample, scratchFolder, writeCommits } from "./example.js";

const folder = scratchFolder();
const at = (name: string) => join(folder, name);

describe("a log that was closed", () => {
  it("is a complete Arrow stream with snake_case columns and its provenance", () => {
    writeCommits(at("closed.arrow"), [2, 3]);
    const table = tableFromIPC(readFileSync(at("closed.arrow")));
    expect(table.schema.fields.map(String)).toEqual([
      "run: Utf8",
      "problem: Utf8",
      "sample: Int32",
      "rank: Int32",
      "step: Int32",
      "position: Int32",
      "token_id: Int32",
      "token: Utf8",
      "confidence: Float32",
      "entropy: Float32",
    ]);
    expect(table.batches.map(b => b.numRows)).toEqual([2, 3]);
    expect(JSON.parse(table.schema.metadata.get("provenance")!)).toEqual(metadata);
    expect(table.schema.metadata.get("kind")).toBe("commits");
    expect([...readFileSync(at("closed.arrow")).subarray(-8)]).toEqual([255, 255, 255, 255, 0, 0, 0, 0]);
  });

  it("gives every kind's schema and no rows when nothing was appended", () => {
    for (const kind of logKinds) {
      openLog(at(`${kind}.arrow`), kind, { metadata }).close();
      expect(readLog(at(`${kind}.arrow`), kind).rows()).toEqual([]);
    }
  });

  it("ignores an append of no rows and a second close", () => {
    const log = openLog(at("twice.arrow"), "commits", { metadata, fsync: true });
    log.append([commit(0)]);
    log.append([]);
    log.close();
    log.close();
    expect(scanLog(at("twice.arrow")).boundaries.map(b => b.rows)).toEqual([0, 1]);
    expect(() => log.append([commit(1)])).toThrow("internal:");
  });
});

describe("a batch of many rows", () => {
  const path = at("many.arrow");
  const many = 500;
  const rows = Array.from({ length: many }, () => commit(1));
  const log = openLog(path, "commits", { metadata });
  log.append(rows);
  log.close();
  const [schema, batch] = scanLog(path).boundaries.map(({ end }) => end);

  it("is compressed: it takes less than its numbers alone", () => {
    expect(batch - schema).toBeLessThan(many * 6 * 4);
    expect(readLog(path, "commits").rows()).toEqual(rows);
  });

  it("names each buffer's length uncompressed, as Arrow's format asks and other readers insist", () => {
    const bytes = readFileSync(path);
    const body = schema + 8 + bytes.readInt32LE(schema + 4);
    // the first column, run, holds where each string begins,
    // which would grow and is stored as it is, then the strings
    expect(bytes.readBigInt64LE(body)).toBe(-1n);
    const strings = body + 8 * Math.ceil((8 + 4 * (many + 1)) / 8);
    expect(bytes.readBigInt64LE(strings)).toBe(BigInt("r-1".length * many));
    expect([...bytes.subarray(strings + 8, strings + 12)]).toEqual([4, 34, 77, 24]); // an LZ4 frame
  });
});

describe("a row that does not fit its column", () => {
  const bad: [string, object][] = [
    ["rank", { rank: 0.5 }],
    ["token_id", { tokenId: 2 ** 31 }],
    ["token", { token: undefined }],
    ["confidence", { confidence: null }],
  ];
  it.each(bad)("is refused by name (%s) and leaves the log as it was", (column, change) => {
    const path = at(`bad-${column}.arrow`);
    const log = openLog(path, "commits", { metadata });
    expect(() => log.append([commit(0), { ...commit(1), ...change }])).toThrow(
      new RegExp(`column "${column}" holds .* row 1 of the batch`),
    );
    log.append([commit(0)]);
    log.close();
    expect(readLog(path, "commits").rows()).toEqual([commit(0)]);
  });
});

describe("opening", () => {
  it("refuses a file that exists unless told to resume", () => {
    writeCommits(at("exists.arrow"), [1]);
    const before = readFileSync(at("exists.arrow"));
    expect(() => openLog(at("exists.arrow"), "commits", { metadata })).toThrow(UserError);
    expect(readFileSync(at("exists.arrow"))).toEqual(before);
  });

  it("names a folder that cannot be made", () => {
    expect(() => openLog(at("exists.arrow/x/log.arrow"), "commits", { metadata })).toThrow(
      /cannot be written/,
    );
  });
});

describe("resuming", () => {
  it("goes on at a batch boundary as if never interrupted, byte for byte", () => {
    writeCommits(at("whole.arrow"), [2, 3, 1]);
    writeCommits(at("resumed.arrow"), [2, 3, 3]);
    const log = openLog(at("resumed.arrow"), "commits", { metadata, resume: { rows: 5 } });
    expect(log.rows).toBe(5);
    log.append([commit(5)]);
    log.close();
    expect(readFileSync(at("resumed.arrow"))).toEqual(readFileSync(at("whole.arrow")));
  });

  it("starts a log that does not exist yet at 0 rows, and only there", () => {
    openLog(at("new.arrow"), "train", { metadata, resume: { rows: 0 } }).close();
    expect(readLog(at("new.arrow")).kind).toBe("train");
    expect(() => openLog(at("lost.arrow"), "train", { metadata, resume: { rows: 4 } })).toThrow(/missing/);
    expect(existsSync(at("lost.arrow"))).toBe(false);
  });

  it.each([
    ["between boundaries", { rows: 3 }, metadata, /no batch boundary at 3 rows, nearest: 2 and 5/],
    ["beyond the end", { rows: 9 }, metadata, /no batch boundary at 9 rows, nearest: 5/],
    ["with another seed", { rows: 2 }, { ...metadata, seed: 2 }, /another configuration or seed/],
  ])("%s is refused and changes nothing", (_, resume, provenance, message) => {
    const path = at("refused.arrow");
    if (!existsSync(path)) writeCommits(path, [2, 3]);
    const before = readFileSync(path);
    expect(() => openLog(path, "commits", { metadata: provenance, resume })).toThrow(message);
    expect(readFileSync(path)).toEqual(before);
  });
});

describe("a log cut at any byte, as by a kill", () => {
  writeCommits(at("uncut.arrow"), [2, 1, 3]);
  const whole = readFileSync(at("uncut.arrow"));
  const { boundaries } = scanLog(at("uncut.arrow"));
  const cut = at("cut.arrow");

  it("keeps exactly its last whole batch", () => {
    for (let length = 0; length < whole.length; length++) {
      writeFileSync(cut, whole.subarray(0, length));
      const kept = boundaries.filter(b => b.end <= length).at(-1) ?? { rows: 0, end: 0 };
      const readable = kept.end === 0 ? 0 : readLog(cut).rowCount;
      const recovered = recoverLog(cut);
      const remains = statSync(cut).size;
      expect({ length, readable, recovered, remains }).toEqual({
        length,
        readable: kept.rows,
        recovered: kept.rows,
        remains: kept.end || length,
      });
    }
  });

  it("resumes at its last whole batch and ends as the same file", () => {
    for (let length = 0; length < whole.length; length += 97) {
      writeFileSync(cut, whole.subarray(0, length));
      const kept = boundaries.filter(b => b.end <= length).at(-1)?.rows ?? 0;
      const log = openLog(cut, "commits", { metadata, resume: { rows: kept } });
      for (const { rows: upTo } of boundaries.filter(b => b.rows > kept))
        log.append(rows(upTo).slice(log.rows));
      log.close();
      expect(readFileSync(cut).equals(whole)).toBe(true);
    }
  });

  it("resumes without being recovered first", () => {
    copyFileSync(at("uncut.arrow"), cut);
    truncateSync(cut, boundaries[2].end + 13);
    const log = openLog(cut, "commits", { metadata, resume: { rows: 3 } });
    log.append(rows(6).slice(3));
    log.close();
    expect(readFileSync(cut).equals(whole)).toBe(true);
  });

  it("drops a tail of zeros, as after a power cut", () => {
    writeFileSync(cut, Buffer.concat([whole.subarray(0, boundaries[2].end), Buffer.alloc(4096)]));
    expect(recoverLog(cut)).toBe(3);
  });

  it("leaves a closed log alone", () => {
    copyFileSync(at("uncut.arrow"), cut);
    expect(recoverLog(cut)).toBe(6);
    expect(readFileSync(cut).equals(whole)).toBe(true);
  });

  const rows = (n: number) => Array.from({ length: n }, (_, i) => commit(i));
});

describe("what is no log", () => {
  writeCommits(at("sound.arrow"), [2, 1]);
  const sound = readFileSync(at("sound.arrow"));
  const { boundaries } = scanLog(at("sound.arrow"));
  const foreign: [string, Uint8Array][] = [
    ["text", Buffer.from("step,loss\n1,2\n")],
    ["zeros", Buffer.alloc(64)],
    ["bytes of one value", Buffer.alloc(512, 255)],
    ["two logs in one file", Buffer.concat([sound, sound])],
    ["rows after the end", Buffer.concat([sound, sound.subarray(boundaries[0].end)])],
  ];

  it.each(foreign)("%s: refused by every door, and not touched", (_, bytes) => {
    const path = at("foreign.arrow");
    writeFileSync(path, bytes);
    for (const open of [
      () => recoverLog(path),
      () => readLog(path),
      () => openLog(path, "commits", { metadata, resume: { rows: 0 } }),
    ]) {
      expect(open).toThrow(UserError);
      expect(open).toThrow(path);
    }
    expect(readFileSync(path)).toEqual(Buffer.from(bytes));
  });

  it("a log of another kind is refused by name", () => {
    expect(() => readLog(at("sound.arrow"), "train")).toThrow("it holds commits, not train");
    expect(() => openLog(at("sound.arrow"), "train", { metadata, resume: { rows: 0 } })).toThrow("not train");
  });

  it("any single damaged byte is an error or harmless, and never a hang or a crash", () => {
    const path = at("flipped.arrow");
    for (let i = 0; i < sound.length; i++) {
      const bytes = Buffer.from(sound);
      bytes[i] ^= [1, 128, 255][i % 3];
      writeFileSync(path, bytes);
      const outcome = attempt(() => readLog(path).rows().length);
      expect(outcome === 3 || outcome instanceof UserError, `byte ${i}: ${String(outcome)}`).toBe(true);
    }
  });

  const attempt = (read: () => number): unknown => {
    try {
      return read();
    } catch (error) {
      return error;
    }
  };
});

it("a sample row survives the way to the file and back, null and NaN included", () => {
  const log = openLog(at("sample.arrow"), "samples", { metadata });
  log.append([sample, { ...sample, sample: 1, passedPlus: null, correct: true, text: "" }]);
  log.close();
  const [first, second] = readLog(at("sample.arrow"), "samples").rows();
  const floats = ["localArness", "globalArness", "localArnessEos", "globalArnessEos"] as const;
  const lists = {
    ...Object.fromEntries(floats.map(key => [key, Float32Array.from(sample[key])])),
    ...{ order: Int16Array.from(sample.order), stepOf: Int16Array.from(sample.stepOf) },
    tokenIds: Int32Array.from(sample.tokenIds),
  };
  expect(first).toEqual({ ...sample, ...lists });
  expect(second).toEqual({ ...sample, ...lists, sample: 1, passedPlus: null, correct: true, text: "" });
});
