/**
 * Brings the best tfjs backend this machine can have, into the project's folder only, and remembers the
 * outcome in .native/setup.json, so that the next start costs one look. In order: the tfjs binding built
 * against today's TensorFlow wheel (CUDA on an NVIDIA machine, else CPU); the WebAssembly backend, which npm
 * install has already brought. No outcome is an error.
 */
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { withLock } from "../files/file-lock.js";
import { linkPackage } from "./link-package.js";
import {
  buildNative,
  isPlaced,
  nativeFolder,
  place,
  sweepPartials,
  tensorflowVersion,
  unplace,
  type NativeKind,
} from "./native-tensorflow.js";
import { packageRoot } from "../host/package-root.js";
import { StepFailure, findOnPath, runProgram, step } from "./setup-step.js";

/** What the last set-up arrived at. */
export interface SetupRecord {
  readonly backend: "native" | "wasm";
  /** of the native library in use; null with WebAssembly */
  readonly tensorflow: string | null;
  /** why this backend and no better one, as one clause */
  readonly reason: string;
  /** what was wanted then; any set-up is done again when this has changed */
  readonly machine: string;
  /**
   * which programs a native backend needs were there; a
   * set-up without one is tried again when this has changed
   */
  readonly programs: string;
  readonly seconds: number;
}

export interface SetupOptions {
  readonly root?: string;
  /** try again even if nothing has changed since the last time */
  readonly force?: boolean;
}

/** One way to a native backend. */
interface Route {
  readonly name: string;
  readonly kind: NativeKind;
  readonly bring: () => Promise<void>;
}

/**
 * Makes sure that the machine's best backend is in place, and that notebooks find the library by its name.
 * Free when both are so (one file read and a few look-ups); otherwise prints a line a step on stderr. Of two
 * processes at once one works and the other waits.
 */
export async function ensureSetup({
  root = packageRoot,
  force = false,
}: SetupOptions = {}): Promise<SetupRecord> {
  linkPackage(root);
  const known = readRecord(root);
  if (!force && known !== undefined && holds(root, known)) return known;
  mkdirSync(join(root, ".native"), { recursive: true });
  const onWait = (holder: string) =>
    process.stderr.write(`[setup] waiting for the set-up of process ${holder}\n`);
  return withLock(
    join(root, ".native/setup.lock"),
    async () => {
      const meanwhile = readRecord(root);
      if (!force && meanwhile !== undefined && holds(root, meanwhile)) return meanwhile;
      return setUp(root);
    },
    onWait,
  );
}

/** The outcome of the last set-up of this folder, undefined before the first. */
export function readRecord(root: string = packageRoot): SetupRecord | undefined {
  try {
    return JSON.parse(readFileSync(recordFile(root), "utf8")) as SetupRecord;
  } catch {
    return undefined;
  }
}

async function setUp(root: string): Promise<SetupRecord> {
  const start = Date.now();
  rmSync(recordFile(root), { force: true });
  sweepPartials(root);
  const log = join(root, ".native/setup.log");
  writeFileSync(log, "");
  const outcome = await firstThatWorks(root, await hasNvidia(log), log);
  const record = {
    ...outcome,
    machine: machine(),
    programs: programs(),
    seconds: (Date.now() - start) / 1000,
  };
  writeFileSync(`${recordFile(root)}.tmp`, JSON.stringify(record, null, 2));
  renameSync(`${recordFile(root)}.tmp`, recordFile(root));
  const what = record.backend === "native" ? `native TensorFlow ${record.tensorflow}` : "WebAssembly";
  process.stderr.write(`[setup] ready in ${record.seconds.toFixed(1)} s: ${what}\n`);
  return record;
}

type Outcome = Pick<SetupRecord, "backend" | "tensorflow" | "reason">;

async function firstThatWorks(root: string, gpu: boolean, log: string): Promise<Outcome> {
  const failures: string[] = [];
  for (const { name, kind, bring } of routes(root, gpu, log)) {
    try {
      await bring();
      const tensorflow = await step("trying the native backend", () => tryNative(root, kind, log));
      const why = gpu ? [`${name} works`] : [`no NVIDIA GPU here, ${name} works`];
      return { backend: "native", tensorflow, reason: [...why, ...failures].join("; ") };
    } catch (error) {
      unplace(root);
      rmSync(nativeFolder(root, kind), { recursive: true, force: true });
      appendFileSync(log, `${(error as Error).stack}\n`);
      failures.push(`${name}: ${(error as Error).message}`);
    }
  }
  return { backend: "wasm", tensorflow: null, reason: failures.join("; ") };
}

function routes(root: string, gpu: boolean, log: string): readonly Route[] {
  const kinds: readonly NativeKind[] = gpu ? ["cuda", "cpu"] : ["cpu"];
  return kinds.map(kind => ({
    name: kind === "cuda" ? "the CUDA wheel" : "the CPU wheel",
    kind,
    bring: async () => {
      if (!existsSync(nativeFolder(root, kind))) await buildNative(root, kind, log);
      place(root, kind);
    },
  }));
}

async function hasNvidia(log: string): Promise<boolean> {
  if (findOnPath("nvidia-smi") === undefined) return false;
  try {
    return (await runProgram("nvidia-smi", ["-L"], { log, limitSeconds: 30 })).includes("GPU");
  } catch {
    return false;
  }
}

/** Multiplies once, and says which TensorFlow did it and whether it has a GPU. */
const trial = `
  const { createRequire } = await import("node:module");
  const tf = createRequire(process.cwd() + "/package.json")("@tensorflow/tfjs-node-gpu");
  const product = tf.matMul([[2, 3]], [[5], [7]]).dataSync()[0];
  if (product !== 31) throw new Error("TensorFlow error: 2 x 5 + 3 x 7 gave " + product);
  const { binding, isUsingGpuDevice } = tf.backend();
  console.log(binding.TF_Version, isUsingGpuDevice ? "cuda" : "cpu");`;

/** Loads the binding in a process of its own, so that a crash there is only a reason here. */
async function tryNative(root: string, kind: NativeKind, log: string): Promise<string> {
  const args = ["--input-type=module", "--eval", trial];
  const environment = { TF_CPP_MIN_LOG_LEVEL: "2" };
  const answer = await runProgram(process.execPath, args, { log, limitSeconds: 120, cwd: root, environment });
  const [version, device] = answer.trim().split(" ").slice(-2);
  if (kind === "cuda" && device !== "cuda") throw new StepFailure("TensorFlow sees no GPU");
  return version;
}

/**
 * A native backend holds while its files are there; the
 * lack of one, while the machine offers no more than then.
 */
function holds(root: string, record: SetupRecord): boolean {
  if (record.machine !== machine()) return false;
  return record.backend === "native" ? isPlaced(root) : record.programs === programs();
}

function machine(): string {
  const nvidia = findOnPath("nvidia-smi") === undefined ? "no nvidia-smi" : "nvidia-smi";
  return `TensorFlow ${tensorflowVersion}, ${process.platform} ${process.arch}, ${nvidia}`;
}

/** Looked up, not run. */
function programs(): string {
  return ["python3", "make", process.env.CXX ?? "g++", "npm"].filter(name => findOnPath(name)).join(" ");
}

function recordFile(root: string): string {
  return join(root, ".native/setup.json");
}
