/** What git's history of this checkout has held: states of the library, and criteria. */
import { spawnSync } from "node:child_process";
import { claims } from "../claims/chapters/index.js";
import { packageRoot } from "../host/package-root.js";
import { libraryFolder } from "./provenance.js";

export interface History {
  /** hashes of every state that the library's sources had in a commit; none outside a checkout */
  readonly trees: ReadonlySet<string>;
  /** whether a criterion of this hash is, or was, in a claim's row */
  readonly hasCriterion: (hash: string) => boolean;
}

/** Of the commits that lead to the one that is checked out. */
export function historyHolds(): History {
  const commits = git(["log", "--format=%H", "HEAD", "--", libraryFolder]).split("\n").filter(Boolean);
  const states = commits.map(commit => `${commit}:${libraryFolder}\n`).join("");
  const found = git(["cat-file", "--batch-check=%(objectname)"], states).split("\n");
  const known = new Map<string, boolean>(claims.map(({ fixed }) => [fixed.hash, true]));
  const hasCriterion = (hash: string) => {
    const there = known.get(hash) ?? wasThere(hash);
    known.set(hash, there);
    return there;
  };
  return { trees: new Set(found.filter(line => /^[0-9a-f]{40}$/.test(line))), hasCriterion };
}

function wasThere(hash: string): boolean {
  return (
    /^[0-9a-f]+$/.test(hash) && git(["log", "-1", "--format=%H", `-S${hash}`, "--", libraryFolder]) !== ""
  );
}

/** What git prints; "" where it cannot answer. */
function git(args: readonly string[], input?: string): string {
  const { status, stdout } = spawnSync("git", args, {
    cwd: packageRoot,
    encoding: "utf8",
    input,
    maxBuffer: 2 ** 26,
  });
  return status === 0 ? stdout.trim() : "";
}
