/** Every claim, chapter after chapter. */
import type { Claim } from "../claim.js";
import { codefusionClaims } from "../../methods/codefusion/claims.js";
import { lampClaims } from "../../methods/lamp/claims.js";
import { learnedOrderClaims } from "../../methods/learned-order/claims.js";
import { softMaskingClaims } from "../../methods/soft-masking/claims.js";
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
  ...[...softMaskingClaims, ...learnedOrderClaims, ...lampClaims, ...codefusionClaims],
];
