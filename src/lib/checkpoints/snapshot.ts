/**
 * The cache that Hugging Face's own tools keep: models--OWNER--NAME
 * with blobs, and snapshots whose files are links to them.
 */
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "../core/errors.js";

/**
 * The checkpoint folder that a path means: itself, or the
 * snapshot of a cached model, that of its main branch first.
 * @throws UserError for a cached model of which several snapshots are there and none is named
 */
export function snapshotOf(path: string): string {
  const snapshots = join(path, "snapshots");
  if (existsSync(join(path, "config.json")) || !existsSync(snapshots)) return path;
  const there = readdirSync(snapshots);
  const main = join(path, "refs", "main");
  const named = existsSync(main) ? readFileSync(main, "utf8").trim() : "";
  const chosen = there.includes(named) ? named : there.length === 1 ? there[0] : undefined;
  if (chosen !== undefined) return join(snapshots, chosen);
  throw new UserError(
    `checkpoint: ${snapshots} holds ${there.length} snapshots, of which ${join("refs", "main")} ` +
      "names none; name the folder of one.",
  );
}
