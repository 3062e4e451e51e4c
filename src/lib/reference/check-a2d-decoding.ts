/**
 * dllm's samplers on the a2d model beside the file, step by step: MDLM from a prompt, infilling, BD3LM on a
 * growing canvas. A text with masks among what is given is decoded as a completion of which a part is given.
 */
import { dirname } from "node:path";
import type { Trajectory } from "../core/records.js";
import { Rng } from "../core/rng.js";
import { bd3lmPublic, decodeConfig, mdlmPublic } from "../decode/config.js";
import type { DecodeConfig } from "../decode/types.js";
import { decode, type DecodeOptions } from "../decode/decode.js";
import type { TokenSampler } from "../decode/sampler.js";
import type { CaseFile, CheckContext, CheckResult } from "./case-file.js";
import type { Fields } from "./fields.js";
import { countDifferent, tolerances, type Finding } from "./finding.js";

/** Where a case comes from; its own special ids go before those of its file. */
export interface Setting extends CaseFile {
  readonly context: CheckContext;
  /**
   * tokens are drawn with the case's own draws: the sampler
   * of a row, which gets the reference's steps and columns
   */
  readonly sampler?: (row: number) => TokenSampler;
}

export async function checkA2dDecoding(file: CaseFile, context: CheckContext): Promise<CheckResult[]> {
  const results: CheckResult[] = [];
  for (const c of file.fields.list("cases")) results.push(...(await checkA2dCase(c, { ...file, context })));
  return results;
}

/** One row of a case as ours was decoded. */
interface Row {
  readonly trajectory: Trajectory;
  /** what stands before the completion in the reference's row */
  readonly before: readonly number[];
}

export async function checkA2dCase(c: Fields, setting: Setting): Promise<CheckResult[]> {
  const at = `${setting.name} ${c.text("name")}`;
  const maskId = (c.has("mask_token_id") ? c : setting.fields).number("mask_token_id");
  const rows = await decodeCase(c, setting, maskId);
  const history = c.cube("history");
  let differ = 0;
  rows.forEach(({ trajectory, before }, row) => {
    const done = stepsDone(c, row);
    const passes = c.number("cfg_scale") > 0 ? 2 : 1;
    differ += countDifferent([trajectory.calls / passes, done.length], [done.at(-1) ?? 0, history.length]);
    history.forEach((state, h) => {
      const ours = [...before, ...stateAfter(trajectory, done[h], maskId)];
      // a canvas grows; a shorter row is padded behind its end
      const length = Math.min(ours.length, state[row].length);
      differ += countDifferent(ours.slice(0, length), state[row].slice(0, length));
    });
  });
  const width = history.at(-1)?.[0].length ?? 0;
  const quantity = `ids after each of ${history.length} steps, ${rows.length} x ${width}`;
  return [
    { name: at, quantity, difference: differ, tolerance: tolerances.identical },
    ...confidences(at, c, rows),
  ];
}

function stateAfter({ completionIds, stepOf }: Trajectory, steps: number, maskId: number): number[] {
  return Array.from(completionIds, (id, p) => (stepOf[p] === -1 ? id : stepOf[p] < steps ? id : maskId));
}

/**
 * How many steps of its own a row has made after each of
 * the reference's: in a block the others may need more.
 */
function stepsDone(c: Fields, row: number): number[] {
  let before = 0;
  return (c.raw("tokens_per_step") as number[][][]).flatMap(rows => {
    const own = rows[row].filter(count => count > 0).length;
    const most = Math.max(0, ...rows.map(counts => counts.length));
    const done = Array.from({ length: most }, (_, i) => before + Math.min(i + 1, own));
    before += own;
    return done;
  });
}

/** Rows together where that can be, to see them padded; else each apart. */
async function decodeCase(c: Fields, setting: Setting, maskId: number): Promise<Row[]> {
  const initial = c.matrix("initial");
  const growing = c.text("sampler") === "bd3lm.sample";
  const inputs = c.matrix("inputs");
  const apart = setting.sampler !== undefined || c.text("remasking") === "random";
  const plain =
    c.text("sampler") !== "mdlm.infill" && inputs.every(ids => ids.length > 0 && !ids.includes(maskId));
  const decoder = decoderOf(c, setting, maskId);
  if (growing || plain) {
    const beforeOf = (row: number) => (growing ? initial[row] : inputs[row]);
    // A prompt without tokens was given a first one.
    const prompts = inputs.map((ids, row) => Int32Array.from(ids.length > 0 ? ids : initial[row].slice(-1)));
    const length = c.number("max_new_tokens");
    if (!apart)
      return (await decoder(prompts, length, {})).map((trajectory, row) => ({
        trajectory,
        before: beforeOf(row),
      }));
    const rows: Row[] = [];
    for (const [row, prompt] of prompts.entries()) {
      const own = drawsOf(c, setting, row, growing ? 0 : prompt.length);
      const [trajectory] = await decoder([prompt], length, own);
      rows.push({ trajectory, before: beforeOf(row) });
    }
    return rows;
  }
  const rows: Row[] = [];
  for (const [row, ids] of initial.entries()) {
    const prompt = Math.max(1, inputs[row].length);
    const isInfill = c.text("sampler") === "mdlm.infill";
    const text = Int32Array.from(ids.slice(0, isInfill ? prompt : prompt + c.number("max_new_tokens")));
    const options = { given: [text], ...drawsOf(c, setting, row, 0) };
    const [trajectory] = await decoder([new Int32Array(0)], text.length, options, isInfill ? 0 : prompt);
    rows.push({ trajectory, before: [] });
  }
  return rows;
}

