/** The command line of the bench. */
import type { Precision } from "../compile/precision.js";
import { UserError } from "../core/errors.js";
import { choice, flag, list, text, whole } from "../core/schema.js";
import type { Command } from "./cli-arguments.js";
import { option } from "./option.js";
import { checkWritable, writeRows } from "./output-file.js";
import { bench, mostDecodings, ownContestants } from "../bench/bench.js";
import { peers, pythonWithTorch } from "../bench/bench-process.js";
import { benchTable } from "../bench/bench-report.js";
import { benchSizes, benchWorks, denoiserConfig } from "../bench/bench-sizes.js";
import { benchLengths, lengthTable } from "../bench/decode-lengths.js";
import { useBackend } from "../runtime/backend.js";
import {
  backendLine,
  choosePrecision,
  layerProduct,
  precisionSetting,
  type PrecisionSetting,
} from "../runtime/precision.js";

const sizeNames = Object.keys(benchSizes) as (keyof typeof benchSizes)[];
const benchModes = ["op-by-op", "graph", "xla", "wasm", "peers"] as const;

const options = {
  json: option(text, "file for the rows {size, work, mode, median_s, runs_s}", { required: true }),
  sizes: option(list(choice(sizeNames)), "S, M; both if left out"),
  works: option(list(choice(benchWorks)), `${benchWorks.join(", ")}; all if left out`),
  modes: option(list(choice(benchModes)), `${benchModes.join(", ")}; all if left out`),
  rounds: option(whole(1), "measured runs of each", { default: 7 }),
  python: option(text, "a Python with PyTorch; python3 is tried if left out"),
  compare: option(flag, "torch.compile and JAX beside PyTorch"),
  precision: option(
    precisionSetting,
    "bfloat16: graph and PyTorch in it too, beside float32; auto: where it is much faster here",
    { default: "float32" },
  ),
  growth: option(flag, "how S grows with batch, length and width"),
  lengths: option(flag, "nothing but S decoding at three lengths, against the multiplications it takes"),
};

export const benchCommand: Command<typeof options> = {
  name: "bench",
  summary: "Times forward, train step, decode and GRPO update; beside PyTorch where a Python has it.",
  example: "--json bench.json --sizes S --works train",
  options,
  async main({ json, sizes, works, modes, rounds, python, compare, growth, precision, lengths }) {
    const wantedModes = named(modes, benchModes);
    checkWritable("bench", "json", json);
    if (lengths) {
      const rows = await benchLengths(Math.min(mostDecodings, rounds), line => console.error(line));
      writeRows(json, rows);
      console.log(lengthTable(rows));
      return;
    }
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
      {
        ...{ sizes: named(sizes, sizeNames), works: named(works, benchWorks), rounds, growth },
        contestants: [...own, ...others],
      },
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

/** In the order of `all`, whatever theirs; all where none is named. */
function named<T>(given: readonly T[], all: readonly T[]): readonly T[] {
  return given.length === 0 ? all : all.filter(name => given.includes(name));
}
