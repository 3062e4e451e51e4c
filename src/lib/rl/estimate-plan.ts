/**
 * From completions and their masks to what the device computes: the distinct canvases, the hidden states read
 * from them, and where each log-probability goes. Two exact savings: a prompt's all-masked canvas is the same
 * for all its completions and is computed once, and what no counting token needs is not read. Plain arrays,
 * on the host.
 */
import { evenSizes } from "../compile/parts.js";
import type { DenoiserConfig } from "../model/config.js";
import { predictingPosition } from "../model/transformer.js";
import type { Trajectory } from "../core/records.js";
import { completionMask } from "./completion-mask.js";
import type { Lengths } from "./mask-estimator.js";
import { passInput, type MaskPasses } from "./mask-passes.js";

/** Completions to be scored; entry b of each list belongs to completion b. */
export interface ScoredCompletions {
  /** without padding, of any lengths */
  readonly promptIds: readonly Int32Array[];
  /** [C] each */
  readonly completionIds: readonly Int32Array[];
  readonly passes: readonly MaskPasses[];
  /** [C] each, 1 where a token counts; the others are estimated as 0 */
  readonly completionMasks: readonly Uint8Array[];
}

/**
 * Rollouts as completions to be scored; their masks are still to be drawn, for completions of these lengths.
 */
export function completionsOf(
  rollouts: readonly Pick<Trajectory, "promptIds" | "completionIds">[],
  eosTokenId: number,
): Omit<ScoredCompletions, "passes"> & { readonly lengths: readonly Lengths[] } {
  return {
    promptIds: rollouts.map(r => r.promptIds),
    completionIds: rollouts.map(r => r.completionIds),
    completionMasks: rollouts.map(r => completionMask(r.completionIds, eosTokenId)),
    lengths: rollouts.map(r => ({ prompt: r.promptIds.length, completion: r.completionIds.length })),
  };
}

/** One log-probability to be read: of `token`, at a row of a part's hidden states that are read. */
interface Reading {
  readonly row: number;
  readonly token: number;
  readonly weight: number;
  /** in [B * C] */
  readonly destination: number;
}

export interface EstimatePlan {
  readonly canvases: number;
  /** T, prompts padded on the left to one length */
  readonly length: number;
  /** [canvases * T] */
  readonly ids: Int32Array;
  /** [canvases * T], 0 at left padding; null when nothing is padded */
  readonly attentionMask: Int32Array | null;
  readonly parts: number;
  /** [parts * R] rows of a part's hidden states that are read */
  readonly rows: Int32Array;
  /** [parts * K] each: which of those rows, which token, with what factor, added to which of [B * C] */
  readonly readRows: Int32Array;
  readonly readTokens: Int32Array;
  readonly readWeights: Float32Array;
  readonly destinations: Int32Array;
}

interface Canvas {
  readonly ids: Int32Array;
  readonly pads: number;
  /** position of the completion -> what is read there */
  readonly readings: Map<number, Omit<Reading, "row">[]>;
}

/**
 * Numbers of rows and readings are rounded up to this share of the largest, so that few graphs are recorded.
 */
const roundingShare = 1 / 8;

/** @param parts in how many parts the canvases are cut, at most as many as there are */
export function estimatePlan(config: DenoiserConfig, scored: ScoredCompletions, parts: number): EstimatePlan {
  const promptLength = Math.max(...scored.promptIds.map(ids => ids.length));
  const canvases = canvasesOf(config, scored, promptLength);
  const length = promptLength + scored.completionIds[0].length;
  const count = Math.min(parts, canvases.length);
  const ofPart: { rows: number[]; readings: Reading[] }[] = [];
  let start = 0;
  for (const size of evenSizes(canvases.length, count)) {
    ofPart.push(readPart(config, canvases.slice(start, start + size), promptLength, length));
    start += size;
  }
  const most = canvases.length * (length - promptLength);
  const r = roundedUp(Math.max(...ofPart.map(part => part.rows.length)), most / count);
  const k = roundedUp(Math.max(...ofPart.map(part => part.readings.length)), most / count);
  const laid = (field: keyof Reading) =>
    ofPart.flatMap(part => padTo(part.readings.map(reading => reading[field]), k)); // prettier-ignore
  const padding = canvases.some(canvas => canvas.pads > 0);
  return {
    canvases: canvases.length,
    length,
    ids: Int32Array.from(canvases.flatMap(canvas => Array.from(canvas.ids))),
    attentionMask: padding ? Int32Array.from(canvases.flatMap(c => realOf(c, length))) : null,
    parts: count,
    rows: Int32Array.from(ofPart.flatMap(part => padTo(part.rows, r))),
    readRows: Int32Array.from(laid("row")),
    readTokens: Int32Array.from(laid("token")),
    readWeights: Float32Array.from(laid("weight")),
    destinations: Int32Array.from(laid("destination")),
  };
}

/**
 * Every pass of every completion, but a prompt's all-masked
 * canvas once (unless prompt tokens are masked, too).
 */
function canvasesOf(config: DenoiserConfig, scored: ScoredCompletions, promptLength: number): Canvas[] {
  const canvases: Canvas[] = [];
  const allMasked = new Map<string, Canvas>();
  scored.completionIds.forEach((completion, b) => {
    const prompt = scored.promptIds[b];
    const pads = promptLength - prompt.length;
    const { passes, divisor } = scored.passes[b];
    for (const pass of passes) {
      const whole = pass.masked.every(m => m === 1);
      const seen = passInput(prompt, completion, pass, config.maskTokenId);
      const key = seen.subarray(0, prompt.length).join();
      let canvas = whole ? allMasked.get(key) : undefined;
      if (canvas === undefined) {
        const ids = new Int32Array(promptLength + completion.length).fill(config.padTokenId, 0, pads);
        ids.set(seen, pads);
        canvas = { ids, pads, readings: new Map() };
        canvases.push(canvas);
        if (whole) allMasked.set(key, canvas);
      }
      for (let c = 0; c < completion.length; c++) {
        if (pass.masked[c] === 0 || scored.completionMasks[b][c] === 0) continue;
        const list = canvas.readings.get(c) ?? [];
        canvas.readings.set(c, list);
        const destination = b * completion.length + c;
        list.push({ token: completion[c], weight: pass.weight / divisor, destination });
      }
    }
  });
  return canvases;
}

function readPart(
  config: DenoiserConfig,
  canvases: readonly Canvas[],
  promptLength: number,
  length: number,
): { rows: number[]; readings: Reading[] } {
  const rows: number[] = [];
  const readings: Reading[] = [];
  canvases.forEach((canvas, i) => {
    for (const [c, list] of canvas.readings) {
      for (const reading of list) readings.push({ ...reading, row: rows.length });
      rows.push(i * length + predictingPosition(config, promptLength + c));
    }
  });
  return { rows, readings };
}

function realOf(canvas: Canvas, length: number): number[] {
  return Array.from({ length }, (_, i) => (i < canvas.pads ? 0 : 1));
}

function roundedUp(n: number, most: number): number {
  const unit = Math.max(1, Math.ceil(most * roundingShare));
  return Math.max(1, Math.ceil(n / unit)) * unit;
}

/** What is added has index, token, factor and destination 0: it adds nothing. */
function padTo(values: readonly number[], size: number): number[] {
  return [...values, ...new Array<number>(size - values.length).fill(0)];
}
