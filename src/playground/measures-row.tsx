/** Three numbers, live: how much the order is left to right, and how much of it ties decided. */
import { randomOrderArness, type Recording } from "../lib/instrument.js";
import { measuresAt } from "./measures.js";

interface Props {
  readonly recording: Recording;
  readonly made: number;
  readonly autoregressive: boolean;
}

export function MeasuresRow({ recording, made, autoregressive }: Props) {
  const { local, global, ties, tieSteps, choiceSteps } = measuresAt(recording, made);
  const chance = randomOrderArness(Math.max(1, recording.length), 1);
  const tied = `${tieSteps} of ${choiceSteps} choices`;
  return (
    <dl class="measures">
      <Measure
        name="AR-ness, local"
        title="Share of tokens committed right after the token to their left. 1 is left to right."
        value={local}
        chance={chance.local}
        test="local"
      />
      <Measure
        name="AR-ness, global"
        title="Share of steps that took the leftmost token still masked. 1 is left to right."
        value={global}
        chance={chance.global}
        test="global"
      />
      <Measure
        name="Ties"
        title={`Share of steps at which equally sure positions stood on both sides of the cut: ${tied}.`}
        value={autoregressive ? NaN : ties}
        percent
        test="ties"
      />
    </dl>
  );
}

interface MeasureProps {
  readonly name: string;
  readonly title: string;
  readonly value: number;
  /** what a random order would score, as a mark */
  readonly chance?: number;
  readonly percent?: boolean;
  readonly test: string;
}

function Measure({ name, title, value, chance, percent = false, test }: MeasureProps) {
  const isKnown = !Number.isNaN(value);
  const text = !isKnown ? "–" : percent ? `${Math.round(100 * value)}%` : value.toFixed(2);
  return (
    <div class="measure" title={title}>
      <dt>{name}</dt>
      <dd data-measure={test}>{text}</dd>
      <dd class="gauge" aria-hidden="true">
        <span class="fill" style={{ width: `${isKnown ? 100 * value : 0}%` }} />
        {chance !== undefined && <span class="chance" style={{ left: `${100 * chance}%` }} />}
      </dd>
    </div>
  );
}
