/** Where a result comes from: written into every log's metadata and every run.json. */
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { closeSync, openSync, readFileSync, readSync } from "node:fs";
import { claims } from "../claims/chapters/index.js";
import { hashOf } from "../claims/hash.js";
import type { Precision } from "../compile/precision.js";
import { backendInUse, tensorflowInUse, type BackendName } from "./backend.js";
import { fromRoot, packageRoot } from "../host/package-root.js";

/** What can change a result, from the project's folder: all of the library. */
export const libraryFolder = "src/lib";

/** What the caller knows of a run. */
export interface ProvenanceInput {
  readonly config: unknown;
  readonly seed: number;
  /** sha256 of the checkpoint the run started from or read (`hashFile`); null when there is none */
  readonly checkpointHash?: string | null;
  /** of matrix products; float32 if left out */
  readonly precision?: Precision;
}

export interface Provenance {
  readonly config: unknown;
  readonly seed: number;
  readonly checkpointHash: string | null;
  /** of this project; "unknown" outside a git checkout */
  readonly commit: string;
  /** true when a tracked file differed from that commit */
  readonly dirty: boolean;
  /**
   * git's hash of the library's sources, which stays when commits are made anew on another base, and whether
   * any of them differed from it or was not in it; "unknown" outside a git checkout
   */
  readonly sources: { readonly tree: string; readonly dirty: boolean };
  /** hashes of all criteria that stood when this was made (`claims/hash.ts`) */
  readonly criteria: readonly string[];
  readonly versions: Readonly<Record<string, string>>;
  readonly backend: BackendName | "none";
  /** of matrix products; all else is float32 */
  readonly precision: Precision;
  readonly node: string;
  /** ISO 8601, UTC */
  readonly created: string;
}

const packagesThatMatter = ["@tensorflow/tfjs-core", "@huggingface/tokenizers", "apache-arrow", "pyodide"];

/** Everything needed to run again what `config` and `seed` describe. Choose the backend first. */
export function provenance({
  config,
  seed,
  checkpointHash = null,
  precision = "float32",
}: ProvenanceInput): Provenance {
  return {
    config,
    seed,
    checkpointHash,
    ...(commitState ??= readCommitState()),
    criteria: (criteria ??= claims.map(hashOf)),
    versions: versions(),
    backend: backendInUse(),
    precision,
    node: process.version,
    created: new Date().toISOString(),
  };
}

/** sha256 of a file, in hex, read a mebibyte at a time. */
export function hashFile(path: string): string {
  const hash = createHash("sha256");
  const chunk = Buffer.alloc(2 ** 20);
  const file = openSync(path, "r");
  try {
    for (let n = readSync(file, chunk); n > 0; n = readSync(file, chunk)) hash.update(chunk.subarray(0, n));
  } finally {
    closeSync(file);
  }
  return hash.digest("hex");
}

type CommitState = Pick<Provenance, "commit" | "dirty" | "sources">;

let criteria: readonly string[] | undefined;

/** read once a process: the code that runs is the code that was there when it started */
let commitState: CommitState | undefined;

/** The commit that is checked out, and whether files differ from it. */
export function readCommitState(): CommitState {
  const git = (...args: string[]) => spawnSync("git", args, { cwd: packageRoot, encoding: "utf8" });
  const head = git("rev-parse", "HEAD", `HEAD:${libraryFolder}`);
  if (head.status !== 0)
    return { commit: "unknown", dirty: false, sources: { tree: "unknown", dirty: false } };
  const [commit, tree] = head.stdout.trim().split("\n");
  const touched = git("status", "--porcelain", "--", libraryFolder).stdout !== "";
  const dirty = git("diff", "--quiet", "HEAD").status !== 0;
  return { commit, dirty, sources: { tree, dirty: touched } };
}

function versions(): Record<string, string> {
  const installed = packagesThatMatter.map(name => {
    const manifest = readFileSync(fromRoot("node_modules", name, "package.json"), "utf8");
    return [name, (JSON.parse(manifest) as { readonly version: string }).version];
  });
  const tensorflow = tensorflowInUse();
  const native = tensorflow === null ? [] : [["tensorflow", tensorflow]];
  return Object.fromEntries([...native, ...installed]) as Record<string, string>;
}
