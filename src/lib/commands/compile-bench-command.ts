/** The command line of the bench of compile(fn) in its own right. */
import { text, whole } from "../core/schema.js";
import { inColumns } from "../host/columns.js";
import { useBackend } from "../runtime/backend.js";
import type { Command } from "./cli-arguments.js";
import { option } from "./option.js";
import { checkWritable, writeRows } from "./output-file.js";
import { benchCase, compileCases, compileModes, prices, type CompileRow } from "../bench/compile-bench.js";

const options = {
  json: option(text, "file for the rows {work, mode, first_ms, median_us, runs_us}"),
  rounds: option(whole(1), "measured runs of each", { default: 9 }),
};

export const compileBenchCommand: Command<typeof options> = {
  name: "bench:compile",
  summary: "Times compile(fn) on small functions: price of a call and of an operation, recording, XLA.",
  example: "--rounds 3",
  options,
  async main({ json, rounds }) {
    if (json !== undefined) checkWritable("bench:compile", "json", json);
    console.log((await useBackend("native", "all")).describe());
    const rows = compileCases().flatMap(one => {
      console.error(one.work);
      return benchCase(one, rounds);
    });
    if (json !== undefined) writeRows(json, rows);
    console.log(compileTable(rows));
    for (const mode of compileModes) {
      const { call_us, operation_us } = prices(rows, mode);
      console.log(`${mode}: ${call_us.toFixed(1)} us a call and ${operation_us.toFixed(2)} us an operation`);
    }
  },
};

/** One line a case and mode: the first call, a later one, how many times as fast as op by op. */
export function compileTable(rows: readonly CompileRow[]): string {
  const lines = rows.map(row => {
    const plain = rows.find(other => other.work === row.work && other.mode === "op-by-op") as CompileRow;
    const times = (plain.median_us / row.median_us).toFixed(2);
    return [row.work, row.mode, row.first_ms.toFixed(1), row.median_us.toFixed(1), times];
  });
  const table = [["function", "mode", "first call ms", "call us", "x op by op"], ...lines];
  return inColumns(table);
}
