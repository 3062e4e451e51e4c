/**
 * Progress of long work: a bar that redraws on a terminal, a line now and then in a file, or what a notebook
 * kernel shows in its cell.
 */
import { printableLine } from "../core/plain-text.js";
import { tellLauncher } from "./launcher.js";
import { movesCursor } from "./terminal.js";

/** Called with the share done in [0, 1] and what to show behind it. */
export type Progress = (share: number, detail: string) => void;

/** What is known of one piece of work, each text one printable line. */
export interface ProgressState {
  readonly title: string;
  readonly detail: string;
  /** done, in [0, 1] */
  readonly share: number;
  /** since it began, by this process */
  readonly seconds: number;
  /** until its end at the speed so far; NaN where that is not known */
  readonly left: number;
}

/** Shows one piece of work: called at each of its steps. */
export type ProgressView = (state: ProgressState) => void;

/** Makes the view of a piece of work that begins. */
let newView: () => ProgressView = standardError;

/** From now on progress is shown there in place of standard error. */
export function showProgressIn(view: () => ProgressView): void {
  newView = view;
}

/** A progress bar with time left, titled `title`. */
export function progressBar(title: string): Progress {
  const started = performance.now();
  const view = newView();
  let first: number | undefined;
  return (share, detail) => {
    const seconds = (performance.now() - started) / 1000;
    first ??= share;
    // A resumed run starts part-way: only what this process did tells how fast it goes.
    const left = share > first ? (seconds * (1 - share)) / (share - first) : NaN;
    const state = { title: printableLine(title), detail: printableLine(detail), share, seconds, left };
    tellLauncher({ place: `${state.title}, ${state.detail}` });
    view(state);
  };
}

const barWidth = 24;
/** Seconds between lines when standard error is not a terminal. */
const lineEvery = 10;

function standardError(): ProgressView {
  let printed = -Infinity;
  return state => {
    const line = progressLine(state);
    if (movesCursor(process.stderr)) process.stderr.write(`\r\x1b[2K${line}${state.share >= 1 ? "\n" : ""}`);
    else if (state.share >= 1 || state.seconds - printed >= lineEvery) {
      printed = state.seconds;
      process.stderr.write(`${line}\n`);
    }
  };
}

export function progressLine({ title, detail, share, left }: ProgressState): string {
  const filled = Math.round(barWidth * share);
  const bar = "#".repeat(filled) + "-".repeat(barWidth - filled);
  return `${title} [${bar}] ${(100 * share).toFixed(0).padStart(3)}%  ${detail}  ${duration(left)} left`;
}

/** Seconds as "1 h 02 min", "3 min 20 s" or "12 s". */
export function duration(seconds: number): string {
  if (!Number.isFinite(seconds)) return "?";
  const whole = Math.round(seconds);
  if (whole >= 3600)
    return `${Math.floor(whole / 3600)} h ${String(Math.floor((whole % 3600) / 60)).padStart(2, "0")} min`;
  return whole >= 60
    ? `${Math.floor(whole / 60)} min ${String(whole % 60).padStart(2, "0")} s`
    : `${whole} s`;
}
