/**
 * Nothing that this project fetches is used unchecked: npm's packages, pip's wheels, and what runs of them.
 */
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { fromRoot, packageRoot } from "../src/lib/host/package-root.js";
import { pipInstall } from "../src/lib/setup/pinned-wheels.js";
import { tensorflowVersion } from "../src/lib/setup/native-tensorflow.js";

interface LockedPackage {
  readonly version: string;
  readonly integrity?: string;
  readonly resolved?: string;
}

const readJson = <T>(name: string): T => JSON.parse(readFileSync(fromRoot(name), "utf8")) as T;

describe("package-lock.json", () => {
  const { packages } = readJson<{ packages: Record<string, LockedPackage> }>("package-lock.json");
  const locked = Object.entries(packages).filter(([path]) => path !== "");

  it("has a SHA-512 of every package, which npm compares with what it fetched", () => {
    const unchecked = locked.filter(([, { integrity = "" }]) => !/^sha512-[\w+/]{86}==$/.test(integrity));
    expect(unchecked.map(([path]) => path)).toEqual([]);
    expect(locked.length).toBeGreaterThan(300);
  });

  it("names no registry but the public one", () => {
    const elsewhere = locked.filter(
      ([, { resolved = "" }]) => resolved !== "" && !resolved.startsWith("https://registry.npmjs.org/"),
    );
    expect(elsewhere.map(([path]) => path)).toEqual([]);
  });

  it("is what package.json asks for, each dependency by one version", () => {
    const manifest =
      readJson<Record<"dependencies" | "devDependencies", Record<string, string>>>("package.json");
    const wanted = Object.entries({ ...manifest.dependencies, ...manifest.devDependencies });
    expect(wanted.map(([name]) => [name, packages[`node_modules/${name}`].version])).toEqual(wanted);
  });
});

it("npm runs no package's install script", () => {
  expect(readFileSync(fromRoot(".npmrc"), "utf8")).toMatch(/^ignore-scripts=true$/m);
});

/** A requirement with its continuation lines, such as "a==1 ; marker \ --hash=sha256:..." */
function requirementsOf(file: string): string[] {
  return readFileSync(join(packageRoot, "requirements", file), "utf8")
    .replaceAll("\\\n", " ")
    .split("\n")
    .filter(line => line.trim() !== "");
}

describe("requirements/", () => {
  const files = readdirSync(fromRoot("requirements")).filter(name => name.endsWith(".txt"));

  it.each(files)("%s pins every wheel by version and SHA-256", file => {
    const loose = requirementsOf(file).filter(
      line => !/^[\w.-]+==[\w.]+( ;[^-]*)?(\s+--hash=sha256:[0-9a-f]{64})+$/.test(line.trimEnd()),
    );
    expect(loose).toEqual([]);
    expect(requirementsOf(file).length).toBeGreaterThan(0);
  });

  it.each(["tensorflow-cpu", "tensorflow", "tensorflow-cuda"])(
    "%s pins the TensorFlow that set-up names",
    name => {
      const versions = requirementsOf(`${name}.txt`).filter(line => line.startsWith("tensorflow"));
      expect(versions.map(line => line.split(" ")[0].split("==")[1])).toEqual([tensorflowVersion]);
    },
  );

  it("the GPU's file has what TensorFlow asks for: CUDA, cuDNN, NCCL and the rest", () => {
    const names = requirementsOf("tensorflow-cuda.txt").map(line => line.split("==")[0]);
    expect(names.filter(name => name.startsWith("nvidia-"))).toHaveLength(12);
    expect(names).toContain("nvidia-cudnn-cu12");
  });
});

it("pip is called in one place, which asks for hashes", () => {
  const sources = readdirSync(fromRoot("src"), { recursive: true, encoding: "utf8" });
  const installing = sources.filter(
    name =>
      name.endsWith(".ts") &&
      /"pip",\s*"(install|download)"/.test(readFileSync(fromRoot("src", name), "utf8")),
  );
  expect(installing).toEqual(["lib/setup/pinned-wheels.ts"]);
});

/** A wheel is a zip; this one holds one module. Written by Python itself, so that no tool is needed. */
const makeWheel = `
import sys, zipfile
info = "tiny_wheel-1.0.dist-info/"
with zipfile.ZipFile(sys.argv[1] + "/tiny_wheel-1.0-py3-none-any.whl", "w") as wheel:
    wheel.writestr("tiny_wheel.py", "here = True\\n")
    wheel.writestr(info + "METADATA", "Metadata-Version: 2.1\\nName: tiny-wheel\\nVersion: 1.0\\n")
    wheel.writestr(info + "WHEEL", "Wheel-Version: 1.0\\nGenerator: test\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n")
    wheel.writestr(info + "RECORD", "")
`;
const noPip = spawnSync("python3", ["-m", "pip", "--version"]).status !== 0;

describe.skipIf(noPip)("a wheel", () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "wheels-"));
    spawnSync("python3", ["-c", makeWheel, folder]);
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  /** Installs the wheel by a requirements file that has `hash` as its SHA-256. */
  const install = async (hash: string) => {
    const requirements = join(folder, "requirements.txt");
    writeFileSync(requirements, `tiny-wheel==1.0 --hash=sha256:${hash}\n`);
    const where = ["--no-index", "--find-links", folder, "--target", join(folder, "site")];
    await pipInstall("python3", requirements, where, { log: join(folder, "log"), limitSeconds: 60 });
  };

  it("that is another than the one pinned is refused before it is unpacked", async () => {
    await expect(install("0".repeat(64))).rejects.toThrow(/hash/i);
    expect(readdirSync(folder)).not.toContain("site");
  });

  it("whose hash agrees is installed", async () => {
    const bytes = readFileSync(join(folder, "tiny_wheel-1.0-py3-none-any.whl"));
    await install(createHash("sha256").update(bytes).digest("hex"));
    expect(readdirSync(join(folder, "site"))).toContain("tiny_wheel.py");
  });
});
