/** Progress on standard error: a bar that redraws on a terminal, a line now and then in a file. */
import { tellLauncher } from "./launcher.js";
import { movesCursor } from "./terminal.js";

import { printableLine } from "../core/plain-text.js";

/** Called with the share done in [0, 1] and what to show behind it. */
export type Progress = (share: number, detail: string) => void;

const barWidth = 24;
/** Seconds between lines when standard error is not a terminal. */
const lineEvery = 10;

/** A progress bar with time left, titled `title`. */
export function progressBar(title: string): Progress {
  const started = performance.now();
  let first: number | undefined;
  let printed = -Infinity;
  return (share, detail) => {
    const seconds = (performance.now() - started) / 1000;
    first ??= share;
    // A resumed run starts part-way: only what this process did tells how fast it goes.
    const left = share > first ? (seconds * (1 - share)) / (share - first) : NaN;
    const filled = Math.round(barWidth * share);
    const bar = "#".repeat(filled) + "-".repeat(barWidth - filled);
    const [what, how] = [printableLine(title), printableLine(detail)];
    const line = `${what} [${bar}] ${(100 * share).toFixed(0).padStart(3)}%  ${how}  ${duration(left)} left`;
    tellLauncher({ place: `${what}, ${how}` });
    if (movesCursor(process.stderr)) process.stderr.write(`\r\x1b[2K${line}${share >= 1 ? "\n" : ""}`);
    else if (share >= 1 || seconds - printed >= lineEvery) {
      printed = seconds;
      process.stderr.write(`${line}\n`);
    }
  };
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
