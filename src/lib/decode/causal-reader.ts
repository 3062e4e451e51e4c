/** The logits of AR decoding: the prompts are read once, then a token a step goes through the model. */
import * as tf from "@tensorflow/tfjs-core";
import { tidyTree } from "../compile/trees.js";
import type { Denoiser } from "../model/denoiser.js";
import { canvasRow, type Canvas } from "./canvas.js";
import { logitRows, type LogitRows } from "./logit-rows.js";
import type { Seats } from "./seats.js";

export class CausalReader {
  /** keys and values of the samples that sat in `seatOf` */
  private kvCache: readonly tf.Tensor2D[] = [];
  private seatOf: Seats["seatOf"] = [];

  constructor(
    private readonly denoiser: Pick<Denoiser, "prefillLogits" | "nextTokenLogits">,
    private readonly canvas: Canvas,
  ) {}

  /**
   * Logits of the canvas's column `position`, a row a slot. At every call after the first the position is one
   * further, and who sits somewhere sat somewhere before.
   */
  next({ slots, seatOf }: Seats, position: number): LogitRows {
    const { canvas, denoiser } = this;
    const before = this.kvCache;
    const { logits, kvCache } = tidyTree(() => {
      const attentionMask =
        canvas.attentionMask === null ? null : tf.gather(canvas.attentionMask, [...slots]);
      const columns = (from: number, to: number) => {
        const ids = slots.flatMap(b => [...canvasRow(canvas, b).subarray(from, to)]);
        return tf.tensor2d(ids, [slots.length, to - from], "int32");
      };
      if (before.length === 0)
        return denoiser.prefillLogits(columns(0, canvas.length), attentionMask, position);
      return denoiser.nextTokenLogits({
        ...{ ids: columns(position - 1, position), position, attentionMask, length: canvas.length },
        ...{ kvCache: before, sequences: slots.map(b => this.seatOf[b] as number) },
      });
    });
    tf.dispose([...before]);
    this.kvCache = kvCache;
    this.seatOf = seatOf;
    return logitRows(logits);
  }

  dispose(): void {
    tf.dispose([...this.kvCache]);
  }
}
