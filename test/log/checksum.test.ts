/**
 * A log that changed on the disk is found out, whichever bit it was; other readers pass over the checksums.
 */
import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { Rng } from "../../src/lib/core/rng.js";
import { UserError } from "../../src/lib/core/errors.js";
import { readLog } from "../../src/lib/log/log-reader.js";
import { openLog, recoverLog } from "../../src/lib/log/log-writer.js";
import { scanLog } from "../../src/lib/log/scan.js";
import { logKinds, type LogKind } from "../../src/lib/log/schemas.js";
import { fromRoot } from "../../src/lib/host/package-root.js";
import { writeAnyLog } from "./any-rows.js";
import { scratchFolder } from "./example.js";

const folder = scratchFolder();
const at = (name: string) => join(folder, name);
const flipped = (bytes: Buffer, bit: number): Buffer => {
  const copy = Buffer.from(bytes);
  copy[bit >> 3] ^= 1 << (bit & 7);
  return copy;
};
const outcomeOf = (work: () => unknown): unknown => {
  try {
    return work();
  } catch (error) {
    return error;
  }
};

/**
 * Reads, recovers and resumes: each must refuse, in one
 * sentence with the file and what to do, and touch nothing.
 */
function expectFound(path: string, bytes: Buffer, bit: number, kind: LogKind): void {
  const damaged = flipped(bytes, bit);
  writeFileSync(path, damaged);
  for (const work of [() => readLog(path).rows().length, () => recoverLog(path)]) {
    const outcome = outcomeOf(work);
    expect(
      outcome instanceof UserError,
      `${kind}, bit ${bit} of ${8 * bytes.length}: ${String(outcome)}`,
    ).toBe(true);
    expect((outcome as UserError).message).toMatch(/^log: .*\.arrow .*; .*(move|name) /);
    expect((outcome as UserError).message).toContain(path);
  }
  expect(readFileSync(path).equals(damaged)).toBe(true);
}

describe("a bit that flipped in a closed log", () => {
  it.each(logKinds)("of %s is found, 300 times of 300", kind => {
    const path = at(`${kind}.arrow`);
    writeAnyLog(path, kind, [3, 1, 20]);
    const bytes = readFileSync(path);
    const rng = Rng.fromSeed(300).split(kind);
    for (let i = 0; i < 300; i++) expectFound(path, bytes, rng.int(8 * bytes.length), kind);
  });

  it("is found in every bit in front of a message, in its head, and in the mark of the end", () => {
    const path = at("every-bit.arrow");
    writeAnyLog(path, "losses", [2, 1]);
    const bytes = readFileSync(path);
    const starts = [0, ...scanLog(path).boundaries.map(b => b.end)];
    const places = starts.flatMap(start => Array.from({ length: 64 + 32 * 8 }, (_, bit) => 8 * start + bit));
    for (const bit of places.filter(bit => bit < 8 * bytes.length)) expectFound(path, bytes, bit, "losses");
  });

  it("is found in a log without rows", () => {
    const path = at("empty.arrow");
    writeAnyLog(path, "train", []);
    const bytes = readFileSync(path);
    for (let bit = 0; bit < 8 * bytes.length; bit += 29) expectFound(path, bytes, bit, "train");
  });
});

describe("a log whose writer was killed", () => {
  it.each(logKinds)("(%s) is told from a damaged one wherever it was cut", kind => {
    const path = at(`cut-${kind}.arrow`);
    writeAnyLog(path, kind, [2, 1]);
    const bytes = readFileSync(path);
    const { boundaries } = scanLog(path);
    for (let length = 0; length < bytes.length; length += length % 8 === 0 ? 1 : 7) {
      writeFileSync(path, bytes.subarray(0, length));
      expect(recoverLog(path), `cut at ${length}`).toBe(
        boundaries.filter(b => b.end <= length).at(-1)?.rows ?? 0,
      );
    }
  });

  it("loses what a power cut left as zeros, though later sectors are there", () => {
    const path = at("torn.arrow");
    writeAnyLog(path, "estimates", [60, 400]);
    const bytes = readFileSync(path).subarray(0, -8); // it was not closed
    const [, first] = scanLog(path).boundaries;
    const torn = Buffer.from(bytes).fill(
      0,
      512 * Math.ceil((first.end + 600) / 512),
      512 * Math.ceil((first.end + 1800) / 512),
    );
    writeFileSync(path, torn);
    expect(recoverLog(path)).toBe(60);
    expect(readFileSync(path).equals(bytes.subarray(0, first.end))).toBe(true);
  });

  it("goes on before rows that are damaged, when those are to be made anew anyway", () => {
    const path = at("behind.arrow");
    writeAnyLog(path, "train", [2, 3]);
    const bytes = readFileSync(path);
    const { header, boundaries } = scanLog(path);
    writeFileSync(path, flipped(bytes, 8 * (boundaries[1].end + 400)));
    expect(() => openLog(path, "train", { metadata: header!.metadata, resume: { rows: 5 } })).toThrow(
      /damaged/,
    );
    openLog(path, "train", { metadata: header!.metadata, resume: { rows: 2 } }).close();
    expect(readLog(path, "train").rowCount).toBe(2);
  });
});

describe("a log of before, without checksums", () => {
  const shipped = fromRoot("data/checkpoints/instruct-seed1/train.arrow");
  const bytes = readFileSync(shipped);
  const { header, boundaries, sealed } = scanLog(shipped);

  it("is read, and gone on with in its own format", () => {
    expect(sealed).toBe(false);
    const path = at("before.arrow");
    const rows = readLog(shipped, "train").rows();
    const last = boundaries.at(-2)!;
    writeFileSync(path, bytes.subarray(0, last.end + 20));
    const log = openLog(path, "train", { metadata: header!.metadata, resume: { rows: last.rows } });
    log.append(rows.slice(last.rows));
    log.close();
    expect(readFileSync(path).equals(bytes)).toBe(true);
  });

  it("is an error of one sentence, or read, with any bit of its schema flipped", () => {
    const path = at("schema-of-before.arrow");
    for (let bit = 0; bit < 8 * boundaries[0].end; bit += 31) {
      writeFileSync(path, flipped(bytes.subarray(0, boundaries[1].end), bit));
      const outcome = outcomeOf(() => readLog(path).rowCount);
      expect(
        typeof outcome === "number" || outcome instanceof UserError,
        `bit ${bit}: ${String(outcome)}`,
      ).toBe(true);
    }
  });
});

const python = ["python3", process.env["UNMASK_PYTHON"] ?? "python3"].find(
  name => spawnSync(name, ["-c", "import pyarrow"]).status === 0,
);
const title = python === undefined ? "pyarrow: skipped, python3 has none" : "pyarrow";

describe.runIf(python !== undefined)(title, () => {
  it.each(logKinds)("reads a log of %s with checksums, and its rows are ours", kind => {
    const path = at(`python-${kind}.arrow`);
    writeAnyLog(path, kind, [2, 3]);
    const program = [
      "import pyarrow as pa, sys",
      "t = pa.ipc.open_stream(sys.argv[1]).read_all()",
      "t.validate(full=True)",
      "print(t.num_rows, len(t.to_batches()), t.schema.metadata[b'kind'].decode(), sorted(t.column_names))",
    ].join("\n");
    const { stdout, stderr } = spawnSync(python!, ["-c", program, path], { encoding: "utf8" });
    const names = Object.keys(readLog(path).columns()).sort();
    expect(stdout.trim(), stderr).toBe(`5 2 ${kind} [${names.map(name => `'${name}'`).join(", ")}]`);
  });
});
