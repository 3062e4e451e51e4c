/** The command line that recomputes every claim from the shipped logs. */
import { UserError } from "../core/errors.js";
import { verifiedInWords, verifyClaims } from "../notebooks/verify-claims.js";
import type { Command } from "./cli-arguments.js";

export const verifyCommand: Command<Record<string, never>> = {
  name: "verify",
  summary:
    "Recomputes every claim from the logs in data/runs, decoding nothing, and says of each whether " +
    "it is confirmatory.",
  example: "",
  options: {},
  needsBackend: false,
  main: () => {
    const found = verifyClaims();
    for (const one of found) console.log(verifiedInWords(one));
    const there = found.filter(({ judged }) => judged !== null).length;
    const confirmed = found.filter(({ ground }) => ground === "confirmatory").length;
    console.log(
      `${found.length} claims: ${there} recomputed, ${found.length - there} without their logs; ` +
        `${confirmed} confirmatory.`,
    );
    const faulty = found.filter(({ faults }) => faults.length > 0).map(({ claim }) => claim.id);
    if (faulty.length > 0)
      throw new UserError(
        `verify: ${faulty.join(", ")} ${faulty.length === 1 ? "has" : "have"} faults, named above; ` +
          "restore the logs and figures/claims.json, or record anew with npm run reproduce -- --profile " +
          "full --publish.",
      );
    return Promise.resolve();
  },
};
