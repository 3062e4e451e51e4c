/**
 * The logits of the positions that are still masked, and of no others. Equal canvases are asked about once:
 * at the first step those of all samples of one prompt, and in cold decodings many more. The numbers of
 * canvases (`seats.ts`) and of positions are rounded up to one of a few sizes.
 */
import * as tf from "@tensorflow/tfjs-core";
import type { Denoiser } from "../model/denoiser.js";
import { canvasRow, type Canvas } from "./canvas.js";
import { givenTokens, guidedLogits, type Seen } from "./guidance.js";
import { checkOrder, type LearnedOrder, type StepPlace } from "./order.js";
import { logitRows, takesOneGraph, type LogitRows } from "./logit-rows.js";
import { roundedUp, seated } from "./seats.js";
import type { DecodeConfig, DecodingDenoiser, RememberedLogits } from "./types.js";

export interface MaskedLogits {
  /** the caller disposes them */
  readonly logits: LogitRows;
  /**
   * completion positions that a sample has rows for, ascending:
   * those still masked, as far as the pass computed them
   */
  readonly positions: readonly (readonly number[])[];
  /** row of a sample's first such position; those of the others follow */
  readonly firstRow: (sample: number) => number;
  /** what an order of one's own says of a sample's positions [C]; absent without one */
  readonly learned?: (sample: number) => Float32Array;
}

/** Reads step after step. */
export interface LogitReader {
  /**
   * @param masked completion positions still masked, a list a sample; one of them is not empty
   * @param place of the step
   */
  read(masked: readonly (readonly number[])[], place: StepPlace): MaskedLogits;
  /** Positions computed for a sample in so many reads of it, without padding. */
  tokenPositions(sample: number, reads: number): number;
  dispose(): void;
}

/** What is decoded: states of a sample, and an order of its own. */
export interface ReadFor {
  readonly particles: number;
  readonly order: LearnedOrder | undefined;
}

/** A way of reading that a configuration can ask for, in place of passes over whole canvases. */
export interface Reading {
  readonly isAsked: (config: DecodeConfig) => boolean;
  /** @throws UserError for what does not go with it */
  reader(denoiser: DecodingDenoiser, canvas: Canvas, config: DecodeConfig, of: ReadFor): LogitReader;
}

/** Every read is a pass over whole canvases. */
export class MaskedReader implements LogitReader {
  private readonly oneGraph: boolean;
  private readonly remembered: RememberedLogits | undefined;
  /**
   * [B * T] 1 where the second pass of guidance sees a mask in place of a token; known from the first read on
   */
  private given: Uint8Array | null = null;
  private readonly guidance: number;

  constructor(
    private readonly denoiser: DecodingDenoiser,
    private readonly canvas: Canvas,
    private readonly completionLength: number,
    private readonly config: Pick<DecodeConfig, "guidance" | "guidanceKeeps" | "suppressed">,
    private readonly order: LearnedOrder | null = null,
  ) {
    const { guidance = 0 } = config;
    this.guidance = guidance;
    if (order !== null) checkOrder(denoiser, guidance);
    this.remembered = denoiser.remember?.();
    this.oneGraph = takesOneGraph(denoiser.vocabSize, completionLength);
  }

