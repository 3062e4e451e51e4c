/** AR-ness and pass@k: exact quantities. */
import { globalArness, localArness, orderOfSteps } from "../analysis/ar-ness.js";
import { meanPassAtK, passAtK } from "../analysis/pass-at-k.js";
import type { CaseFile, CheckResult } from "./case-file.js";
import { countDifferent, largestDifference, tolerances } from "./finding.js";

export function checkArness({ name, fields }: CaseFile): CheckResult[] {
  const [localKs, globalKs] = [fields.numbers("local_k"), fields.numbers("global_k")];
  return fields.list("cases").map(c => {
    const stepOf = new Int32Array(c.number("length")).fill(-1);
    c.matrix("steps").forEach((positions, step) => positions.forEach(p => (stepOf[p] = step)));
    const order = orderOfSteps(stepOf);
    const ours = [
      order,
      localKs.map(k => localArness(order, k)),
      localKs.map(k => localArness(order, k, "set")),
      globalKs.map(k => globalArness(order, k)),
    ].flat();
    const reference = ["order", "local_caption", "local_set", "global"].flatMap(key => c.numbers(key));
    return {
      name: `${name} ${c.text("name")}`,
      quantity: `order, local (caption and set) and global AR-ness of ${order.length} tokens`,
      difference: countDifferent(ours, reference),
      tolerance: tolerances.identical,
    };
  });
}

export function checkPassAtK({ name, fields }: CaseFile): CheckResult[] {
  const single = fields.list("cases").map(c => {
    const [n, correct, k] = [c.number("n"), c.number("c"), c.number("k")];
    return {
      name: `${name} n ${n}, c ${correct}, k ${k}`,
      quantity: "pass@k",
      difference: Math.abs(passAtK({ n, c: correct }, k) - c.number("pass_at_k")),
      tolerance: tolerances.passAtK,
    };
  });
  const sets = fields.has("problem_sets") ? fields.list("problem_sets") : [];
  const means = sets.map((set, i) => {
    const counts = set.numbers("correct").map(c => ({ n: set.number("n"), c }));
    const reference = set.child("mean_pass_at_k");
    const ks = Object.keys(set.raw("mean_pass_at_k") as object);
    return {
      name: `${name} problem set ${i}`,
      quantity: `mean pass@${ks.join(", ")} of ${counts.length} problems`,
      difference: largestDifference(
        ks.map(k => meanPassAtK(counts, Number(k))),
        ks.map(k => reference.number(k)),
      ),
      tolerance: tolerances.passAtK,
    };
  });
  return [...single, ...means];
}
