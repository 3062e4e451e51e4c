/**
 * A claim's number on a small axis of its own: the bound as a line, what is too small to matter as a band.
 */
import type { JSX } from "preact";
import type { JudgedClaim } from "../claims/claim.js";
import { claims as rows } from "../claims/chapters/index.js";
import { mattersFrom } from "../claims/criterion.js";
import { intervalInWords } from "./words.js";

/** In units of the drawing, which scales with the page. */
const [width, height, edge] = [180, 30, 8];

/** Where the criterion draws its lines; empty for a claim that has no row. */
function linesOf(id: string): { readonly bounds: readonly number[]; readonly matters: number | null } {
  const condition = rows.find(row => row.id === id)?.conditions[0];
  if (condition === undefined) return { bounds: [], matters: null };
  const matters = mattersFrom(condition);
  if ("above" in condition) return { bounds: [condition.above], matters };
  if ("below" in condition) return { bounds: [condition.below], matters };
  if ("within" in condition) return { bounds: condition.within, matters };
  if ("outside" in condition) return { bounds: condition.outside, matters };
  return { bounds: Object.values(condition.always), matters };
}

/** The published dot, and where there is one a run of one's own below it. */
export function IntervalAxis({
  claim,
  own,
}: {
  readonly claim: JudgedClaim;
  readonly own?: JudgedClaim;
}): JSX.Element {
  const { bounds, matters } = linesOf(claim.id);
  const shown = own === undefined ? [claim] : [claim, own];
  const values = shown.flatMap(({ measured, lower, upper }) => [measured, lower, upper]);
  const band = matters === null ? [] : [-matters, matters];
  const all = [...values, ...bounds, ...band].filter(Number.isFinite);
  const [low, high] = [Math.min(...all), Math.max(...all)];
  const span = high - low || 1;
  const at = (value: number) => round(edge + ((value - low) / span) * (width - 2 * edge));
  const middle = own === undefined ? height / 2 : height / 3;
  return (
    <svg class="axis" viewBox={`0 0 ${width} ${height}`} role="img" aria-label={labelOf(claim, own, bounds)}>
      {matters !== null && (
        <rect
          class="matters"
          x={at(-matters)}
          width={round(at(matters) - at(-matters))}
          y="3"
          height={height - 6}
        />
      )}
      <line class="base" x1={edge} x2={width - edge} y1={height - 3} y2={height - 3} />
      {bounds.map(bound => (
        <line class="bound" x1={at(bound)} x2={at(bound)} y1="2" y2={height - 2} />
      ))}
      <Dot claim={claim} at={at} y={middle} kind={own === undefined ? claim.verdict : "published"} />
      {own && <Dot claim={own} at={at} y={(2 * height) / 3} kind={own.verdict} />}
    </svg>
  );
}

function Dot({
  claim: { measured, lower, upper },
  at,
  y,
  kind,
}: {
  readonly claim: JudgedClaim;
  readonly at: (value: number) => number;
  readonly y: number;
  readonly kind: string;
}): JSX.Element {
  return (
    <g class={`dot ${kind}`}>
      {!Number.isNaN(lower) && <line x1={at(lower)} x2={at(upper)} y1={y} y2={y} />}
      {!Number.isNaN(measured) && <circle cx={at(measured)} cy={y} r="4.5" />}
    </g>
  );
}

function labelOf(claim: JudgedClaim, own: JudgedClaim | undefined, bounds: readonly number[]): string {
  const held = bounds.length === 0 ? "" : `, held against ${bounds.join(" and ")}`;
  const mine = own === undefined ? "" : `; your run ${intervalInWords(own)}`;
  return `${intervalInWords(claim)}${held}${mine}`;
}

function round(x: number): number {
  return Math.round(10 * x) / 10;
}
