/** Every claim, chapter after chapter. */
import type { Claim } from "../claim.js";
import { beyondClaims } from "./beyond.js";
import { fasterClaims } from "./faster.js";
import { orderClaims } from "./order.js";
import { reinforcementClaims } from "./reinforcement.js";
import { temperatureClaims } from "./temperature.js";
import { trainingClaims } from "./training.js";

export const claims: readonly Claim[] = [
  ...orderClaims,
  ...temperatureClaims,
  ...trainingClaims,
  ...reinforcementClaims,
  ...fasterClaims,
  ...beyondClaims,
];
