/**
 * The logits of masked positions where a position sees its own block and those before it, as dllm's bd3lm
 * decodes: prompts fill whole blocks, padded on the left; a pass covers what there is up to the end of the
 * current block; in finished blocks what equals the padding token is padding, which nobody attends to and
 * which takes no position, generated or not. The public code keeps keys and values of finished blocks; here
 * they are computed anew, which gives the same numbers.
 */
import * as tf from "@tensorflow/tfjs-core";
import { UserError } from "../core/errors.js";
import { maskBias } from "../model/attention-mask.js";
import type { Denoiser } from "../model/denoiser.js";
import type { Canvas } from "./canvas.js";
import type { DecodeConfig, DecodingDenoiser } from "./types.js";
import { dllm, dllmSteps, type DllmStep } from "./dllm-policy.js";
import { givenTokens, applyGuidance } from "./guidance.js";
import type { StepPlace } from "./order.js";
import { logitRows } from "./logit-rows.js";
import {
  withoutTokens,
  type LogitReader,
  type MaskedLogits,
  type ReadFor,
  type Reading,
} from "./masked-logits.js";
import { policyValues } from "./named-policy.js";

export const blockCausalReading: Reading = {
  isAsked: ({ attention }) => attention === "block-causal",
  reader: (denoiser, canvas, config, of) => new BlockCausalReader(denoiser, canvas, config, of),
};

class BlockCausalReader implements LogitReader {
  private readonly logitsUnder: Denoiser["logitsUnder"];
  private readonly steps: readonly DllmStep[];
  private readonly block: number;
  private given: Uint8Array | null = null;
  /** positions computed for a sample in each read */
  private readonly computed: number[] = [];

  /** @throws UserError where there is more than one state of a sample, an order of its own, or no layers */
  constructor(
    private readonly denoiser: DecodingDenoiser,
    private readonly canvas: Canvas,
    private readonly config: DecodeConfig,
    { particles, order }: ReadFor,
  ) {
    if (denoiser.logitsUnder === undefined || particles > 1 || order !== undefined)
      throw new UserError(
        "decode: block-causal attention needs a model with layers, one state of a sample and no learned " +
          "order; leave attention out.",
      );
    this.logitsUnder = denoiser.logitsUnder;
    const values = blockValues(config);
    this.block = values.block;
    this.steps = dllmSteps(everywhere(config), config.completionLength, values);
  }

  read(masked: readonly (readonly number[])[], { step }: StepPlace): MaskedLogits {
    const { start, end } = this.steps[step];
    const { promptLength, batch, length } = this.canvas;
    this.given ??= givenTokens(this.canvas.ids, this.denoiser.maskTokenId, this.config.guidanceKeeps);
    const { guidance = 0 } = this.config;
    const width = promptLength + end;
    const rows = Array.from({ length: batch }, (_, b) =>
      this.canvas.ids.subarray(b * length, b * length + width),
    );
    const given = this.given;
    const hidden = rows.map((row, b) =>
      row.map((id, i) => (given[b * length + i] === 1 ? this.denoiser.maskTokenId : id)),
    );
    const pads = rows.map((row, b) => this.padding(row, b, promptLength + start));
    const positions = masked.map(list => list.filter(p => p >= start && p < end));
    const most = Math.max(1, ...positions.map(list => list.length));
    const logits = tf.tidy(() => {
      const at = rows.map((_, b) =>
        Array.from({ length: most }, (_, j) => promptLength + (positions[b][j] ?? start)),
      );
      const bias = maskBias(this.mayAttend(pads), [batch, width, width]);
      const positionIds = tf.tensor2d(pads.map(positionsOf), [batch, width], "int32");
      const [seen, withoutGiven] = [rows, hidden].map(list =>
        tf.tensor2d(
          list.map(row => Array.from(row)),
          [batch, width],
          "int32",
        ),
      );
      const answer = applyGuidance(seen, guidance > 0 ? withoutGiven : null, guidance, ids =>
        this.logitsUnder({ ids, bias, positionIds, positions: at }),
      );
      return withoutTokens(answer, this.config.suppressed);
    });
    this.computed.push(width * (guidance > 0 ? 2 : 1));
    return { logits: logitRows(logits), positions, firstRow: sample => sample * most };
  }

  tokenPositions(_sample: number, reads: number): number {
    return this.computed.slice(0, reads).reduce((a, b) => a + b, 0);
  }

  dispose(): void {
    // It holds nothing between reads.
  }

  /** 1 at padding: before the prompt, and what equals it in finished blocks. */
  private padding(row: Int32Array, sample: number, finished: number): readonly number[] {
    const pads = this.canvas.promptLength - this.canvas.promptLengths[sample];
    return Array.from(row, (id, i) =>
      i < pads || (i < finished && id === this.denoiser.padTokenId) ? 1 : 0,
    );
  }

  /** [B * width * width] */
  private mayAttend(pads: readonly (readonly number[])[]): Uint8Array {
    const width = pads[0].length;
    const open = new Uint8Array(pads.length * width * width);
    pads.forEach((row, b) => {
      for (let q = 0; q < width; q++) {
        const end = Math.min(width, (Math.floor(q / this.block) + 1) * this.block);
        for (let k = 0; k < end; k++) open[(b * width + q) * width + k] = 1 - row[k];
      }
    });
    return open;
  }
}

/** Positions count what is no padding, from 0. */
function positionsOf(pads: readonly number[]): number[] {
  let next = 0;
  return pads.map(pad => (pad === 1 ? 0 : next++));
}

function blockValues({ policy }: DecodeConfig) {
  const { name: _, ...given } = policy ?? { name: "dllm" };
  return policyValues("dllm", dllm.parameters, given);
}

const everywhere = ({ completionLength }: DecodeConfig) =>
  Array.from({ length: completionLength }, (_, p) => p);

/**
 * Whether a block has just been finished before this step, and
 * every sample has an end token by now: then no block follows.
 * @param completions [C] each
 */
export function endsBefore(
  step: number,
  config: DecodeConfig,
  completions: readonly Int32Array[],
  endTokenIds: readonly number[],
): boolean {
  if (config.attention !== "block-causal" || step === 0) return false;
  const steps = dllmSteps(everywhere(config), config.completionLength, blockValues(config));
  if (step >= steps.length) return true;
  const { start } = steps[step];
  if (start === steps[step - 1].start) return false;
  return completions.every(ids => ids.subarray(0, start).some(id => endTokenIds.includes(id)));
}

/** What the prompt's length must be a multiple of, padding included. */
export function promptMultiple(config: DecodeConfig): number {
  return config.attention === "block-causal" ? blockValues(config).block : 1;
}
