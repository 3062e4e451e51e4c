/** Pictures of one decoding, or of a few side by side. */
import { globalArness, localArness, orderUpTo } from "../analysis/ar-ness.js";
import { rankOf } from "../analysis/order.js";
import { UserError } from "../core/errors.js";
import { confidenceMapFigure } from "../figures/confidence-map.js";
import { orderHtml } from "../figures/decode-order.js";
import type { FigureSpec } from "../figures/spec.js";
import { escapeHtml } from "../figures/text.js";
import type { Decoded } from "./decode-text.js";

/** A fragment for a cell, and the same in words. */
export interface Html {
  readonly html: string;
  readonly text: string;
}

type Several = Decoded | readonly Decoded[] | Readonly<Record<string, Decoded>>;

/** Completions coloured by the order in which their tokens were unmasked, each with its AR-ness and ties. */
export function orderPicture(decoded: Several): Html {
  const parts = withLabels(decoded).map(([label, d]) => {
    const html = orderHtml(d.tokens, ranks(d));
    const words = [label, orderInWords(d)].filter(part => part !== "").join(": ");
    return { html: `<p>${escapeHtml(words)}</p>${html}`, text: `${words}\n${d.text}` };
  });
  return { html: parts.map(part => part.html).join(""), text: parts.map(part => part.text).join("\n\n") };
}

/** How sure the model was of every masked position before every step; a ring where it was committed. */
export function confidencePicture(decoded: Several): FigureSpec {
  const maps = withLabels(decoded).map(([label, { trace, steps, stepOf, completionIds }]) => {
    if (trace === undefined)
      throw new UserError("plot.confidence: the decoding kept no trace; decode with { trace: true }.");
    const c = completionIds.length;
    const values = Array.from({ length: steps }, (_, step) =>
      trace.entropy.slice(step * c, (step + 1) * c).map(entropy => -entropy),
    );
    return { label, values, stepOf };
  });
  const source = { source: ["this cell"], spread: "one sample", unit: "samples" };
  const title = "How sure the model was, step by step";
  return confidenceMapFigure(maps, source, { name: "confidence", title, seeds: 1 });
}

/** AR-ness of the tokens before the end, and how many steps a tie decided. */
export function orderInWords({ order, length, tieSteps, choiceSteps, calls }: Decoded): string {
  const toEnd = orderUpTo(order, length);
  const arness =
    length === 0
      ? "no token before the end"
      : `AR-ness@1 local ${localArness(toEnd, 1).toFixed(2)}, global ${globalArness(toEnd, 1).toFixed(2)}`;
  return `${arness}; ${tieSteps} of ${choiceSteps} choices decided by a tie; ${calls} denoiser calls`;
}

function ranks({ order, tokens }: Decoded): number[] {
  if (order.length === tokens.length) return Array.from(rankOf(order));
  // given, or still masked: shown as the last
  const left = tokens.map((_, p) => p).filter(p => !order.includes(p));
  return Array.from(rankOf(Int32Array.from([...order, ...left])));
}

function withLabels(decoded: Several): readonly (readonly [string, Decoded])[] {
  if ("order" in decoded && "tokens" in decoded) return [["", decoded as Decoded]];
  return Object.entries(decoded as Readonly<Record<string, Decoded>>);
}
