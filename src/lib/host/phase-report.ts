/**
 * A profile over processes: where the variable names a file, each process adds a line to it when it ends, and
 * `phaseTable` puts the lines together.
 */
import { appendFileSync, readFileSync } from "node:fs";
import { basename } from "node:path";
import { performance } from "node:perf_hooks";
import { phaseInWords, phaseSeconds, phases, startPhaseClock, type Phase } from "../core/phases.js";
import { inColumns } from "./columns.js";

/** Set by `npm run profile`, for the command and all that it starts. */
export const phaseVariable = "UNMASK_PHASES";

/** What a process has to say of itself. */
export interface ProcessReport {
  readonly name: string;
  /** wall seconds in each phase */
  readonly seconds: Readonly<Record<Phase, number>>;
  /** seconds of all its threads */
  readonly cpu: number;
}

/** Call first thing; the time before counts as its start. Without the variable it does nothing. */
export function reportPhases(): void {
  const file = process.env[phaseVariable];
  if (file === undefined) return;
  startPhaseClock(() => performance.eventLoopUtilization().idle);
  process.once("SIGTERM", () => process.exit(143)); // else a worker that is told to end says nothing
  process.on("exit", () => {
    const { user, system } = process.cpuUsage();
    const name = basename(process.argv[1] ?? "node", ".js");
    const report = { name, seconds: phaseSeconds(), cpu: (user + system) / 1e6 };
    appendFileSync(file, `${JSON.stringify(report)}\n`);
  });
}

export function readReports(file: string): ProcessReport[] {
  const lines = readFileSync(file, "utf8").split("\n");
  return lines.filter(line => line !== "").map(line => JSON.parse(line) as ProcessReport);
}

/** A row a kind of process, a column a phase that took time, in seconds; below, what the phases are. */
export function phaseTable(reports: readonly ProcessReport[]): string {
  const sum = (of: readonly ProcessReport[], value: (report: ProcessReport) => number) =>
    of.reduce((total, report) => total + value(report), 0);
  const shown = phases.filter(phase => sum(reports, report => report.seconds[phase]) >= 0.05);
  const names = [...new Set(reports.map(report => report.name))];
  const row = (name: string, of: readonly ProcessReport[]) => [
    name,
    String(of.length),
    ...shown.map(phase => sum(of, report => report.seconds[phase]).toFixed(1)),
    sum(of, report => report.cpu).toFixed(1),
  ];
  const rows = [
    ["process", "how many", ...shown, "CPU"],
    ...names.map(name =>
      row(
        name,
        reports.filter(report => report.name === name),
      ),
    ),
    row("all", reports),
  ];
  const words = shown.map(phase => `${phase}: ${phaseInWords[phase]}`);
  return [
    inColumns(rows, 1),
    "",
    "wall seconds of each process, added up; CPU: of all threads",
    ...words,
  ].join("\n");
}
