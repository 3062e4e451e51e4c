/** Steps as a strip: colour where a step has been made, a mark where a tie decided it; drag to scrub. */
import type { Recording } from "../lib/instrument.js";
import { shadeOf } from "./order-color.js";

export interface TimelineProps {
  readonly recording: Recording;
  readonly made: number;
  readonly label: string;
  readonly onGo: (made: number) => void;
}

export function Timeline({ recording, made, label, onGo }: TimelineProps) {
  const { steps, kinds } = recording;
  return (
    <div class="timeline">
      <div class="cells" aria-hidden="true">
        {Array.from({ length: steps }, (_, step) => (
          <span
            key={step}
            class={kinds[step] === "tied" ? "cell tied" : "cell"}
            style={step < made ? { background: shadeOf(step, steps).background } : undefined}
          />
        ))}
      </div>
      <input
        type="range"
        min={0}
        max={steps}
        value={Math.min(made, steps)}
        aria-label={`${label}: step`}
        aria-valuetext={`step ${Math.min(made, steps)} of ${steps}`}
        onInput={event => onGo(Number(event.currentTarget.value))}
      />
    </div>
  );
}
