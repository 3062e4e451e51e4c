/**
 * The logits of masked positions from a block-wise approximate cache (Fast-dLLM, arXiv 2505.22618 [P]; its
 * public code [C]). The first pass over a block is whole and keeps the keys and values of every layer.
 * Further passes query, under "prefix", everything from the block's start on and attend to what was kept
 * before it; under "dual", the block alone and attend to what was kept around it. Positions that are queried
 * are always fresh; the next block's first pass renews everything.
 *
 * Departures: under the shift the block's first token is predicted by the state before it, which is not
 * queried. The public Dream code commits that token at once, whatever its confidence; here its logits of the
 * whole pass stay in use [R]. The public loop makes a partial pass even where the block is full; here it does
 * not [R].
 */
import * as tf from "@tensorflow/tfjs-core";
import { UserError } from "../../core/errors.js";
import type { CachedPasses } from "../../model/cached-passes.js";
import type { Canvas } from "../../decode/canvas.js";
import type { DecodeConfig, DecodingDenoiser, KvCache } from "../../decode/types.js";
import { logitRows, type LogitRows } from "../../decode/logit-rows.js";
import type { LogitReader, MaskedLogits, Reading } from "../../decode/masked-logits.js";
import { roundedUp } from "../../decode/seats.js";

/** @throws UserError where there is nothing to cache, or more than a cache can follow */
export const cacheReading: Reading = {
  isAsked: ({ kvCache }) => kvCache !== undefined,
  reader(denoiser, canvas, config, { particles, order }) {
    const kvCache = config.kvCache as KvCache;
    if (order !== undefined)
      throw new UserError(
        "decode: a learned order reads the states of the whole completion, which passes with a " +
          `${kvCache} cache do not compute; leave one of them out.`,
      );
    if (particles > 1)
      throw new UserError(
        `decode: a ${kvCache} cache follows one state of a sample and the policy tries ${particles}; ` +
          "leave one of them out.",
      );
    return new CachedReader(denoiser, canvas, kvCache, config);
  },
};

/** A row of logits, wherever it was computed. */
interface Place {
  readonly from: Pick<LogitRows, "row" | "likely">;
  readonly row: number;
}

/** One pass: its logits, and where those of a sample's completion position are. */
interface Pass {
  readonly logits: LogitRows;
  readonly places: ReadonlyMap<number, (position: number) => Place>;
}

export class CachedReader implements LogitReader {
  private readonly passes: Pick<CachedPasses, "storingLogits" | "cachedLogits">;
  private readonly shift: boolean;
  private readonly blockLength: number;
  /** keys and values [samples * length, K * width], of the last whole pass over each sample */
  private keysAndValues: tf.Tensor2D[] = [];
  /** the block that this pass was for, by sample; -1 before the first */
  private readonly blocks: number[];
  /** logits [V] of the block's first position in that pass, where a state before the block predicts it */
  private readonly firstRows = new Map<number, Float32Array>();
  private readonly computed: number[];

  /** @throws UserError for a denoiser without layers whose keys could be kept */
  constructor(
    denoiser: DecodingDenoiser,
    private readonly canvas: Canvas,
    private readonly kvCache: KvCache,
    private readonly config: Pick<DecodeConfig, "completionLength" | "blockLength">,
  ) {
    const { config: model, storingLogits, cachedLogits } = denoiser;
    if (model === undefined || storingLogits === undefined || cachedLogits === undefined)
      throw new UserError(
        `decode: a ${kvCache} cache keeps keys and values, which this denoiser does not have; leave ` +
          "kvCache out.",
      );
    this.passes = { storingLogits, cachedLogits };
    this.shift = model.shift;
    this.blockLength = config.blockLength ?? config.completionLength;
    this.blocks = new Array<number>(canvas.batch).fill(-1);
    this.computed = new Array<number>(canvas.batch).fill(0);
  }

  read(masked: readonly (readonly number[])[]): MaskedLogits {
    const requested = masked.flatMap((list, b) => (list.length > 0 ? [b] : []));
    const blockOf = (b: number) => Math.floor(masked[b][0] / this.blockLength);
    const entering = requested.filter(b => blockOf(b) !== this.blocks[b]);
    for (const b of entering) this.blocks[b] = blockOf(b);
    const positions = masked.map((list, b) => list.filter(p => p < this.spanOf(b).end));
    const groups = groupBy(
      requested.filter(b => !entering.includes(b)),
      b => this.spanOf(b).length,
    );
    return gatherLogits(positions, [
      ...(entering.length > 0 ? [this.wholePass(entering, positions)] : []),
      ...groups.map(group => this.partialPass(group)),
    ]);
  }

  tokenPositions(sample: number): number {
    return this.computed[sample];
  }

  dispose(): void {
    tf.dispose(this.keysAndValues);
    this.keysAndValues = [];
  }

  /** Completion positions that a partial pass over a sample queries. */
  private spanOf(b: number): { readonly start: number; readonly end: number; readonly length: number } {
    const start = this.blocks[b] * this.blockLength;
    const end = this.kvCache === "dual" ? start + this.blockLength : this.config.completionLength;
    return { start, end, length: end - start };
  }

