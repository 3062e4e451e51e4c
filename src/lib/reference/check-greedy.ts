/** Left-to-right greedy decoding of the AR parent beside the file. */
import { Rng } from "../core/rng.js";
import { decodeAutoregressive } from "../decode/autoregressive.js";
import { decodeConfig } from "../decode/config.js";
import type { CaseFile, CheckContext, CheckResult } from "./case-file.js";
import { countDifferent, tolerances } from "./finding.js";

export async function checkGreedy(
  { path, name, fields }: CaseFile,
  context: CheckContext,
): Promise<CheckResult[]> {
  const denoiser = context.denoiserBeside(path);
  const results: CheckResult[] = [];
  for (const c of fields.list("cases")) {
    const attentionMask = c.matrix("attention_mask");
    const prompts = c
      .matrix("prompt_ids")
      .map((ids, row) => Int32Array.from(ids.filter((_, i) => attentionMask[row][i] === 1)));
    const config = decodeConfig(c.number("max_new_tokens"), { temperature: 0, topP: 1 });
    const endTokenIds = [(c.has("eos_token_id") ? c : fields).number("eos_token_id")];
    const rngs = prompts.map((_, i) => Rng.fromSeed(0).split(i));
    const decoded = await decodeAutoregressive(denoiser, prompts, config, rngs, { endTokenIds });
    const greedy = c.matrix("greedy_ids");
    // What ends early is as long as the longest of its batch; behind its end there is padding, ours too.
    const ours = decoded.flatMap(({ completionIds }, row) =>
      Array.from(completionIds.slice(0, greedy[row].length)),
    );
    results.push({
      name: `${name} ${c.text("name")}`,
      quantity: `${prompts.length} x ${greedy[0].length} ids`,
      difference: countDifferent(ours, greedy.flat()),
      tolerance: tolerances.identical,
    });
  }
  return results;
}
