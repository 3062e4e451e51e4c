/** One token: what else it could have been, how sure the model was over the steps, and a way to pick. */
import type { Candidate, HandPick, Recording } from "../lib/instrument.js";
import { signs, spoken } from "./layout.js";

interface Props {
  readonly recording: Recording;
  readonly made: number;
  readonly position: number | null;
  readonly onPick: (pick: HandPick) => void;
}

export function Inspector({ recording, made, position, onPick }: Props) {
  if (position === null || position >= recording.tokens.length)
    return (
      <div class="inspector empty">
        <p>
          Point at a token: what else could it have been, and how sure was the model? Choose another, and the
          rest is decoded anew from there.
        </p>
      </div>
    );
  const step = recording.stepOf[position];
  const done = step >= 0 && step < made;
  const shown = done ? step : Math.min(made, recording.steps - 1);
  const candidates = recording.candidates[shown]?.[position] ?? [];
  return (
    <div class="inspector">
      <h3>
        {done ? <q>{signs(recording.tokens[position]) || "end"}</q> : "Mask"}{" "}
        <Moment {...{ recording, position, shown, done }} />
      </h3>
      <div class="columns">
        <ol class="candidates">
          {candidates.map(candidate => (
            <li key={candidate.id}>
              <CandidateButton
                candidate={candidate}
                chosen={done && candidate.id === recording.ids[position]}
                onPick={() => onPick({ step: shown, position, token: candidate.id })}
              />
            </li>
          ))}
          {candidates.length === 0 && <li class="none">Not read at this step.</li>}
        </ol>
        <Curve recording={recording} position={position} made={made} />
      </div>
    </div>
  );
}

function Moment({
  recording,
  position,
  shown,
  done,
}: {
  readonly recording: Recording;
  readonly position: number;
  readonly shown: number;
  readonly done: boolean;
}) {
  const { kinds, scores } = recording;
  const row = scores[shown] ?? [];
  const own = row[position];
  const equal = own === undefined || own === null ? 0 : row.filter(score => score === own).length - 1;
  const tie = equal === 0 ? "" : `, as sure as ${equal} other${equal === 1 ? "" : "s"}`;
  const decided = done && kinds[shown] === "tied" ? "; a tie decided" : "";
  return (
    <small>
      position {position + 1}, {done ? `committed at step ${shown + 1}` : `before step ${shown + 1}`}
      {tie}
      {decided}
    </small>
  );
}

function CandidateButton({
  candidate,
  chosen,
  onPick,
}: {
  readonly candidate: Candidate;
  readonly chosen: boolean;
  readonly onPick: () => void;
}) {
  const { text, plain, filtered } = candidate;
  const percent = percentOf(plain);
  return (
    <button
      type="button"
      class={chosen ? "candidate chosen" : "candidate"}
      onClick={onPick}
      disabled={chosen}
      title={`${percent} as the model has it, ${percentOf(filtered)} after temperature and top-p`}
      aria-label={`${spoken(text)}, ${percent}${chosen ? ", committed" : ": put it here and decode on"}`}
    >
      <code>{signs(text)}</code>
      <span class="bar" aria-hidden="true">
        <span class="plain" style={{ width: `${100 * plain}%` }} />
        <span class="drawn" style={{ width: `${100 * filtered}%` }} />
      </span>
      <span class="percent">{percent}</span>
    </button>
  );
}

function percentOf(share: number): string {
  if (share >= 0.995 && share < 1) return ">99%";
  return share > 0 && share < 0.01 ? "<1%" : `${Math.round(100 * share)}%`;
}

/** Probability of the likeliest token at this position before every step, until it is committed. */
function Curve({
  recording,
  position,
  made,
}: Pick<Props, "recording" | "made"> & { readonly position: number }) {
  const { candidates, steps, stepOf } = recording;
  const values = candidates.map(row => row?.[position]?.[0]?.plain ?? null);
  const [width, height] = [160, 64];
  const x = (step: number) => (steps > 1 ? (step / (steps - 1)) * width : 0);
  const points = values.flatMap((value, step) =>
    value === null ? [] : [`${x(step).toFixed(1)},${((1 - value) * height).toFixed(1)}`],
  );
  const committed = stepOf[position];
  const end = values[committed];
  return (
    <figure class="curve">
      <svg viewBox={`-4 -4 ${width + 8} ${height + 8}`} role="img" aria-label="Confidence over steps">
        <path class="frame" d={`M0 0H${width}M0 ${height}H${width}`} />
        <path class="now" d={`M${x(Math.min(made, steps - 1))} 0V${height}`} />
        <polyline points={points.join(" ")} />
        {committed >= 0 && end !== null && end !== undefined && (
          <circle cx={x(committed)} cy={(1 - end) * height} r="3.5" />
        )}
      </svg>
      <figcaption>how sure of its best guess, by step (0 to 1)</figcaption>
    </figure>
  );
}