  /**
   * Keeps keys and values; at first those of all samples, asked
   * about or not, so that the cache has a place for each.
   */
  private wholePass(samples: readonly number[], positions: readonly (readonly number[])[]): Pass {
    const { completionLength: c } = this.config;
    const { batch, promptLength, promptLengths, length } = this.canvas;
    const all = Array.from({ length: batch }, (_, b) => b);
    const slots = this.keysAndValues.length === 0 ? all : this.slotsOf(samples);
    const most = Math.max(...samples.map(b => positions[b].length));
    const read = roundedUp(most, c, [4, 2, 1]);
    const at = slots.map(b => Array.from({ length: read }, (_, j) => promptLength + (positions[b][j] ?? 0)));
    const [logits, ...keysAndValues] = tf.tidy(() =>
      this.passes.storingLogits(
        this.idsOf(
          slots,
          slots.map(() => 0),
          length,
        ),
        this.realOf(slots),
        at,
      ),
    );
    const width = logits.shape[2] as number;
    this.keep(slots, keysAndValues as tf.Tensor2D[]);
    const rows = logitRows(logits);
    const places = new Map(
      samples.map(b => {
        const first = slots.indexOf(b) * read;
        return [b, (p: number): Place => ({ from: rows, row: first + positions[b].indexOf(p) })];
      }),
    );
    for (const b of samples) {
      this.computed[b] += promptLengths[b] + c;
      this.firstRows.delete(b);
      const start = this.blocks[b] * this.blockLength;
      if (!this.shift || promptLength + start === 0 || positions[b][0] !== start) continue;
      const { values, index } = rows.row(slots.indexOf(b) * read);
      this.firstRows.set(b, values.slice(index * width, (index + 1) * width));
    }
    return { logits: rows, places };
  }

  /** A pass over spans of one length. */
  private partialPass(samples: readonly number[]): Pass {
    const { promptLength, length } = this.canvas;
    const slots = this.slotsOf(samples);
    const span = this.spanOf(samples[0]).length;
    const starts = slots.map(b => promptLength + this.spanOf(b).start);
    const logits = tf.tidy(() =>
      this.passes.cachedLogits({
        ids: this.idsOf(slots, starts, span),
        positions: starts.map(start => Array.from({ length: span }, (_, j) => start + j)),
        attentionMask: this.realOf(slots),
        length,
        kvCache: this.keysAndValues,
        sequences: slots,
      }),
    );
    const rows = logitRows(logits);
    const places = new Map(
      samples.map(b => {
        const [first, { start }] = [slots.indexOf(b) * span, this.spanOf(b)];
        const kept = this.firstRows.get(b);
        const place = (p: number): Place =>
          p === start && kept !== undefined
            ? { from: { row: () => ({ values: kept, index: 0 }), likely: () => null }, row: 0 }
            : { from: rows, row: first + p - start };
        return [b, place];
      }),
    );
    for (const b of samples) this.computed[b] += span;
    return { logits: rows, places };
  }

  /** Put the keys and values of some samples in the place of their old ones. Takes ownership. */
  private keep(slots: readonly number[], fresh: tf.Tensor2D[]): void {
    if (this.keysAndValues.length === 0) {
      this.keysAndValues = fresh;
      return;
    }
    const { length, batch } = this.canvas;
    const source = Int32Array.from({ length: batch * length }, (_, i) => i);
    slots.forEach((b, slot) => {
      for (let t = 0; t < length; t++) source[b * length + t] = (batch + slot) * length + t;
    });
    const old = this.keysAndValues;
    this.keysAndValues = tf.tidy(() => {
      const rows = tf.tensor1d(source, "int32");
      return old.map((tensor, i) => tf.gather(tf.concat([tensor, fresh[i]], 0), rows));
    });
    tf.dispose([old, fresh]);
  }

  /**
   * Graphs have fixed shapes: as many slots as a share of the
   * batch, the last ones taken by the first sample again.
   */
  private slotsOf(samples: readonly number[]): number[] {
    const count = roundedUp(samples.length, this.canvas.batch, [8, 4, 2, 1]);
    return Array.from({ length: count }, (_, i) => samples[i] ?? samples[0]);
  }

  /** [slots, count] tokens from each slot's own position on */
  private idsOf(slots: readonly number[], from: readonly number[], count: number): tf.Tensor2D {
    const { ids, length } = this.canvas;
    const values = new Int32Array(slots.length * count);
    slots.forEach((b, i) => {
      const start = b * length + from[i];
      values.set(ids.subarray(start, start + count), i * count);
    });
    return tf.tensor2d(values, [slots.length, count], "int32");
  }

  private realOf(slots: readonly number[]): tf.Tensor2D | null {
    return this.canvas.attentionMask === null ? null : tf.gather(this.canvas.attentionMask, [...slots]);
  }
}

/** The rows of several passes as one list, sample after sample. */
function gatherLogits(positions: readonly (readonly number[])[], passes: readonly Pass[]): MaskedLogits {
  const firsts: number[] = [];
  const places: Place[] = [];
  positions.forEach((list, b) => {
    firsts.push(places.length);
    const placeOf = passes.map(pass => pass.places.get(b)).find(found => found !== undefined);
    if (placeOf !== undefined) places.push(...list.map(placeOf));
  });
  return {
    positions,
    firstRow: sample => firsts[sample],
    logits: {
      row: i => places[i].from.row(places[i].row),
      likely: (i, requested) => places[i].from.likely(places[i].row, requested),
      dispose: () => passes.forEach(pass => pass.logits.dispose()),
    },
  };
}

function groupBy(items: readonly number[], key: (item: number) => number): number[][] {
  const groups = new Map<number, number[]>();
  for (const item of items) groups.set(key(item), [...(groups.get(key(item)) ?? []), item]);
  return [...groups.values()];
}
