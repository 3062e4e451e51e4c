/** One prompt looked at from all sides at once, for a notebook cell in which a value is changed and run again. */
import { globalArness, localArness, orderUpTo } from "../analysis/ar-ness.js";
import { rankOf } from "../analysis/order.js";
import type { Trajectory } from "../core/records.js";
import { UserError } from "../core/errors.js";
import { Rng } from "../core/rng.js";
import { decodeConfig } from "../decode/config.js";
import type { DecodeConfig } from "../decode/types.js";
import { decode, type DecodeOptions } from "../decode/decode.js";
import { confidenceMapFigure } from "../figures/confidence-map.js";
import { orderHtml } from "../figures/decode-order.js";
import type { FigureSpec } from "../figures/spec.js";
import { useBackend } from "../runtime/backend.js";
import { lengthToEnd, textPieces } from "../checkpoints/decoded-text.js";
import { loadModel, type LoadedModel } from "../checkpoints/load-model.js";
import { knownCheckpoint } from "../recipes/known-checkpoint.js";

/** Everything that a look depends on; the decoder's options are those of `DecodeConfig`. */
export interface Look {
  /** recipe of a shipped checkpoint, or the path of a checkpoint folder */
  readonly checkpoint: string;
  readonly prompt: string;
  /** tokens to decode */
  readonly length: number;
  /** of a shipped checkpoint, and of the sampling */
  readonly seed?: number;
  readonly decode?: Partial<DecodeConfig>;
  /** one of your own in place of the configuration's */
  readonly policy?: DecodeOptions["policy"];
}

export interface Seen {
  /** the completion, coloured by the order of unmasking */
  readonly html: string;
  /** untempered negative entropy of every masked position before every step */
  readonly map: FigureSpec;
  /** AR-ness, ties and length, in words */
  readonly words: string;
  readonly trajectory: Trajectory;
}

let loaded: { readonly folder: string; readonly model: LoadedModel } | undefined;

/** Decodes; the model of the last look stays loaded. */
export async function explore({
  checkpoint,
  prompt,
  length,
  seed = 1,
  decode: options = {},
  policy,
}: Look): Promise<Seen> {
  await useBackend();
  const model = modelOf(knownCheckpoint("explore", checkpoint, seed));
  if (model.autoregressive)
    throw new UserError(
      `explore: ${checkpoint} is an AR parent, whose order is left to right; name a diffusion model.`,
    );
  const config = decodeConfig(length, options);
  const ids = model.tokenizer.encode(prompt);
  const [trajectory] = await decode(model.denoiser, [ids], config, [Rng.fromSeed(seed)], {
    trace: true,
    policy,
  });
  const tokens = textPieces(Array.from(trajectory.completionIds), model.tokenizer);
  return {
    html: orderHtml(tokens, Array.from(rankOf(trajectory.order))),
    map: mapOf(trajectory, `T ${config.temperature}, ${config.remasking}, ${config.tieRule} ties`),
    words: inWords(trajectory, lengthToEnd(trajectory.completionIds, model.endTokenIds)),
    trajectory,
  };
}

/** Frees the model that is kept loaded. */
export function endExploring(): void {
  loaded?.model.denoiser.dispose();
  loaded = undefined;
}

function modelOf(folder: string): LoadedModel {
  if (loaded?.folder !== folder) {
    endExploring();
    loaded = { folder, model: loadModel(folder) };
  }
  return loaded.model;
}

function mapOf(t: Trajectory, label: string): FigureSpec {
  const c = t.completionIds.length;
  const entropy = t.trace?.entropy ?? new Float32Array();
  const values = Array.from({ length: t.steps }, (_, step) =>
    entropy.slice(step * c, (step + 1) * c).map(e => -e),
  );
  return confidenceMapFigure(
    [{ label, values, stepOf: t.stepOf }],
    { source: ["this cell"], spread: "one sample", unit: "samples" },
    { name: "explore", title: "How sure the model was, step by step", seeds: 1 },
  );
}

function inWords(t: Trajectory, length: number): string {
  const scores = (order: ArrayLike<number>) =>
    [1, 2, 4]
      .map(k => `@${k} ${localArness(order, k).toFixed(2)} / ${globalArness(order, k).toFixed(2)}`)
      .join(", ");
  return [
    `local / global AR-ness of the whole window: ${scores(t.order)}`,
    `up to the end token (${length} tokens): ${length === 0 ? "none" : scores(orderUpTo(t.order, length))}`,
    `denoiser calls: ${t.calls}`,
    `steps decided by a tie: ${t.tieSteps} of ${t.choiceSteps}`,
  ].join("\n");
}
