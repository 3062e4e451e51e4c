/** Progress in a notebook's cell: one bar for each piece of work that takes longer than a glance. */
import { escapeHtml } from "../figures/text.js";
import { duration, progressLine, type ProgressState, type ProgressView } from "../host/progress.js";

/** A notebook output that replaces the one before it under the same id. */
export interface CellDisplay {
  readonly data: Readonly<Record<string, string>>;
  readonly metadata: Readonly<Record<string, never>>;
  readonly transient: { readonly display_id: string };
}

/** Work that is over sooner shows nothing. */
const patienceSeconds = 2;
/** Seconds between drawings: a notebook keeps up with a few a second. */
const drawEvery = 0.25;

let bars = 0;

/** @param display shows an output in the running cell; `update`: in place of the one with its id */
export function cellProgress(display: (output: CellDisplay, update: boolean) => void): () => ProgressView {
  return () => {
    const id = `unmask-progress-${process.pid}-${bars++}`;
    let shown: { readonly seconds: number } | undefined;
    let soon: NodeJS.Timeout | undefined;
    return state => {
      const { seconds, share } = state;
      const draw = (now: ProgressState) => {
        const data = { "text/html": barHtml(now), "text/plain": progressLine(now) };
        display({ data, metadata: {}, transient: { display_id: id } }, shown !== undefined);
        shown = now;
      };
      clearTimeout(soon);
      if (
        shown === undefined ? seconds >= patienceSeconds : seconds - shown.seconds >= drawEvery || share >= 1
      )
        draw(state);
      // a first step may take longer than anyone waits for a sign
      else if (share < 1) {
        const wait = Math.max(patienceSeconds - seconds, drawEvery);
        soon = setTimeout(() => draw({ ...state, seconds: seconds + wait }), 1000 * wait).unref();
      }
    };
  };
}

function barHtml({ title, detail, share, seconds, left }: ProgressState): string {
  const time = share >= 1 ? `took ${duration(seconds)}` : `${duration(left)} left`;
  const percent = `${(100 * share).toFixed(0)}%`;
  return (
    `<div style="font: 12px/1.6 sans-serif"><progress max="1" value="${share}" aria-label="${escapeHtml(title)}" ` +
    `style="width: 16em; vertical-align: middle"></progress> <b>${percent}</b> ${escapeHtml(title)}: ` +
    `${escapeHtml(detail)}, ${time}</div>`
  );
}
