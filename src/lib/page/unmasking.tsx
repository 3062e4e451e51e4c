/**
 * Recorded decodings that play in the page: masks fill in the order in which the model filled them. Styles
 * alone move them, so that they play without scripts, stand still where motion is unwelcome, and print whole.
 */
import type { JSX } from "preact";
import type { FigureSpec } from "../figures/spec.js";
import { mixColors, orderColors, readableOn } from "../figures/theme.js";

/** One token of a recorded decoding. */
interface Placed {
  readonly text: string;
  readonly line: number;
  readonly from: number;
  /** from 1 */
  readonly rank: number;
}

export interface Recording {
  readonly label: string;
  readonly tokens: readonly Placed[];
}

/** Seconds between one token and the next. */
const between = 0.2;
/**
 * A round, in times of filling once: tokens show for 60% of it, so the whole text stands for 0.56 times, and
 * all are masked again before the first one returns. The style's keyframes know the 60%.
 */
const round = 2.6;

/** The recordings of a figure of decoding orders (`figures/decode-order.ts`), panel by panel. */
export function recordingsOf(spec: FigureSpec): Recording[] {
  return spec.data.flatMap(trace => {
    const { text, base, y, customdata, meta } = trace as unknown as {
      readonly text?: readonly string[];
      readonly base?: readonly number[];
      readonly y: readonly number[];
      readonly customdata?: readonly number[];
      readonly meta?: string;
    };
    if (text === undefined || base === undefined || customdata === undefined) return [];
    const tokens = text.map((shown, i) => ({
      text: shown.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&"),
      line: y[i],
      from: base[i],
      rank: customdata[i],
    }));
    return [{ label: meta ?? "", tokens }];
  });
}

/** Program text only: what stands behind the end is cut. Standing still it shows the rank of every token. */
export function Unmasking({
  recording,
  still = false,
}: {
  readonly recording: Recording;
  readonly still?: boolean;
}): JSX.Element {
  const { label, tokens } = recording;
  const end = tokens.findIndex(({ text }) => text.startsWith("<|"));
  const shown = end < 0 ? tokens : tokens.slice(0, end);
  // a token over two lines is placed twice, and unmasked once
  const ranks = [...new Set(shown.map(({ rank }) => rank))].sort((a, b) => a - b);
  const n = ranks.length;
  const cycle = n * between * round;
  const lines = [...new Set(shown.map(({ line }) => line))];
  return (
    <div class="unmasking">
      <p class="order-name">{label}</p>
      <pre style={`--cycle:${cycle.toFixed(2)}s`}>
        {lines.map(line => {
          const own = shown.filter(token => token.line === line);
          return (
            <>
              {" ".repeat(own[0].from)}
              {own.map(token => {
                const place = ranks.indexOf(token.rank);
                const color = mixColors(orderColors, n > 1 ? place / (n - 1) : 0);
                const delay = place * between - cycle;
                return (
                  <span
                    style={`--b:${color};--f:${readableOn(color)};animation-delay:${delay.toFixed(2)}s`}
                    title={`${place + 1} of ${n}`}
                  >
                    {token.text}
                    {still && <sub>{place + 1}</sub>}
                  </span>
                );
              })}
              {"\n"}
            </>
          );
        })}
      </pre>
    </div>
  );
}
