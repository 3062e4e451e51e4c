/** ZIP archives: what is in them, and what is said of damaged ones. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { UserError } from "../../src/lib/core/errors.js";
import { zipEntries } from "../../src/lib/files/zip.js";
import { fromRoot } from "../../src/lib/host/package-root.js";

const root = mkdtempSync(join(tmpdir(), "unmask-zip-"));
afterAll(() => rmSync(root, { recursive: true }));
const library = fromRoot("node_modules", "pyodide", "python_stdlib.zip");
const refuse = (what: string) => new UserError(`zip: it ${what}.`);

/** The library with something done to its bytes. */
function changed(change: (bytes: Buffer) => Buffer): string {
  const path = join(root, "changed.zip");
  writeFileSync(path, change(readFileSync(library)));
  return path;
}

describe("a ZIP archive", () => {
  it("gives its files by name, inflated, and no folders", () => {
    const entries = new Map(zipEntries(library, refuse).map(entry => [entry.name, entry]));
    expect(entries.get("this.py")?.read().toString()).toContain("Gur Mra bs Clguba");
    expect(entries.get("json/decoder.py")?.read().toString()).toContain("class JSONDecoder");
    expect([...entries.keys()].some(name => name.endsWith("/"))).toBe(false);
  });

  it("that is cut off, or something else, or not there, is refused", () => {
    expect(() =>
      zipEntries(
        changed(bytes => bytes.subarray(0, 5000)),
        refuse,
      ),
    ).toThrow(/is no ZIP archive/);
    expect(() =>
      zipEntries(
        changed(() => Buffer.from("PK")),
        refuse,
      ),
    ).toThrow(/is no ZIP archive/);
    expect(() => zipEntries(join(root, "none.zip"), refuse)).toThrow(/it cannot be read \(/);
    const end = (bytes: Buffer) => bytes.lastIndexOf(Buffer.from("PK\u0005\u0006"));
    const lost = changed(bytes => {
      bytes.writeUInt32LE(7, end(bytes) + 16);
      return bytes;
    });
    expect(() => zipEntries(lost, refuse)).toThrow(/cannot be read as a ZIP archive/);
  });

  it("with a damaged entry says which one", () => {
    const path = changed(bytes => {
      const entry = bytes.lastIndexOf(Buffer.from("this.py"));
      bytes.writeUInt16LE(99, entry - 46 + 10);
      return bytes;
    });
    const damaged = zipEntries(path, refuse).find(({ name }) => name === "this.py");
    expect(() => damaged?.read()).toThrow(/holds this\.py, compressed by method 99, which is not known here/);
  });
});
