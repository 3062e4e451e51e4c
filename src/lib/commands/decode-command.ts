/**
 * The command line of decoding: one prompt, the completion coloured by order, its AR-ness, time and memory.
 */
import { existsSync } from "node:fs";
import { globalArness, localArness, orderUpTo } from "../analysis/ar-ness.js";
import { rankOf } from "../analysis/order.js";
import { UserError } from "../core/errors.js";
import { printable } from "../core/plain-text.js";
import type { Trajectory } from "../core/records.js";
import { Rng } from "../core/rng.js";
import { decodeAutoregressive } from "../decode/autoregressive.js";
import { decodeConfig, decodeDefaults } from "../decode/config.js";
import type { DecodeConfig } from "../decode/types.js";
import { decode } from "../decode/decode.js";
import { openLog } from "../log/log-writer.js";
import { readConfig } from "../checkpoints/checkpoint.js";
import { useBackend } from "../runtime/backend.js";
import type { Command } from "./cli-arguments.js";
import { checkWritable } from "./output-file.js";
import { decodeOptions, decodeOverrides } from "./decode-options.js";
import { askedOf, taskOptions } from "./decode-task.js";
import { testbedOf } from "../tasks/testbeds.js";
import { lengthToEnd, textPieces } from "../tokenizer/decoded-text.js";
import { knownCheckpoint } from "../recipes/known-checkpoint.js";
import { loadModel, type LoadedModel } from "../checkpoints/load-model.js";
import { gigabytes, peakInWords } from "../bench/peak-memory.js";
import { backendLine, choosePrecision, layerProduct, precisionOption } from "../runtime/precision.js";
import { progressBar } from "../host/progress.js";
import { loadParts, type Decoding } from "../study/decoding-parts.js";
import { closeSharedSandbox } from "../study/shared-sandbox.js";
import { promptIds } from "../session/decode-text.js";
import { commitRows } from "../study/study-rows.js";
import { provenance } from "../runtime/provenance.js";
import { showsColours } from "../host/terminal.js";

const options = {
  ...decodeOptions,
  temperature: {
    type: "number",
    min: 0,
    description: `sampling temperature; by default ${decodeDefaults.temperature}, of an AR parent 0`,
  },
  prompt: { type: "string", description: "text that the completion follows" },
  ...taskOptions,
  chat: { type: "flag", description: "the prompt is a message: put it into the chat template" },
  length: {
    type: "integer",
    min: 1,
    max: 4096,
    description: "tokens to decode; by default what the task's testbed has room for, without a task 36",
  },
  head: {
    type: "string",
    description:
      "folder of an order head trained on this checkpoint, which ranks positions in place of --remasking",
  },
  precision: precisionOption,
  log: { type: "string", description: "write the trajectory there, as a commits log" },
} as const;

export const decodeCommand: Command<typeof options> = {
  name: "decode",
  summary: "Decode one prompt and show in which order its tokens were unmasked.",
  options,
  main: async v => {
    if (v.log !== undefined && existsSync(v.log))
      throw new UserError(`decode: ${v.log} exists already; name another file with --log.`);
    const { prompt: own } = v;
    if (own !== undefined && v.task !== undefined)
      throw new UserError(`decode: --prompt and --task ${v.task} both say what is decoded; leave one out.`);
    const asked =
      own === undefined ? askedOf(v) : () => ({ prompt: own.replaceAll("\\n", "\n"), grade: null });
    const folder = knownCheckpoint("decode", v.checkpoint, v.seed);
    if (v.head !== undefined && v.remasking !== undefined)
      throw new UserError(
        `decode: --head and --remasking ${v.remasking} both rank positions; leave one out.`,
      );
    if (v.log !== undefined) checkWritable("decode", "log", v.log);
    const { completion } = testbedOf(v.task === undefined ? [] : [v.task]).canvas;
    const length = v.length ?? completion;
    const backend = await useBackend("auto", "all");
    const choice = choosePrecision("decode", v.precision, () => layerProduct(readConfig(folder), length));
    console.error(backendLine(backend, choice));
    const { precision } = choice;
    const model = loadModel(folder, { precision });
    console.error(loadingInWords(model));
    const temperature = v.temperature ?? (model.autoregressive ? 0 : decodeDefaults.temperature);
    const config = decodeConfig(length, decodeOverrides({ ...v, temperature }));
    const { prompt: text, grade } = asked(model);
    const prompt = promptIds(model, text, v.chat, length);
    const beside = loadParts({ head: v.head }, { folder, denoiser: model.denoiser, config });
    const { trajectory, seconds } = await decodeTimed(model, prompt, config, v.seed, beside);
    beside.dispose();
    if (grade !== null) console.log(printable(text));
    for (const line of report(trajectory, model)) console.log(line);
    if (grade !== null) console.log(`graded: ${await grade(completionOf(trajectory, model))}`);
    await closeSharedSandbox();
    console.error(costInWords(model, trajectory, seconds));
    if (v.log === undefined) return;
    const log = openLog(v.log, "commits", {
      metadata: provenance({ config: { ...config, prompt: text }, seed: v.seed, precision }),
    });
    log.append(commitRows("decode", "prompt", 0, trajectory, model.tokenizer));
    log.close();
    console.log(`trajectory: ${v.log}`);
  },
};

