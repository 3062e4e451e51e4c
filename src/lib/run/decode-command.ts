/** The command line of decoding: one prompt, the completion coloured by order, its AR-ness. */
import { existsSync } from "node:fs";
import { globalArness, localArness, orderUpTo } from "../analysis/ar-ness.js";
import { rankOf } from "../analysis/order.js";
import { UserError } from "../core/errors.js";
import type { Trajectory } from "../core/records.js";
import { Rng } from "../core/rng.js";
import { decodeConfig } from "../decode/config.js";
import { decode } from "../decode/decode.js";
import { openLog } from "../log/log-writer.js";
import { loadDenoiser } from "../model/checkpoint.js";
import { loadTokenizer, type Tokenizer } from "../tokenizer/tokenizer.js";
import { useBackend } from "./backend.js";
import type { Command } from "./cli-arguments.js";
import { decodeOptions, decodeOverrides } from "./decode-options.js";
import { commitRows } from "./study-rows.js";
import { provenance } from "./provenance.js";
import { checkpointFolder } from "./testbed.js";

const options = {
  ...decodeOptions,
  prompt: { type: "string", required: true, description: "text that the completion follows" },
  length: { type: "integer", default: 36, min: 1, max: 4096, description: "tokens to decode" },
  log: { type: "string", description: "write the trajectory there, as a commits log" },
} as const;

export const decodeCommand: Command<typeof options> = {
  name: "decode",
  summary: "Decode one prompt and show in which order its tokens were unmasked.",
  options,
  main: async v => {
    if (v.log !== undefined && existsSync(v.log))
      throw new UserError(`decode: ${v.log} exists already; name another file with --log.`);
    console.error((await useBackend()).describe());
    const folder = checkpointFolder(v.checkpoint, v.seed);
    const denoiser = loadDenoiser(folder);
    const tokenizer = loadTokenizer(folder);
    const config = decodeConfig(v.length, decodeOverrides(v));
    const prompt = tokenizer.encode(v.prompt.replaceAll("\\n", "\n"));
    const [trajectory] = await decode(denoiser, [prompt], config, [Rng.fromSeed(v.seed)]);
    for (const line of report(trajectory, tokenizer, denoiser.eosTokenId)) console.log(line);
    if (v.log === undefined) return;
    const log = openLog(v.log, "commits", {
      metadata: provenance({ config: { ...config, prompt: v.prompt }, seed: v.seed }),
    });
    log.append(commitRows("decode", "prompt", 0, trajectory, tokenizer));
    log.close();
    console.log(`trajectory: ${v.log}`);
  },
};

function report(t: Trajectory, tokenizer: Tokenizer, eosTokenId: number): string[] {
  const end = t.completionIds.indexOf(eosTokenId);
  const length = end < 0 ? t.completionIds.length : end;
  const rank = rankOf(t.order);
  const toEnd = orderUpTo(t.order, length);
  const arness = (order: ArrayLike<number>) =>
    `local ${localArness(order, 1).toFixed(3)}, global ${globalArness(order, 1).toFixed(3)}`;
  const pieces = Array.from({ length }, (_, p) =>
    painted(tokenizer.decode([t.completionIds[p]]), rank[p], t.order.length),
  );
  return [
    pieces.join(""),
    "",
    `order of the ${length} tokens before the end: ${toEnd.join(" ")}`,
    `AR-ness@1 of the whole window: ${arness(t.order)}`,
    `AR-ness@1 up to the end token: ${arness(toEnd)}`,
    `steps decided by a tie: ${t.tieSteps} of ${t.choiceSteps} (rule: ${t.tieRule})`,
  ];
}

/** First red, last purple, through the 256-colour cube's rim; plain where the output is no terminal. */
function painted(text: string, rank: number, of: number): string {
  if (!process.stdout.isTTY) return text;
  const rainbow = [196, 202, 208, 214, 220, 190, 118, 46, 48, 51, 39, 27, 57, 93, 129];
  const color = rainbow[Math.floor((rank / of) * rainbow.length)];
  return text
    .split("\n")
    .map(line => `\x1b[38;5;${color}m${line}\x1b[0m`)
    .join("\n");
}
