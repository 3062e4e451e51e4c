/** The bench's rows as they were committed, for the notebook. */
import { existsSync, readFileSync } from "node:fs";
import { UserError } from "../core/errors.js";
import type { BenchRow } from "./bench.js";
import { fromRoot } from "../host/package-root.js";

/** @throws UserError when nobody has run the bench yet */
export function benchRows(): BenchRow[] {
  const path = fromRoot("data", "bench", "bench.json");
  if (!existsSync(path)) {
    throw new UserError(
      "bench: data/bench/bench.json is missing; run npm run bench -- --json data/bench/bench.json " +
        "--growth first.",
    );
  }
  return JSON.parse(readFileSync(path, "utf8")) as BenchRow[];
}
