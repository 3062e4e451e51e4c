/**
 * The launcher and the set-up as a newcomer meets them, in a copy of the project that has no native binding.
 */
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import ts from "typescript";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { packageRoot } from "../../src/lib/host/package-root.js";

const native = "@tensorflow/tfjs-node-gpu";
vi.setConfig({ testTimeout: 300_000 }); // three builds, on a machine that may be busy
let root: string;

/** Two commands of the copy: one that computes, one that waits to be ended. */
const product = `
import * as tf from "@tensorflow/tfjs-core";
import { useBackend } from "../lib/runtime/backend.js";
import { runCommand } from "../lib/commands/cli-arguments.js";
await runCommand({
  name: "product", summary: "Multiplies.", example: "", options: {},
  main: async () => {
    console.log((await useBackend()).describe());
    console.log("product", tf.matMul([[2, 3]], [[5], [7]]).dataSync()[0], process.env.MALLOC_ARENA_MAX);
  },
});`;
const waiting = `
import { runCommand } from "../lib/commands/cli-arguments.js";
await runCommand({
  name: "waiting", summary: "Waits.", example: "", options: {}, needsBackend: false,
  main: async () => { console.log(process.pid); await new Promise(done => setTimeout(done, 60000)); },
});`;

const stepping = `
import { runCommand } from "../lib/commands/cli-arguments.js";
import { tellLauncher } from "../lib/host/launcher.js";
await runCommand({
  name: "stepping", summary: "Steps, then is busy.", example: "", options: {}, needsBackend: false,
  interrupted: "--resume goes on",
  main: async () => {
    for (const step of [1, 2]) tellLauncher({ place: "step " + step + "/9" });
    console.log(process.pid);
    await new Promise(done => setTimeout(done, 100));
    for (const end = Date.now() + 60000; Date.now() < end; );
  },
});`;

/** What a path that ends in ".js" is compiled from. */
function sourceOf(path: string): string {
  const stem = path.replace(/\.js$/, "");
  return existsSync(`${stem}.tsx`) ? `${stem}.tsx` : `${stem}.ts`;
}

/** These files and all that they import, directly or not. */
function withImports(files: readonly string[]): ReadonlySet<string> {
  const found = new Set<string>();
  const rest = [...files];
  for (let file = rest.pop(); file !== undefined; file = rest.pop()) {
    if (found.has(file)) continue;
    found.add(file);
    const { importedFiles } = ts.preProcessFile(readFileSync(file, "utf8"));
    const own = importedFiles.map(({ fileName }) => fileName).filter(name => name.startsWith("."));
    for (const name of own) rest.push(sourceOf(join(dirname(file), name)));
  }
  return found;
}

beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), "unmask-copy-"));
  chmodSync(root, 0o755);
  for (const name of ["launch.mjs", "package.json", "tsconfig.json"])
    cpSync(join(packageRoot, name), join(root, name));
  const parts = ["runtime/backend", "commands/cli-arguments", "host/launcher"];
  for (const file of withImports(parts.map(part => join(packageRoot, `src/lib/${part}.ts`)))) {
    const copy = join(root, relative(packageRoot, file));
    mkdirSync(dirname(copy), { recursive: true });
    cpSync(file, copy);
  }
  mkdirSync(join(root, "src/cli"));
  writeFileSync(join(root, "src/cli/product.ts"), product);
  writeFileSync(join(root, "src/cli/waiting.ts"), waiting);
  writeFileSync(join(root, "src/cli/stepping.ts"), stepping);
  linkPackages();
});

afterAll(() => rmSync(root, { recursive: true, force: true }));

/**
 * node_modules with a link for each package, except the
 * native one: that is copied without what set-up puts there.
 */
function linkPackages(): void {
  const link = (name: string) =>
    symlinkSync(join(packageRoot, "node_modules", name), join(root, "node_modules", name));
  mkdirSync(join(root, "node_modules/@tensorflow"), { recursive: true });
  for (const name of readdirSync(join(packageRoot, "node_modules"))) if (name !== "@tensorflow") link(name);
  for (const name of readdirSync(join(packageRoot, "node_modules/@tensorflow")))
    if (`@tensorflow/${name}` !== native) link(`@tensorflow/${name}`);
  for (const part of ["package.json", "dist", "scripts"]) {
    const from = join(packageRoot, "node_modules", native, part);
    cpSync(from, join(root, "node_modules", native, part), { recursive: true });
  }
}

/** Neither Python nor a compiler is on the PATH, only Node. */
const bare = { PATH: "/nowhere" };

function launch(...args: string[]) {
  const environment = { ...process.env, ...bare, MALLOC_ARENA_MAX: undefined };
  const result = spawnSync(process.execPath, [join(root, "launch.mjs"), ...args], {
    env: environment,
    encoding: "utf8",
  });
  return { status: result.status, stdout: result.stdout, stderr: result.stderr };
}

