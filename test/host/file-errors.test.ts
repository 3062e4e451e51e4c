/** What the file system refuses is one sentence: the file, why, and a remedy that this command has. */
import {
  closeSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { UserError } from "../../src/lib/core/errors.js";
import { checkWritable } from "../../src/lib/commands/output-file.js";
import { fileFailure } from "../../src/lib/files/file-error.js";
import { fileUserError } from "../../src/lib/host/file-errors.js";
import { fromRoot, packageRoot } from "../../src/lib/host/package-root.js";
import { makeRunsFolder } from "../../src/lib/host/runs-folder.js";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "file-errors-"));
  writeFileSync(join(folder, "file"), "text");
});
afterAll(() => rmSync(folder, { recursive: true }));
afterEach(() => vi.unstubAllEnvs());

/** The error of work that the file system refuses. */
function refused(work: () => unknown): unknown {
  try {
    work();
  } catch (error) {
    return error;
  }
  throw new Error("it was not refused");
}

/** As the file system throws them, where it cannot be brought to it here. */
function failure(code: string, syscall: string, path?: string): Error {
  return Object.assign(new Error(`${code}: it says, ${syscall}`), { code, syscall, ...(path && { path }) });
}

const sentence = (error: unknown, options: readonly string[] = [], values: Record<string, unknown> = {}) =>
  fileUserError(error, { name: "decode", options: [...options, ...Object.keys(values)], values })?.message;

describe("a refusal of the system itself", () => {
  it.each([
    [
      "reading what is not there",
      () => readFileSync(join(folder, "none")),
      /none cannot be read, it is not there \(ENOENT\); name one that can be read\.$/,
    ],
    [
      "reading a folder",
      () => readFileSync(folder),
      /a file that is named cannot be read, it is a folder \(EISDIR\); name one/,
    ],
    [
      "reading a file of the project that is gone",
      () => readFileSync(fromRoot("data/gone")),
      /gone cannot be read, it is not there \(ENOENT\); fetch the project again/,
    ],
    [
      "listing what is not there",
      () => readdirSync(join(folder, "none")),
      /none cannot be read, it is not there/,
    ],
    ["listing a file", () => readdirSync(join(folder, "file")), /a part of its path is a file \(ENOTDIR\)/],
    [
      "making a folder inside a file",
      () => mkdirSync(join(folder, "file/x")),
      /x cannot be written, a part of its path is a file/,
    ],
    [
      "copying into nowhere",
      () => copyFileSync(join(folder, "file"), join(folder, "no/x")),
      /x cannot be written, it is not there/,
    ],
    [
      "renaming into nowhere",
      () => renameSync(join(folder, "file"), join(folder, "no/x")),
      /x cannot be written, it is not there/,
    ],
    [
      "a name that is too long",
      () => writeFileSync(join(folder, "x".repeat(300)), ""),
      /its name is too long \(ENAMETOOLONG\)/,
    ],
  ])("%s", (_, work, expected) => {
    const said = sentence(refused(work));
    expect(said).toMatch(expected);
    expect(said ?? "").not.toContain("\n");
  });

  it("a full disk, told by write(2) without a name", () => {
    const full = refused(() => {
      const file = openSync("/dev/full", "w");
      try {
        writeSync(file, "x");
      } finally {
        closeSync(file);
      }
    });
    expect(sentence(full)).toBe(
      "decode: what it makes cannot be written, the disk is full (ENOSPC); make room there and run the " +
        "same command again.",
    );
    expect(sentence(full, ["resume"])).toContain("run the same command again with --resume.");
  });
});

describe("the remedy is the nearest owner's", () => {
  it.each([
    ["the folder of an option", "/a/b/c.arrow", { out: "/a/b" }, "name another with --out"],
    [
      "of two options the nearer one",
      "/a/b/c.arrow",
      { out: "/a", log: "/a/b/c.arrow" },
      "name another with --log",
    ],
    ["a parent that an option's folder needs", "/a", { out: "/a/b" }, "name another with --out"],
    [
      "the logs, of a command without --runs",
      fromRoot("data/runs/x"),
      {},
      "set UNMASK_RUNS to a folder of yours",
    ],
    [
      "the logs, of a command with --runs",
      fromRoot("data/runs/x"),
      { runs: undefined },
      "name another folder with --runs",
    ],
    [
      "the project",
      fromRoot(".native/x"),
      {},
      `run as the user who owns ${packageRoot}, or in a copy of the project that is yours`,
    ],
    ["scratch files", join(tmpdir(), "x"), {}, "set TMPDIR to a folder that can be written"],
    ["nobody's", "/etc/x", {}, "name one that can be written"],
  ])("%s", (_, path, values, expected) => {
    expect(sentence(failure("EACCES", "mkdir", path), [], values)).toBe(
      `decode: ${path} cannot be written, this user may not (EACCES); ${expected}.`,
    );
  });

  it("a project on a disk that is read-only is to be copied to another, for no user may write there", () => {
    expect(sentence(failure("EROFS", "open", fromRoot(".native/x")))).toMatch(
      /its file system is read-only \(EROFS\); work in a copy of the project on a disk that can be written\.$/,
    );
  });

  it("a scratch folder that is not there is named without the random name in it", () => {
    vi.stubEnv("TMPDIR", "/nonexistent");
    const said = sentence(refused(() => mkdtempSync(join(tmpdir(), "unmask-graph-"))));
    expect(said).toBe(
      "decode: /nonexistent cannot be written, it is not there (ENOENT); set TMPDIR to a folder that " +
        "can be written.",
    );
  });

  it("never names an option that the command lacks", () => {
    for (const path of ["/a/b", fromRoot("data/runs/x"), fromRoot("x"), join(tmpdir(), "x")])
      for (const code of ["EACCES", "EROFS", "ENOSPC", "ENOENT"])
        expect(sentence(failure(code, "open", path))).not.toContain("--");
  });
});

it("an error of another kind has no sentence", () => {
  expect(fileFailure(new TypeError("x is not a function"))).toBeUndefined();
  expect(fileFailure(new UserError("decode: no."))).toBeUndefined();
  expect(fileFailure(Object.assign(new Error("x"), { code: "ERR_MODULE_NOT_FOUND" }))).toBeUndefined();
  expect(fileFailure("text")).toBeUndefined();
});

it("a program that is not there is to be installed", () => {
  expect(sentence(failure("ENOENT", "spawn python3", "python3"))).toBe(
    "decode: python3 cannot be run, it is not there (ENOENT); install it, or correct the PATH.",
  );
});

describe("an output file is looked at before the work", () => {
  const check = (file: string) => checkWritable("bench", "json", file);

  it.each([
    ["", "it is a folder"],
    ["none/x.json", "its folder is not there"],
    ["file/x.json", "a part of its path is a file"],
  ])("%j", (name, why) => {
    const path = join(folder, name);
    expect(() => check(path)).toThrow(`bench: ${path} cannot be written, ${why}; name another with --json.`);
  });

  it("and may be new, or replace a file", () => {
    expect(() => check(join(folder, "new"))).not.toThrow();
    expect(() => check(join(folder, "file"))).not.toThrow();
  });
});

it(
  "logs that cannot be written are refused before anything is computed, with what every command " +
    "and notebook can do",
  () => {
    vi.stubEnv("UNMASK_RUNS", join(folder, "file"));
    expect(() => makeRunsFolder(join(folder, "file/study"))).toThrow(
      `studies: ${join(folder, "file/study")} cannot be written (ENOTDIR); free it, or set UNMASK_RUNS ` +
        "to a folder of yours.",
    );
  },
);