  read(masked: readonly (readonly number[])[], place: StepPlace): MaskedLogits {
    const { promptLength, length } = this.canvas;
    if (this.guidance > 0)
      this.given ??= givenTokens(this.canvas.ids, this.denoiser.maskTokenId, this.config.guidanceKeeps);
    const { requested, seatOf, slots } = seated(masked.map((list, b) => this.keyOf(b, list)));
    const count = slots.length;
    const most = Math.max(...requested.map(b => masked[b].length));
    const rows = this.oneGraph ? this.completionLength : roundedUp(most, this.completionLength, [4, 2, 1]);
    const positions = slots.map(b =>
      Array.from({ length: rows }, (_, j) => promptLength + (masked[b][j] ?? 0)),
    );
    const ids = new Int32Array(count * length);
    slots.forEach((b, i) => ids.set(canvasRow(this.canvas, b), i * length));
    const hidden = this.given === null ? null : ids.slice();
    slots.forEach((b, i) => this.hide(b, hidden?.subarray(i * length, (i + 1) * length)));
    const scores = new Float32Array(this.order === null ? 0 : count * this.completionLength);
    const logits = tf.tidy(() => {
      const [seenIds, withoutGiven] = [ids, hidden].map(row =>
        row === null ? null : tf.tensor2d(row, [count, length], "int32"),
      );
      const seen = {
        ids: seenIds as tf.Tensor2D,
        withoutGiven,
        attentionMask: this.attentionMask(slots),
        promptLength,
      };
      if (this.remembered !== undefined)
        return this.remembered(seen.ids, seen.attentionMask, positions, slots);
      if (this.order === null)
        return withoutTokens(
          guidedLogits(this.denoiser, seen, positions, this.guidance),
          this.config.suppressed,
        );
      const states = this.states(seen);
      scores.set(this.order.scores(states, slots.map(b => masked[b]), place)); // prettier-ignore
      return withoutTokens(this.logitsOf(states, positions), this.config.suppressed);
    });
    const seat = (sample: number) => seatOf[sample] as number;
    const c = this.completionLength;
    return {
      logits: logitRows(logits),
      positions: masked,
      firstRow: sample => seat(sample) * rows,
      ...(this.order !== null && {
        learned: (sample: number) => scores.subarray(seat(sample) * c, (seat(sample) + 1) * c),
      }),
    };
  }

  tokenPositions(sample: number, reads: number): number {
    const passes = this.guidance > 0 ? 2 : 1;
    return passes * reads * (this.canvas.promptLengths[sample] + this.completionLength);
  }

  dispose(): void {
    // It holds nothing between reads.
  }

  /** Last hidden states of the completions [N, C, D]: one pass gives an order's scores and the logits. */
  private states({ ids, attentionMask, promptLength }: Seen): tf.Tensor3D {
    const completion = Array.from({ length: this.completionLength }, (_, i) => promptLength + i);
    return (this.denoiser as Denoiser).hiddenAt(ids, attentionMask, [completion]);
  }

  private logitsOf(hidden: tf.Tensor3D, positions: readonly (readonly number[])[]): tf.Tensor2D {
    const [n, c, d] = hidden.shape;
    const rows = positions.flatMap((list, i) => list.map(p => i * c + p - this.canvas.promptLength));
    const states = tf.gather<tf.Tensor2D>(tf.reshape(hidden, [n * c, d]), rows);
    return (this.denoiser as Denoiser).logitsOf(states);
  }

  /** Of a sample's canvas; null without masks. */
  private keyOf(sample: number, masked: readonly number[]): string | null {
    if (masked.length === 0) return null;
    // A graph for each number of canvases would be more than
    // such a model may keep; and samples with memories differ.
    if (this.oneGraph || this.remembered !== undefined) return String(sample);
    return `${this.canvas.promptLengths[sample]}:${canvasRow(this.canvas, sample).join()}:${this.givenOf(sample)}`;
  }

  /** Puts masks over what was given of a sample. */
  private hide(sample: number, row: Int32Array | undefined): void {
    const { length } = this.canvas;
    row?.forEach((_, i) => {
      if (this.given?.[sample * length + i] === 1) row[i] = this.denoiser.maskTokenId;
    });
  }

  private givenOf(sample: number): string {
    const { length } = this.canvas;
    return this.given?.subarray(sample * length, (sample + 1) * length).join("") ?? "";
  }

  private attentionMask(slots: readonly number[]): tf.Tensor2D | null {
    return this.canvas.attentionMask === null ? null : tf.gather(this.canvas.attentionMask, [...slots]);
  }
}

/** Logits [..., V] in which some tokens have no probability. */
export function withoutTokens<T extends tf.Tensor>(logits: T, suppressed: readonly number[] = []): T {
  if (suppressed.length === 0) return logits;
  const bias = new Float32Array(logits.shape.at(-1) as number);
  for (const id of suppressed) bias[id] = -Infinity;
  return tf.add(logits, tf.tensor1d(bias));
}
