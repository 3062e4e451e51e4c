/** A figure's first panel in the size of a stamp: its curves, or its dots, without axes. */
import type { JSX } from "preact";
import type { FigureSpec, PlotlyTrace } from "../figures/spec.js";

const [width, height, edge] = [132, 76, 7];

interface Points {
  readonly x: readonly number[];
  readonly y: readonly number[];
  readonly color: string;
  readonly joined: boolean;
}

export function Sparkline({
  spec,
  panel = 0,
}: {
  readonly spec: FigureSpec;
  readonly panel?: number;
}): JSX.Element | null {
  const axis = panel === 0 ? "x" : `x${panel + 1}`;
  const drawn = spec.data
    .filter(trace => trace.xaxis === axis && trace.hoverinfo !== "skip")
    .flatMap(pointsOf);
  const [xs, ys] = [drawn.flatMap(({ x }) => x), drawn.flatMap(({ y }) => y)];
  if (xs.length === 0) return null;
  const layout = spec.layout[axis === "x" ? "xaxis" : `xaxis${panel + 1}`] as { readonly type?: string };
  const scale = layout.type === "log" ? Math.log : (x: number) => x;
  const place = (values: readonly number[], size: number, flip: boolean) => {
    const [low, high] = [Math.min(...values), Math.max(...values)];
    return (value: number) => {
      const share = (value - low) / (high - low || 1);
      return Math.round(10 * (edge + (flip ? 1 - share : share) * (size - 2 * edge))) / 10;
    };
  };
  const [toX, toY] = [place(xs.map(scale), width, false), place(ys, height, true)];
  return (
    <svg class="spark" viewBox={`0 0 ${width} ${height}`} aria-hidden="true">
      {drawn.map(({ x, y, color, joined }) =>
        joined ? (
          <polyline
            points={x.map((value, i) => `${toX(scale(value))},${toY(y[i])}`).join(" ")}
            stroke={color}
          />
        ) : (
          x.map((value, i) => <circle cx={toX(scale(value))} cy={toY(y[i])} r="2.4" fill={color} />)
        ),
      )}
    </svg>
  );
}

function pointsOf(trace: PlotlyTrace): Points[] {
  const { x, y, mode, line, marker } = trace as unknown as {
    readonly x?: readonly unknown[];
    readonly y?: readonly unknown[];
    readonly mode?: string;
    readonly line?: { readonly color?: string };
    readonly marker?: { readonly color?: unknown };
  };
  if (x === undefined || y === undefined || mode === undefined) return [];
  const own = line?.color ?? marker?.color;
  const both = x.flatMap((value, i) =>
    typeof value === "number" && typeof y[i] === "number" ? [[value, y[i]] as const] : [],
  );
  const color = typeof own === "string" ? own : "#555555";
  return [{ x: both.map(([a]) => a), y: both.map(([, b]) => b), color, joined: mode.includes("lines") }];
}
