/** A criterion's fingerprint: what the row says, all smallest differences included, in sixteen digits. */
import { createHash } from "node:crypto";
import type { Claim } from "./claim.js";
import { criterionOf, mattersFrom } from "./criterion.js";

/**
 * Of all that decides the verdict: changing words around it (statement, citation, note) changes nothing here.
 */
export function hashOf(claim: Claim): string {
  const { id, conditions, under, crossed, special, theorem } = claim;
  const decisive = { id, conditions, under, crossed, special, theorem, matters: conditions.map(mattersFrom) };
  return createHash("sha256")
    .update(JSON.stringify(decisive))
    .update(criterionOf(claim))
    .digest("hex")
    .slice(0, 16);
}
