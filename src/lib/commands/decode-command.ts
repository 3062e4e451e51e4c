/**
 * The command line of decoding: one prompt, the completion coloured by order, its AR-ness, time and memory.
 */
import { existsSync } from "node:fs";
import { globalArness, localArness, orderUpTo } from "../analysis/ar-ness.js";
import { rankOf } from "../analysis/order.js";
import { gigabytes, peakInWords } from "../bench/peak-memory.js";
import { benchmarkLength } from "../benchmarks/benchmark-study.js";
import { readConfig } from "../checkpoints/checkpoint.js";
import { loadModel, type LoadedModel } from "../checkpoints/load-model.js";
import { UserError } from "../core/errors.js";
import { printable } from "../core/plain-text.js";
import type { Trajectory } from "../core/records.js";
import { flag, text, whole } from "../core/schema.js";
import { decodeConfig, decodeDefaults } from "../decode/config.js";
import { decodeSchema } from "../decode/types.js";
import { progressBar } from "../host/progress.js";
import { showsColours } from "../host/terminal.js";
import { openLog } from "../log/log-writer.js";
import { knownCheckpoint } from "../recipes/known-checkpoint.js";
import { useBackend } from "../runtime/backend.js";
import { backendLine, choosePrecision, layerProduct, precisionSetting } from "../runtime/precision.js";
import { provenance } from "../runtime/provenance.js";
import { decodeText, type Decoded } from "../session/decode-text.js";
import { loadParts } from "../study/decoding-parts.js";
import { closeSharedSandbox } from "../study/shared-sandbox.js";
import { commitRows } from "../study/study-rows.js";
import { smallTestbed } from "../tasks/testbeds.js";
import type { Command } from "./cli-arguments.js";
import { decodeOptions, decodeOverrides, modelOptions } from "./decode-options.js";
import { questionOf, taskOptions } from "./decode-task.js";
import { group, option } from "./option.js";
import { checkWritable } from "./output-file.js";

const options = {
  ...group("What is decoded", {
    prompt: option(text, "text that the completion follows"),
    ...taskOptions,
    chat: option(flag, "the prompt is a message: put it into the chat template"),
    length: option(
      whole(1, 4096),
      "tokens to decode; by default what the task's testbed has room for, without a task 36, of a " +
        `benchmark ${benchmarkLength} or what the prompt leaves of the model's positions`,
    ),
    log: option(text, "write the trajectory there, as a commits log"),
  }),
  ...group("Model", {
    ...modelOptions,
    checkpoint: option(text, "checkpoint folder, or the recipe of a shipped one; by default instruct"),
    head: option(
      text,
      "folder of an order head trained on this checkpoint, which ranks positions in place of --remasking",
    ),
    precision: option(precisionSetting, undefined, { default: "float32" }),
  }),
  ...decodeOptions,
  ...group("Decoding", {
    temperature: option(
      decodeSchema.entries.temperature,
      `sampling temperature; by default ${decodeDefaults.temperature}, of an AR parent 0`,
    ),
  }),
};

