/** Decoding methods side by side: what each takes, in words too. */
import type { MethodRow } from "../analysis/equal-calls.js";
import { methodOf } from "../analysis/setting.js";
import type { DecodeStudy } from "./decode-batch.js";
import { secondsBySetting } from "./decoding-speed.js";
import { settingColumns } from "./study-rows.js";

/**
 * The rows with the time that one process takes a sample, measured now on the shipped model.
 * @param runs what the rows are of; each setting is timed once
 * @param timing batch and rounds where `secondsBySetting` has others
 */
export async function withSeconds(
  rows: readonly MethodRow[],
  runs: readonly { readonly settings: DecodeStudy }[],
  timing: Parameters<typeof secondsBySetting>[1] = {},
): Promise<(MethodRow & { readonly seconds: number })[]> {
  const settings = runs.map(run => run.settings).filter(({ seed }) => seed === runs[0].settings.seed);
  const seconds = await secondsBySetting(settings, timing);
  const names = settings.map(study =>
    JSON.stringify(methodOf({ ...settingColumns(study), steps: study.decode.steps })),
  );
  const timed = new Map(names.map((name, i) => [name, seconds[i]]));
  return rows.map(row => ({
    ...row,
    seconds: timed.get(JSON.stringify({ series: row.series, label: row.label })) ?? NaN,
  }));
}

/** One row of a comparison, in words. */
export function methodInWords(row: MethodRow & { readonly seconds?: number }): string {
  const { series, label, mean, lower, upper, calls, globalArness, seconds } = row;
  const percent = (value: number) => (100 * value).toFixed(1);
  const time = seconds === undefined ? "" : `, ${(1000 * seconds).toFixed(1)} ms a sample`;
  const pass = `pass@1 ${percent(mean)}% [${percent(lower)}, ${percent(upper)}]`;
  return (
    `${series}, ${label}: ${pass}, ${calls.toFixed(1)} calls, global AR-ness@1 ` +
    `${globalArness.toFixed(3)}${time}`
  );
}
