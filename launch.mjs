// The one file that is not compiled: it checks Node and the packages, builds the library when a source has
// changed, and starts the command in a Node of its own, because glibc reads its allocator's settings only when
// a process starts. Values that the user has set win.
import { spawn, spawnSync } from "node:child_process";
import * as fs from "node:fs";
import { constants, tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(fileURLToPath(import.meta.url));
const [dist, tsc] = [join(root, "dist"), join(root, "node_modules/typescript/bin/tsc")];
const allocator = { MALLOC_ARENA_MAX: "1", MALLOC_MMAP_MAX_: "0", MALLOC_TRIM_THRESHOLD_: "17179869184" };
const environment = { ...allocator, MALLOC_TOP_PAD_: "268435456", TF_CPP_MIN_LOG_LEVEL: "3", ...process.env };

function refuse(sentence) {
  console.error(`launch: ${sentence}`);
  process.exit(1);
}

/** The hint at the command that was probably meant; none before the first build, which brings the comparison. */
async function nearest(name, valid) {
  try {
    const { nearestName } = await import(join(dist, "lib/core/errors.js"));
    const near = nearestName(name, valid);
    return near === undefined ? "" : ` did you mean "${near}"?`;
  } catch {
    return "";
  }
}

function sources() {
  return fs.readdirSync(join(root, "src"), { recursive: true });
}

/** What the build depends on, in a few characters: how many sources there are and when the newest changed. */
function sourceState() {
  const names = sources().map(name => join("src", name));
  const times = ["package.json", "tsconfig.json", ...names].map(
    name => fs.statSync(join(root, name)).mtimeMs,
  );
  return `${names.length} ${Math.max(...times)}`;
}

/** Calls with this folder under a name that nobody takes for a pattern: the compiler reads `*` in a path as one. */
function underPlainName(action) {
  if (/^[\w./@+-]+$/.test(root)) return action(root);
  const folder = fs.mkdtempSync(join([tmpdir(), "/tmp"].find(fs.existsSync), "unmask-"));
  try {
    fs.symlinkSync(root, join(folder, "package"));
    return action(join(folder, "package"));
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

/** Compiles all sources into this subfolder; returns tsc's exit status. */
function compile(outDir) {
  return underPlainName(folder => {
    const links = folder === root ? [] : ["--preserveSymlinks"];
    const args = [tsc, "-p", folder, ...links, "--outDir", join(folder, outDir)];
    return spawnSync(process.execPath, args, { stdio: [0, 2, 2] }).status;
  });
}

/** Builds aside, then moves file by file, so that a command running meanwhile never reads half a file. */
function build() {
  const [state, stamp, start] = [sourceState(), join(dist, "built-from"), Date.now()];
  if (fs.existsSync(stamp) && fs.readFileSync(stamp, "utf8") === state) return;
  const aside = `.build-${process.pid}.tmp`;
  fs.mkdirSync(join(root, aside)); // refused here, in a sentence, where the folder may not be written
  process.stderr.write("building the library ... ");
  const [fresh, status] = [join(root, aside), compile(aside)];
  // Python is read beside what is compiled.
  for (const name of sources().filter(source => source.endsWith(".py")))
    fs.cpSync(join(root, "src", name), join(fresh, name));
  const names = status === 0 ? fs.readdirSync(fresh, { recursive: true }) : [];
  for (const name of names)
    if (fs.statSync(join(fresh, name)).isDirectory()) fs.mkdirSync(join(dist, name), { recursive: true });
    else fs.renameSync(join(fresh, name), join(dist, name));
  fs.rmSync(fresh, { recursive: true, force: true });
  if (status !== 0) refuse("the library does not compile; correct the errors above and run again.");
  for (const name of fs.readdirSync(dist, { recursive: true }))
    if (!names.includes(name)) fs.rmSync(join(dist, name), { recursive: true, force: true });
  fs.writeFileSync(stamp, state);
  process.stderr.write(`${((Date.now() - start) / 1000).toFixed(1)} s\n`);
}

/** The build, or one sentence where its files cannot be written. */
function buildOrRefuse() {
  try {
    build();
  } catch (error) {
    if (error.syscall === undefined) throw error;
    const who = "run npm run build as the user who owns it, or work in a copy of the project that is yours";
    const full = error.code === "ENOSPC" || error.code === "EDQUOT";
    refuse(
      `the library must be built, and ${error.dest ?? error.path ?? root} cannot be written (${error.code}); ${full ? "make room there and run again" : who}.`,
    );
  }
}

/** Says where an interrupted command stopped, and how to go on: the command itself may have been deep in a step. */
function sayWhereItStopped(name, { place, remedy }) {
  if (place === undefined && remedy === undefined) return;
  const line = `${name}: stopped${place === undefined ? "" : ` at ${place}`}${remedy === undefined ? "" : `; ${remedy}`}.`;
  console.error(process.stderr.isTTY ? `\n${line}` : line);
}

/** Runs dist/cli/<name>.js to its end. Its channel closes, and so ends it, however this process may die. */
function run(name, args) {
  const env = { ...environment, UNMASK_LAUNCHER: String(process.pid) };
  const options = { env, stdio: [0, 1, 2, "ipc"] };
  const child = spawn(process.execPath, [join(dist, `cli/${name}.js`), ...args], options);
  const known = {};
  let stopped = false;
  child.on("message", note => Object.assign(known, note));
  const stop = (signal, alreadyTold) => {
    stopped = true;
    if (!alreadyTold) child.kill(signal);
  };
  for (const signal of ["SIGTERM", "SIGHUP"]) process.on(signal, () => stop(signal, false));
  process.on("SIGINT", () => stop("SIGINT", process.stdin.isTTY)); // a terminal interrupts both itself
  return new Promise(done =>
    child.on("close", (code, signal) => {
      if (stopped && code !== 0) sayWhereItStopped(name, known);
      done(code ?? 128 + constants.signals[signal]);
    }),
  );
}

// the releases in which `require` loads ESM-only packages, as notebook cells need
const [major, minor] = process.versions.node.split(".").map(Number);
if (!((major === 20 && minor >= 19) || (major === 22 && minor >= 12) || major === 24))
  refuse(`Node 20.19 or later, 22.12 or later, or 24 is needed, this is ${process.version}.`);
if (!fs.existsSync(tsc)) refuse("the packages are not there; run npm install in the project's folder first.");
const { dependencies } = JSON.parse(fs.readFileSync(join(root, "package.json"), "utf8"));
const missing = Object.keys(dependencies).filter(name => !fs.existsSync(join(root, "node_modules", name)));
if (missing.length > 0)
  refuse(`packages are missing (${missing.join(", ")}); run npm install in the project's folder first.`);
const [command, ...args] = process.argv.slice(2);
const commands = ["build", ...fs.readdirSync(join(root, "src/cli")).map(name => name.replace(/\.ts$/, ""))];
if (!commands.includes(command)) {
  const near = await nearest(command ?? "", commands);
  refuse(`unknown command "${command ?? ""}";${near} valid: ${commands.join(", ")}.`);
}
buildOrRefuse();
if (command === "build") process.exit();
process.exit(await run(command, args));