describe("without Python and compiler", () => {
  it("the first command builds, sets up, computes with WebAssembly and ends with 0", () => {
    const { status, stdout, stderr } = launch("product");
    expect(stderr).toMatch(/^building the library \.\.\. [\d.]+ s$/m);
    expect(stderr).toMatch(/^\[setup\] ready in [\d.]+ s: WebAssembly$/m);
    expect(stdout).toMatch(/^backend: wasm \(WebAssembly, slower\): there is no native binding \(.*python3/m);
    expect(stdout).toContain("product 31 1");
    expect(status).toBe(0);
  });

  it("the second builds and sets up nothing", () => {
    const { status, stderr } = launch("product");
    expect(stderr).toBe("");
    expect(status).toBe(0);
  });

  it("a new source is built, a deleted one leaves the built library", () => {
    const built = () => readdirSync(join(root, "dist/cli")).filter(name => name.endsWith(".js"));
    writeFileSync(join(root, "src/cli/gone.ts"), "export {};\n");
    expect(launch("build").stderr).toContain("building the library");
    expect(built()).toEqual(["gone.js", "product.js", "stepping.js", "waiting.js"]);
    rmSync(join(root, "src/cli/gone.ts"));
    launch("build");
    expect(built()).toEqual(["product.js", "stepping.js", "waiting.js"]);
    expect(readdirSync(root).filter(name => name.startsWith(".build"))).toEqual([]);
  });
});

describe("a mistake is one sentence and a non-zero exit", () => {
  it.each([
    [
      ["produkt"],
      'launch: unknown command "produkt"; did you mean "product"? valid: build, product, stepping, ' +
        "waiting.\n",
    ],
    [["product", "--sed", "3"], 'product: unknown option "--sed"; did you mean "--help"? valid: --help.\n'],
  ])("%j", (args, sentence) => {
    expect(launch(...args)).toEqual({ status: 1, stdout: "", stderr: sentence });
  });

  it("packages that are not there", () => {
    const empty = mkdtempSync(join(tmpdir(), "unmask-empty-"));
    cpSync(join(packageRoot, "launch.mjs"), join(empty, "launch.mjs"));
    const { status, stderr } = spawnSync(process.execPath, [join(empty, "launch.mjs"), "product"], {
      encoding: "utf8",
    });
    rmSync(empty, { recursive: true });
    expect([status, stderr]).toEqual([1, expect.stringMatching(/^launch: .* run npm install .*\n$/)]);
  });
});

describe("ending the launcher ends the command", () => {
  it.each(["SIGTERM", "SIGINT", "SIGKILL"] as const)("%s", async signal => {
    const launcher = spawn(process.execPath, [join(root, "launch.mjs"), "waiting"], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const [line] = (await once(launcher.stdout, "data")) as [Buffer];
    const command = Number(line.toString());
    expect(isAlive(command)).toBe(true);
    launcher.kill(signal);
    await once(launcher, "exit");
    for (let i = 0; i < 50 && isAlive(command); i++) await sleep(100);
    expect(isAlive(command)).toBe(false);
  });
});

describe("an interrupted command says where it stopped and how to go on, though it is busy", () => {
  /** What the launcher of a command says when it is ended, and its status. */
  async function interrupted(name: string, signal: NodeJS.Signals): Promise<[string, number]> {
    const launcher = spawn(process.execPath, [join(root, "launch.mjs"), name], {
      stdio: ["ignore", "pipe", "pipe"],
    });
    let said = "";
    launcher.stderr.on("data", (chunk: Buffer) => (said += chunk.toString()));
    await once(launcher.stdout, "data");
    await sleep(300);
    launcher.kill(signal);
    const [status] = (await once(launcher, "close")) as [number];
    return [said, status];
  }

  it("by an interrupt", async () => {
    const sentence = "stepping: stopped at step 2/9; --resume goes on.\n";
    expect(await interrupted("stepping", "SIGINT")).toEqual([sentence, 130]);
    expect(await interrupted("stepping", "SIGTERM")).toEqual([sentence, 143]);
  });

  it("one that has nothing to say is silent", async () => {
    expect(await interrupted("waiting", "SIGINT")).toEqual(["", 130]);
  });
});

/** As root every folder can be written: then the launcher runs as nobody, who may not. */
const stranger = process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : {};
const reachable = spawnSync("test", ["-r", join(packageRoot, "package.json")], stranger).status === 0;

it.skipIf(!reachable)(
  "a build that may not be written is refused in one sentence that names the folder and the way",
  () => {
    const source = join(root, "src/cli/later.ts");
    writeFileSync(source, "export {};\n");
    chmodSync(root, 0o555);
    const { status, stderr } = spawnSync(process.execPath, [join(root, "launch.mjs"), "waiting"], {
      ...stranger,
      encoding: "utf8",
    });
    chmodSync(root, 0o755);
    rmSync(source);
    expect(stderr).toMatch(
      /^launch: the library must be built, and \S+ cannot be written \(EACCES\); run npm run build as the user who owns it, or work in a copy of the project that is yours\.\n$/,
    );
    expect(status).toBe(1);
  },
);

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