export const decodeCommand: Command<typeof options> = {
  name: "decode",
  summary: "Decode one prompt and show in which order its tokens were unmasked.",
  example: "--checkpoint instruct --task minipy --problem 3",
  options,
  main: async v => {
    if (v.log !== undefined && existsSync(v.log))
      throw new UserError(`decode: ${v.log} exists already; name another file with --log.`);
    const question = questionOf({ ...v, task: v.task ?? exampleTask(v) });
    const folder = knownCheckpoint("decode", v.checkpoint ?? "instruct", v.seed);
    if (v.head !== undefined && v.remasking !== undefined)
      throw new UserError(
        `decode: --head and --remasking ${v.remasking} both rank positions; leave one out.`,
      );
    if (v.log !== undefined) checkWritable("decode", "log", v.log);
    const backend = await useBackend("auto", "all");
    const shape = () => layerProduct(readConfig(folder), v.length ?? smallTestbed.canvas.completion);
    const choice = choosePrecision("decode", v.precision, shape);
    console.error(backendLine(backend, choice));
    const { precision } = choice;
    const model = loadModel(folder, { precision });
    console.error(loadingInWords(model));
    const { prompt, length, grade } = question(model);
    const temperature = v.temperature ?? (model.autoregressive ? 0 : undefined);
    const config = decodeConfig(v.length ?? length, decodeOverrides({ ...v, temperature }));
    const beside = loadParts({ head: v.head }, { folder, denoiser: model.denoiser, config });
    const started = performance.now();
    const seconds = () => (performance.now() - started) / 1000;
    const progress = progressBar("decode");
    const onStep = (step: number, of: number) => {
      if (seconds() > 1) progress(step / of, `step ${step}/${of}`);
    };
    const decoded = await decodeText(model, prompt, {
      ...{ ...config, length: config.completionLength, seed: v.seed, chat: v.chat, trace: false },
      ...{ order: beside.order, onStep },
    });
    const cost = costInWords(model, decoded, seconds());
    beside.dispose();
    if (grade !== null) console.log(printable(prompt));
    for (const line of report(decoded, model)) console.log(line);
    if (grade !== null) console.log(`graded: ${await grade(completionOf(decoded, model))}`);
    await closeSharedSandbox();
    console.error(cost);
    if (v.log === undefined) return;
    const log = openLog(v.log, "commits", {
      metadata: provenance({ config: { ...config, prompt }, seed: v.seed, precision }),
    });
    log.append(commitRows("decode", "prompt", 0, decoded, model.tokenizer));
    log.close();
    console.log(`trajectory: ${v.log}`);
  },
};

/** Nothing at all was asked: then the first thing that a person sees is what the testbed does. */
function exampleTask({ checkpoint, prompt }: { readonly checkpoint?: string; readonly prompt?: string }) {
  if (checkpoint !== undefined || prompt !== undefined) return undefined;
  console.error("an example, as nothing is asked: a problem of minipy; your own goes behind --prompt");
  return "minipy";
}

/** The text before the end token, as a grader reads it. */
function completionOf({ completionIds, length }: Decoded, { tokenizer }: LoadedModel): string {
  return tokenizer.decode(completionIds.slice(0, length), { skipSpecial: true });
}

function report(decoded: Decoded, { autoregressive }: LoadedModel): string[] {
  const { order, length, tokens, tieSteps, choiceSteps, tieRule } = decoded;
  const rank = rankOf(order);
  const text = tokens
    .slice(0, length)
    .map((piece, p) => paint(piece, rank[p], order.length))
    .join("");
  if (autoregressive) return [text];
  const toEnd = orderUpTo(order, length);
  const arness = (order: ArrayLike<number>) =>
    order.length === 0
      ? "no token"
      : `local ${localArness(order, 1).toFixed(3)}, global ${globalArness(order, 1).toFixed(3)}`;
  return [
    text,
    "",
    `order of the ${length} tokens before the end: ${toEnd.join(" ")}`,
    `AR-ness@1 of the whole window: ${arness(order)}`,
    `AR-ness@1 up to the end token: ${arness(toEnd)}`,
    `steps decided by a tie: ${tieSteps} of ${choiceSteps} (rule: ${tieRule})`,
  ];
}

function loadingInWords({ denoiser, autoregressive, weights, bytes, seconds }: LoadedModel): string {
  const kind = autoregressive
    ? "an AR parent: decodes left to right, one token a step, whatever the options on order say"
    : `a masked-diffusion model of type ${denoiser.config.modelType}`;
  return (
    `model: ${kind}; ${weights.toLocaleString("en")} weights, ${gigabytes(bytes)} ` +
    `${bytes < 4 * weights ? "held as bfloat16" : "as float32"}, ` +
    `loaded in ${seconds.toFixed(1)} s; peak memory so far ${peakInWords(bytes)}`
  );
}

/** An AR parent stops at its end token: it makes as many calls as tokens, and the rest is padding. */
function costInWords({ bytes, autoregressive }: LoadedModel, t: Trajectory, seconds: number): string {
  const tokens = autoregressive ? t.calls : t.order.length;
  const work = `${t.calls} denoiser calls on ${t.tokenPositions} token positions`;
  const speed =
    `${tokens} tokens in ${work} and ${seconds.toFixed(1)} s, ${(tokens / seconds).toFixed(2)} ` +
    `tokens a second, ${(seconds / t.calls).toFixed(2)} seconds a call`;
  return `cost: ${speed}; peak memory ${peakInWords(bytes)}`;
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