interface Timed {
  readonly trajectory: Trajectory;
  readonly seconds: number;
}

async function decodeTimed(
  { denoiser, autoregressive, endTokenIds }: LoadedModel,
  prompt: Int32Array,
  config: DecodeConfig,
  seed: number,
  beside: Decoding,
): Promise<Timed> {
  const started = performance.now();
  const elapsed = () => (performance.now() - started) / 1000;
  const progress = progressBar("decode");
  const onStep = (step: number, of: number) => {
    if (elapsed() > 1) progress(step / of, `step ${step}/${of}`);
  };
  const rngs = [Rng.fromSeed(seed)];
  const [trajectory] = autoregressive
    ? await decodeAutoregressive(denoiser, [prompt], config, rngs, { onStep, endTokenIds })
    : await decode(beside.denoiser, [prompt], config, rngs, { onStep, order: beside.order, endTokenIds });
  return { trajectory, seconds: elapsed() };
}

/** The text before the end token. */
function completionOf(t: Trajectory, { tokenizer, endTokenIds }: LoadedModel): string {
  const ids = t.completionIds.slice(0, lengthToEnd(t.completionIds, endTokenIds));
  return tokenizer.decode(ids, { skipSpecial: true });
}

function report(t: Trajectory, { tokenizer, endTokenIds, autoregressive }: LoadedModel): string[] {
  const length = lengthToEnd(t.completionIds, endTokenIds);
  const rank = rankOf(t.order);
  const pieces = textPieces(Array.from(t.completionIds.slice(0, length)), tokenizer);
  const text = pieces.map((piece, p) => paint(piece, rank[p], t.order.length)).join("");
  if (autoregressive) return [text];
  const toEnd = orderUpTo(t.order, length);
  const arness = (order: ArrayLike<number>) =>
    `local ${localArness(order, 1).toFixed(3)}, global ${globalArness(order, 1).toFixed(3)}`;
  return [
    text,
    "",
    `order of the ${length} tokens before the end: ${toEnd.join(" ")}`,
    `AR-ness@1 of the whole window: ${arness(t.order)}`,
    `AR-ness@1 up to the end token: ${arness(toEnd)}`,
    `steps decided by a tie: ${t.tieSteps} of ${t.choiceSteps} (rule: ${t.tieRule})`,
  ];
}

function loadingInWords({ denoiser, autoregressive, weights, seconds }: LoadedModel): string {
  const kind = autoregressive
    ? "an AR parent: decodes left to right, one token a step, whatever the options on order say"
    : `a masked-diffusion model of type ${denoiser.config.modelType}`;
  return (
    `model: ${kind}; ${weights.toLocaleString("en")} weights, ${gigabytes(4 * weights)} as float32, ` +
    `loaded in ${seconds.toFixed(1)} s; peak memory so far ${peakInWords(4 * weights)}`
  );
}

/** An AR parent stops at its end token: it makes as many calls as tokens, and the rest is padding. */
function costInWords({ weights, autoregressive }: LoadedModel, t: Trajectory, seconds: number): string {
  const tokens = autoregressive ? t.calls : t.order.length;
  const work = `${t.calls} denoiser calls on ${t.tokenPositions} token positions`;
  const speed =
    `${tokens} tokens in ${work} and ${seconds.toFixed(1)} s, ${(tokens / seconds).toFixed(2)} ` +
    "tokens a second";
  return `cost: ${speed}; peak memory ${peakInWords(4 * weights)}`;
}

/** First red, last purple, through the 256-colour cube's rim; plain where colours are not wanted. */
function paint(text: string, rank: number, of: number): string {
  const plain = printable(text); // a token may spell an escape sequence
  if (!showsColours(process.stdout)) return plain;
  const rainbow = [196, 202, 208, 214, 220, 190, 118, 46, 48, 51, 39, 27, 57, 93, 129];
  const color = rainbow[Math.floor((rank / of) * rainbow.length)];
  return plain
    .split("\n")
    .map(line => `\x1b[38;5;${color}m${line}\x1b[0m`)
    .join("\n");
}
