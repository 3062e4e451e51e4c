/** A file is the old one or the new one, and what the system refuses is one sentence. */
import { execFileSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { UserError } from "../../src/lib/core/errors.js";
import {
  makeFolders,
  partialOf,
  replaceFile,
  replaceWith,
  sweepPartials,
} from "../../src/lib/files/durable.js";
import { cannotWrite, writing } from "../../src/lib/files/file-error.js";

const root = mkdtempSync(join(tmpdir(), "unmask-files-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));
const at = (...names: string[]) => join(root, ...names);

describe("replacing a file", () => {
  it("puts the new content in its place and leaves nothing beside it", () => {
    makeFolders(at("a", "b"));
    replaceWith(at("a", "b", "file"), "old");
    replaceWith(at("a", "b", "file"), "new é");
    expect(readFileSync(at("a", "b", "file"), "utf8")).toBe("new é");
    expect(readdirSync(at("a", "b"))).toEqual(["file"]);
  });

  it.each([
    [
      "its content cannot be made",
      () =>
        replaceFile(at("kept"), () => {
          throw new Error("no content");
        }),
    ],
    [
      "the guard says no",
      () =>
        replaceWith(at("kept"), "new", () => {
          throw new Error("another's by now");
        }),
    ],
  ])("keeps the old one when %s", (_, replace) => {
    writeFileSync(at("kept"), "old");
    expect(replace).toThrow(/no content|another's/);
    expect(readFileSync(at("kept"), "utf8")).toBe("old");
    expect(readdirSync(root).filter(name => name.endsWith(".tmp"))).toEqual([]);
  });

  it("uses names of this process alone for what is half written, and sweeps those of all", () => {
    makeFolders(at("swept", "folder.tmp"));
    for (const name of ["x.1.tmp", partialOf("y"), "z", "tmp"]) writeFileSync(at("swept", name), "");
    sweepPartials(at("swept"));
    expect(readdirSync(at("swept")).sort()).toEqual(["folder.tmp", "tmp", "z"]);
    sweepPartials(at("not-there"));
  });
});

describe("what the file system refuses", () => {
  const attempt = (path: string) => writing("train", path, () => replaceWith(path, "x"));

  it("is a sentence that names the file, the cause and a remedy", () => {
    writeFileSync(at("plain"), "");
    mkdirSync(at("folder"));
    for (const [path, cause] of [
      [at("missing", "file"), /it is not there \(ENOENT\); choose a place/],
      [at("plain", "file"), /a part of its path is a file \(ENOTDIR\); choose/],
      [at("folder"), /it is a folder \(EISDIR\); choose/],
      ["/proc/file", /\((ENOENT|EACCES|EPERM)\); /],
    ] as const) {
      expect(() => attempt(path), path).toThrow(UserError);
      expect(() => attempt(path), path).toThrow(cause);
      expect(() => attempt(path), path).toThrow(`train: ${path} cannot be written`);
    }
  });

  it("takes the caller's remedy, and other errors pass as they are", () => {
    const full = () => {
      throw Object.assign(new Error("full"), { code: "ENOSPC", syscall: "write" });
    };
    expect(() => writing("log", "x", full, "use another disk")).toThrow(
      "log: x cannot be written, the disk is full (ENOSPC); use another disk.",
    );
    const bug = new TypeError("a bug");
    expect(() => writing("log", "x", () => { throw bug; })).toThrow(bug); // prettier-ignore
  });

  it("is told from a program that is not there", () => {
    try {
      execFileSync(at("no-program"));
    } catch (error) {
      expect((error as NodeJS.ErrnoException).code).toBe("ENOENT");
      expect(cannotWrite("train", "x", error)).toBe(error);
    }
    expect(existsSync(at("no-program"))).toBe(false);
  });
});
