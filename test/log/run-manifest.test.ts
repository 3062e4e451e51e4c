import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import {
  manifestName,
  readManifest,
  writeManifest,
  type RunManifest,
} from "../../src/lib/log/run-manifest.js";
import { metadata, scratchFolder } from "./example.js";

const folder = scratchFolder();
const manifest: RunManifest = {
  study: "f3",
  run: "instruct-seed1",
  provenance: metadata,
  finished: false,
  seconds: 1.5,
  rows: { "samples.arrow": 256 },
};

describe("run.json", () => {
  it("reads back as written, replaced whole, with nothing left beside it", () => {
    const run = join(folder, "f3", "instruct-seed1");
    writeManifest(run, manifest);
    writeManifest(run, { ...manifest, finished: true });
    expect(readManifest(run)).toEqual({ ...manifest, finished: true });
    expect(readdirSync(run)).toEqual([manifestName]);
  });

  it("says what is missing: file, JSON, or entry", () => {
    expect(() => readManifest(join(folder, "nowhere"))).toThrow(/cannot be read \(ENOENT\)/);
    const broken: [string, RegExp][] = [
      ["{", /is not JSON/],
      ["[]", /needs to be an object/],
      [JSON.stringify({ ...manifest, rows: { "samples.arrow": 0.5 } }), /needs rows, a whole number/],
      [JSON.stringify({ ...manifest, provenance: { config: 1 } }), /needs provenance.seed, a number/],
      [JSON.stringify({ ...manifest, finished: "yes" }), /needs finished, true or false/],
    ];
    for (const [text, message] of broken) {
      writeFileSync(join(folder, manifestName), text);
      expect(() => readManifest(folder)).toThrow(message);
    }
  });

  it("is refused where no folder can be made", () => {
    expect(() => writeManifest(join(folder, manifestName, "x"), manifest)).toThrow(/cannot be written/);
  });
});
