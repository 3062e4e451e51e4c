/** The command line that measures how often ties decide the order of any checkpoint. */
import { arnessByGroup } from "../analysis/arness-by-group.js";
import { measuresByGroup, tieShare } from "../analysis/measures-by-group.js";
import { estimateInWords } from "../claims/claim.js";
import { orderName, orders } from "../claims/orders.js";
import { Rng } from "../core/rng.js";
import { texts, whole } from "../core/schema.js";
import type { SampleRow } from "../log/schemas.js";
import { useBackend } from "../runtime/backend.js";
import { knownCheckpoint } from "../recipes/known-checkpoint.js";
import type { Command } from "./cli-arguments.js";
import { group, option } from "./option.js";
import { decodeOptions, modelOptions } from "./decode-options.js";
import { examplePrompts } from "../benchmarks/example-prompts.js";
import { study } from "../study/study.js";
import { closeDecoders } from "../study/workers.js";

const options = group("Options", {
  checkpoint: modelOptions.checkpoint,
  seed: option(whole(0), "seed of a shipped checkpoint", { default: 1 }),
  prompt: option(texts, "text to complete; further ones may follow it, by default examples"),
  count: option(whole(1, 1000), "example prompts, where none is given", { default: 8 }),
  length: option(whole(2, 4096), "tokens to decode; by default what the examples need"),
  temperature: decodeOptions.temperature,
  "top-p": decodeOptions["top-p"],
});

export const tiesCommand: Command<typeof options> = {
  name: "ties",
  summary: "Measure the share of decoding steps that a tie decides, and AR-ness under each order.",
  example: "--checkpoint instruct --count 4",
  options,
  operand: "TEXT",
  main: async (v, operands) => {
    const folder = knownCheckpoint("ties", v.checkpoint, v.seed);
    console.error((await useBackend()).describe());
    const examples = examplePrompts(folder, v.count);
    const given = [...v.prompt, ...operands].map(text => text.replaceAll("\\n", "\n"));
    const prompts = given.length > 0 ? given : examples.prompts;
    const length = v.length ?? examples.completionLength;
    const decoded = await study({
      ...{ study: "prompts", task: "prompts", checkpoint: folder, prompts, seeds: [1], trace: true },
      ...{ completionLength: length, temperature: v.temperature, topP: v["top-p"] },
      vary: orders,
    });
    await closeDecoders();
    console.log(`${prompts.length} prompts, ${length} tokens each, T ${v.temperature}, top-p ${v["top-p"]}`);
    for (const line of report(decoded.rows)) console.log(line);
    for (const { folder: log } of decoded.runs) console.log(`log: ${log}`);
  },
};

/** One line an order. */
function report(samples: readonly SampleRow[]): string[] {
  const order = (row: SampleRow) => ({ order: orderName(row) });
  const rng = Rng.fromSeed(0);
  const arness = arnessByGroup(samples, order, rng).filter(row => row.scope === "eos" && row.k === 1);
  return measuresByGroup(samples, order, { share: tieShare }, rng).map(share => {
    const of = (kind: string) => arness.find(row => row.order === share.order && row.kind === kind);
    const [local, global] = [of("local"), of("global")].map(row =>
      row === undefined ? "-" : estimateInWords(row),
    );
    return (
      `${share.order}: share of tied steps ${estimateInWords(share)}, AR-ness@1 to the end token local ` +
      `${local}, global ${global}`
    );
  });
}
