/** Position by step: how sure the model was of every mask, and what was committed when. A diagonal is AR. */
import { useEffect, useRef, useState } from "preact/hooks";
import type { Recording } from "../lib/instrument.js";
import { shadeOf } from "./order-color.js";

interface Props {
  readonly recording: Recording;
  readonly made: number;
  readonly focus: number | null;
  readonly onLook: (position: number | null, keep: boolean) => void;
}

/** Pixels of a cell before the browser scales the picture. */
const cell = 8;

export function OrderMap({ recording, made, focus, onLook }: Props) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const dark = useDark();
  const { steps, tokens } = recording;
  useEffect(() => {
    const context = canvas.current?.getContext("2d");
    if (context) draw(context, recording, made, focus);
  }, [recording, made, focus, dark]);
  const positionAt = ({ offsetX, currentTarget }: MouseEvent) =>
    Math.floor((offsetX / (currentTarget as HTMLElement).clientWidth) * tokens.length);
  return (
    <figure class="map">
      <canvas
        ref={canvas}
        width={cell * tokens.length}
        height={cell * steps}
        role="img"
        aria-label="Order map: positions left to right, steps top to bottom; a diagonal is left to right"
        onPointerMove={event => onLook(positionAt(event), false)}
        onPointerLeave={() => onLook(null, false)}
        onClick={event => onLook(positionAt(event), true)}
      />
      <figcaption>
        <span>position →</span>
        <span>step ↓</span>
      </figcaption>
    </figure>
  );
}

function useDark(): boolean {
  const [query] = useState(() => matchMedia("(prefers-color-scheme: dark)"));
  const [dark, setDark] = useState(query.matches);
  useEffect(() => {
    const onChange = () => setDark(query.matches);
    query.addEventListener("change", onChange);
    return () => query.removeEventListener("change", onChange);
  }, [query]);
  return dark;
}

function draw(
  context: CanvasRenderingContext2D,
  { candidates, stepOf, steps, tokens }: Recording,
  made: number,
  focus: number | null,
): void {
  const style = getComputedStyle(context.canvas);
  const [ink, line] = [style.color, style.getPropertyValue("--line")];
  const { width, height } = context.canvas;
  context.clearRect(0, 0, width, height);
  for (let step = 0; step < Math.min(made, steps); step++) {
    tokens.forEach((_, position) => {
      const sure = candidates[step]?.[position]?.[0]?.plain;
      if (sure === undefined) return;
      context.globalAlpha = 0.04 + 0.26 * sure * sure;
      context.fillStyle = ink;
      context.fillRect(position * cell, step * cell, cell, cell);
    });
  }
  context.globalAlpha = 1;
  stepOf.forEach((step, position) => {
    if (step < 0 || step >= made) return;
    context.fillStyle = shadeOf(step, steps).background;
    context.fillRect(position * cell, step * cell, cell, cell);
  });
  if (made < steps) {
    context.fillStyle = line;
    context.fillRect(0, made * cell, width, 1);
  }
  if (focus === null) return;
  context.strokeStyle = ink;
  context.lineWidth = 1.5;
  context.strokeRect(focus * cell + 0.75, 0.75, cell - 1.5, height - 1.5);
}
