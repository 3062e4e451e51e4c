/** What tells a checkpoint's weights from others. */
import { createHash } from "node:crypto";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "../core/errors.js";
import { hashFile } from "./provenance.js";

/**
 * The sha256 of its one file, or of its shards' hashes.
 * @throws UserError when the folder has no weights
 */
export function weightsHash(folder: string): string {
  const names = existsSync(folder) ? readdirSync(folder).filter(name => name.endsWith(".safetensors")) : [];
  if (names.length === 0)
    throw new UserError(
      `checkpoint: ${folder} has no .safetensors file; name a checkpoint folder in Hugging Face layout.`,
    );
  const hashes = names.sort().map(name => hashFile(join(folder, name)));
  return hashes.length === 1 ? hashes[0] : createHash("sha256").update(hashes.join("\n")).digest("hex");
}
