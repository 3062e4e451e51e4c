/**
 * One real GGUF file, where it is present: tokenizer, dequantised weights, logits and greedy continuations.
 */
import { existsSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import * as tf from "@tensorflow/tfjs-core";
import { Rng } from "../core/rng.js";
import { decodeAutoregressive } from "../decode/autoregressive.js";
import { decodeConfig } from "../decode/config.js";
import type { Denoiser } from "../model/denoiser.js";
import { loadTokenizer } from "../checkpoints/tokenizer-file.js";
import { publicModelFile } from "../checkpoints/public-models.js";
import { valuesOf, type CaseFile, type CheckContext, type CheckResult } from "./case-file.js";
import { rawPass } from "./check-logits.js";
import { compareTokenizer } from "./check-tokenizer.js";
import type { Fields } from "./fields.js";
import { countDifferent, strictlyRelative, tolerances } from "./finding.js";

export function checkRealTokenizer({ path, name, fields }: CaseFile): CheckResult[] {
  const file = fileOf(path, fields);
  if (typeof file !== "string") return [{ ...file, name }];
  return compareTokenizer(loadTokenizer(file, { mask: "optional" }), name, fields);
}

export async function checkRealLogits(
  { path, name, fields }: CaseFile,
  context: CheckContext,
): Promise<CheckResult[]> {
  const file = fileOf(path, fields);
  if (typeof file !== "string") return [{ ...file, name }];
  const model = context.denoiserOf(file);
  const results: CheckResult[] = checksums(model, name, fields.child("checksums_of_dequantised"));
  for (const c of fields.list("cases"))
    results.push(...(await checkCase(c, `${name} ${JSON.stringify(c.text("prompt"))}`, model)));
  return results;
}

/** Beside the cases, or where `npm run models` puts it; or why it cannot be compared. */
function fileOf(path: string, fields: Fields): string | { readonly reason: string } {
  const named = fields.text("file");
  const candidates = [join(dirname(path), named), publicModelFile("smollm2") ?? ""];
  const found = candidates.find(file => existsSync(file) && file.endsWith(named));
  if (found === undefined) return { reason: `${named} is not here; npm run models -- smollm2 fetches it` };
  const bytes = fields.has("bytes") ? fields.number("bytes") : statSync(found).size;
  if (statSync(found).size === bytes) return found;
  return { reason: `${found} is another file: ${bytes} bytes are needed` };
}

function checksums({ parameters }: Denoiser, name: string, expected: Fields): CheckResult[] {
  return expected.keys().map(key => {
    let [sum, squares] = [0, 0];
    for (const value of parameters.get(key)?.dataSync<"float32">() ?? []) {
      sum += value;
      squares += value * value;
    }
    const c = expected.child(key);
    const difference = Math.max(
      strictlyRelative(sum, c.number("sum")),
      strictlyRelative(squares, c.number("sum_of_squares")),
    );
    return {
      name: `${name} ${key}`,
      quantity: "sum and sum of squares",
      difference,
      tolerance: tolerances.loss,
    };
  });
}

async function checkCase(c: Fields, at: string, model: Denoiser): Promise<CheckResult[]> {
  const ids = Int32Array.from(c.numbers("ids"));
  const v = model.config.vocabSize;
  const logits = valuesOf(tf.tidy(() => rawPass(model, ids, null, [1, ids.length]).logits));
  const greedy = c.numbers("greedy_ids");
  const config = decodeConfig(greedy.length, { temperature: 0, topP: 1 });
  const options = { endTokenIds: [] };
  const [{ completionIds }] = await decodeAutoregressive(model, [ids], config, [Rng.fromSeed(0)], options);
  return [
    ...(["first_position", "last_position"] as const).map(key => {
      const row = key === "first_position" ? 0 : ids.length - 1;
      return compareLargest(`${at} ${key}`, logits.subarray(row * v, (row + 1) * v), c.child(key));
    }),
    {
      name: `${at} greedy_ids`,
      quantity: `${greedy.length} ids`,
      difference: countDifferent(completionIds, greedy),
      tolerance: tolerances.identical,
    },
  ];
}

/**
 * The largest logits by their ids, the log of the sum of all
 * exponentials, and that no other logit is larger than the last of these.
 */
function compareLargest(name: string, logits: Float32Array, expected: Fields): CheckResult {
  const [ids, largest] = [expected.numbers("ids"), expected.numbers("logits")];
  const listed = new Set(ids);
  const top = logits.reduce((a, b) => Math.max(a, b), -Infinity);
  const sum = logits.reduce((total, x) => total + Math.exp(x - top), 0);
  const rest = logits.reduce((a, x, id) => (listed.has(id) ? a : Math.max(a, x)), -Infinity);
  const difference = Math.max(
    ...ids.map((id, i) => Math.abs(logits[id] - largest[i])),
    Math.abs(top + Math.log(sum) - expected.number("log_sum_exp")),
    rest - Math.min(...largest),
  );
  return { name, quantity: `${ids.length} largest logits`, difference, tolerance: tolerances.realLogits };
}
