/** The command line of the bench. */
import { renameSync, writeFileSync } from "node:fs";
import type { Precision } from "../compile/precision.js";
import { UserError, unknownName } from "../core/errors.js";
import type { Command } from "./cli-arguments.js";
import { checkWritable } from "./output-file.js";
import { bench, ownContestants, type BenchRow } from "../bench/bench.js";
import { peers, pythonWithTorch } from "../bench/bench-process.js";
import { benchTable } from "../bench/bench-report.js";
import { benchSizes, benchWorks, denoiserConfig } from "../bench/bench-sizes.js";
import { useBackend } from "../runtime/backend.js";
import {
  backendLine,
  choosePrecision,
  layerProduct,
  precisionOption,
  type PrecisionSetting,
} from "../runtime/precision.js";

const options = {
  json: {
    type: "string",
    required: true,
    description: "file for the rows {size, work, mode, median_s, runs_s}",
  },
  sizes: { type: "list", description: "S, M; both if left out" },
  works: { type: "list", description: `${benchWorks.join(", ")}; all if left out` },
  modes: { type: "list", description: "op-by-op, graph, xla, wasm, peers; all if left out" },
  rounds: { type: "integer", min: 1, default: 7, description: "measured runs of each" },
  python: { type: "string", description: "a Python with PyTorch; python3 is tried if left out" },
  compare: { type: "flag", description: "torch.compile and JAX beside PyTorch" },
  precision: {
    ...precisionOption,
    description: "bfloat16: graph and PyTorch in it too, beside float32; auto: where it is much faster here",
  },
  growth: { type: "flag", description: "how S grows with batch, length and width" },
} as const;

export const benchCommand: Command<typeof options> = {
  name: "bench",
  summary: "Times forward, train step, decode and GRPO update; beside PyTorch where a Python has it.",
  options,
  async main({ json, sizes, works, modes, rounds, python, compare, growth, precision }) {
    const known = Object.keys(benchSizes) as (keyof typeof benchSizes)[];
    const wanted = chosen("sizes", sizes, known);
    const wantedWorks = chosen("works", works, benchWorks);
    const wantedModes = chosen("modes", modes, ["op-by-op", "graph", "xla", "wasm", "peers"] as const);
    checkWritable("bench", "json", json);
    const measured = await precisionsMeasured(precision);
    const others = wantedModes.includes("peers") ? peers(pythonWithTorch(python), compare, measured) : [];
    if (wantedModes.includes("peers") && others.length === 0)
      console.error("bench: python3 has no PyTorch here, so there is no peer; name one with --python.");
    const own = ownContestants(measured).filter(({ mode }) =>
      (wantedModes as readonly string[]).includes(mode.split(",")[0]),
    );
    if (own.length + others.length === 0)
      throw new UserError("bench: nothing is left to measure; name at least one mode.");
    const rows = await bench(
      { sizes: wanted, works: wantedWorks, rounds, contestants: [...own, ...others], growth },
      line => console.error(line),
      done => writeRows(json, done),
    );
    writeRows(json, rows);
    console.log(benchTable(rows));
  },
};

/** float32 always, for the comparison. */
async function precisionsMeasured(setting: PrecisionSetting): Promise<readonly Precision[]> {
  if (setting === "float32") return ["float32"];
  const backend = await useBackend();
  const { S } = benchSizes;
  const choice = choosePrecision("bench", setting, () => layerProduct(denoiserConfig(S), S.batch * S.length));
  console.error(backendLine(backend, choice));
  return choice.precision === "bfloat16" ? ["float32", "bfloat16"] : ["float32"];
}

function writeRows(json: string, rows: readonly BenchRow[]): void {
  writeFileSync(`${json}.tmp`, JSON.stringify(rows, null, 1) + "\n");
  renameSync(`${json}.tmp`, json);
}

function chosen<T extends string>(
  option: string,
  given: readonly string[],
  valid: readonly T[],
): readonly T[] {
  for (const name of given)
    if (!(valid as readonly string[]).includes(name)) throw unknownName("bench", `--${option}`, name, valid);
  return given.length === 0 ? valid : valid.filter(name => given.includes(name));
}
