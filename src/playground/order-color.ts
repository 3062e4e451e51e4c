/** The colour of a step among all: one ramp, dark first, whose lightness only rises. */
import { mixColors, orderColors, readableOn } from "../lib/instrument.js";

export interface Shade {
  readonly background: string;
  readonly color: string;
}

export function shadeOf(step: number, steps: number): Shade {
  const background = mixColors(orderColors, steps > 1 ? step / (steps - 1) : 0);
  return { background, color: readableOn(background) };
}

/** The ramp as a CSS gradient. */
export const ramp = `linear-gradient(90deg, ${orderColors.join(", ")})`;