/**
 * Random scores and draws of the case, by the reference's
 * steps and columns: `from` is the column of our position 0.
 */
function drawsOf(c: Fields, { sampler }: Setting, row: number, from: number): Partial<DecodeOptions> {
  const done = stepsDone(c, row);
  const theirs = (step: number) => done.indexOf(step + 1);
  const block = c.text("sampler") === "bd3lm.sample" ? c.number("block_size") : null;
  const column = (position: number) => (block === null ? from + position : position % block);
  const draw = sampler?.(row);
  return {
    ...(c.text("remasking") === "random" && {
      score: (_, __, { step, position }) => c.cube("random_scores")[theirs(step)][row][column(position)],
    }),
    ...(draw !== undefined && {
      sampler: (probs, summary, u, { step, position }) =>
        draw(probs, summary, u, { step: theirs(step), position: column(position) }),
    }),
  };
}

function decoderOf(c: Fields, { path, fields, context }: Setting, maskId: number) {
  const own = (key: string) => (c.keys().includes(key) ? c : fields).raw(key) as number | null | undefined;
  const model = context.denoiserOf(dirname(path), c.flag("right_shift_logits"));
  const padTokenId = own("pad_token_id") ?? model.padTokenId;
  const eosTokenId = own("eos_token_id");
  const denoiser = { ...model, maskTokenId: maskId, padTokenId };
  return (
    prompts: readonly Int32Array[],
    length: number,
    options: Partial<DecodeOptions>,
    start = 0,
  ): Promise<Trajectory[]> =>
    decode(
      denoiser,
      prompts,
      configOf(c, length, start),
      prompts.map((_, i) => Rng.fromSeed(0).split(i)),
      {
        // prettier-ignore
        ...options,
        ...(typeof eosTokenId === "number" && { endTokenIds: [eosTokenId] }),
        trace: true,
      },
    );
}

function configOf(c: Fields, length: number, start: number): DecodeConfig {
  const isInfill = c.text("sampler") === "mdlm.infill";
  const tokens = (key: string) => (c.has(key) ? c.numbers(key) : undefined);
  // Of the whole batch, whose longest row says how many blocks there are.
  const whole = isInfill ? c.matrix("initial")[0].length : c.number("max_new_tokens");
  const block = c.has("block_size") ? Math.min(c.number("block_size"), whole) : whole;
  const blocks = Math.ceil(whole / block);
  const perBlock = c.has("steps_per_block")
    ? c.number("steps_per_block")
    : Math.ceil(c.number("steps") / blocks);
  return decodeConfig(length, {
    ...(c.text("sampler") === "bd3lm.sample" ? bd3lmPublic : mdlmPublic),
    temperature: c.number("temperature"),
    remasking: c.text("remasking") === "random" ? "random" : "probability-untempered",
    policy: {
      name: "dllm",
      block,
      start,
      perBlock,
      schedule: c.text("scheduler"),
      scope: isInfill ? "infill" : "sample",
    },
    guidance: c.number("cfg_scale"),
    guidanceKeeps: tokens("cfg_keep_tokens"),
    suppressed: tokens("suppress_tokens"),
    postponed: tokens("begin_suppress_tokens"),
  });
}

/** Scores before each step, where the case has them; null marks what was no candidate. */
function confidences(at: string, c: Fields, rows: readonly Row[]): Finding[] {
  if (!c.has("confidence_before_each_step")) return [];
  const growing = c.text("sampler") === "bd3lm.sample";
  let [worst, compared] = [0, 0];
  c.cubeOrNull("confidence_before_each_step").forEach((state, h) =>
    state.forEach((scores, row) => {
      const { trajectory, before } = rows[row];
      const own = stepsDone(c, row);
      const step = own[h] - 1;
      if (h > 0 && own[h - 1] === own[h]) return; // the row rested
      const length = trajectory.completionIds.length;
      const blockStart = growing
        ? c.cube("history")[h][row].length - scores.length - before.length
        : -before.length;
      scores.forEach((reference, column) => {
        if (reference === null) return;
        const ours = trajectory.trace?.confidence[step * length + blockStart + column] ?? NaN;
        compared++;
        if (!(Math.abs(ours - reference) <= worst)) worst = Math.abs(ours - reference);
      });
    }),
  );
  const quantity = `${compared} confidences before the steps`;
  return [{ name: at, quantity, difference: worst, tolerance: tolerances.confidences }];
}
