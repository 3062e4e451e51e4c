/**
 * The logits of the positions that are still masked, and of no others. Graphs have fixed shapes, so the number of
 * positions read of each sample is rounded up to one of three sizes, and samples that are done leave the batch when half
 * of it is: a few graphs serve a whole decoding. What is added is read and ignored.
 */
import * as tf from "@tensorflow/tfjs-core";
import type { Denoiser } from "../model/denoiser.js";
import { logitRows, readAtOnceBytes, type Canvas, type LogitRows } from "./canvas.js";
import { guidedLogits } from "./guidance.js";

/** What decoding asks of a model. */
export type DecodingDenoiser = Pick<Denoiser, "vocabSize" | "maskTokenId" | "padTokenId" | "logitsAt">;

export interface MaskedLogits {
  /** the caller disposes them */
  readonly logits: LogitRows;
  /** row of a sample's first masked position; those of the others follow */
  readonly firstRow: (sample: number) => number;
}

/** Reads step after step; remembers who is left in the batch. */
export class MaskedReader {
  /** samples in the batch, ascending */
  private seats: readonly number[];
  private readonly oneGraph: boolean;

  constructor(
    private readonly denoiser: DecodingDenoiser,
    private readonly canvas: Canvas,
    private readonly completionLength: number,
    private readonly guidance: number,
  ) {
    // Graphs of a model with so many tokens take tens of megabytes each, and its logits are read a few rows at a time anyway.
    this.oneGraph = 4 * denoiser.vocabSize * completionLength > readAtOnceBytes;
    this.seats = Array.from({ length: canvas.batch }, (_, b) => b);
  }

  /** @param masked completion positions still masked, a list a sample; one of them is not empty */
  read(masked: readonly (readonly number[])[]): MaskedLogits {
    const { promptLength, length } = this.canvas;
    const left = this.seats.filter(b => masked[b].length > 0);
    if (2 * left.length <= this.seats.length) this.seats = left;
    const { seats } = this;
    const most = Math.max(...seats.map(b => masked[b].length));
    const rows = this.oneGraph ? this.completionLength : roundedUp(most, this.completionLength);
    const positions = seats.map(b =>
      Array.from({ length: rows }, (_, j) => promptLength + (masked[b][j] ?? 0)),
    );
    const ids = new Int32Array(seats.length * length);
    seats.forEach((b, i) => ids.set(this.canvas.ids.subarray(b * length, (b + 1) * length), i * length));
    const logits = tf.tidy(() => {
      const seen = tf.tensor2d(ids, [seats.length, length], "int32");
      return guidedLogits(
        this.denoiser,
        { ids: seen, real: this.real(), promptLength },
        positions,
        this.guidance,
      );
    });
    return { logits: logitRows(logits), firstRow: sample => seats.indexOf(sample) * rows };
  }

  private real(): tf.Tensor2D | null {
    const { real, batch } = this.canvas;
    return real === null || this.seats.length === batch ? real : tf.gather(real, [...this.seats]);
  }
}

/** All positions, half or a quarter of them: the smallest that is enough. */
function roundedUp(count: number, completionLength: number): number {
  const sizes = [4, 2, 1].map(share => Math.ceil(completionLength / share));
  return sizes.find(size => size >= count) as number;
}
