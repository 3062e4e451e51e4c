/**
 * The bench: every contestant does the same work in turn, round after round, so that what else the machine
 * does falls on all alike; medians are compared. Peak memory is taken in processes of their own.
 */
import { precisions, type Precision } from "../compile/precision.js";
import { quantile } from "../analysis/bootstrap.js";
import { BenchProcess, ours, wasmOnAllCores, type Contestant, type Timing } from "./bench-process.js";
import { benchSizes, growth, operations, type BenchSize, type BenchWork } from "./bench-sizes.js";

export interface BenchPlan {
  readonly sizes: readonly (keyof typeof benchSizes)[];
  readonly works: readonly BenchWork[];
  readonly rounds: number;
  readonly contestants: readonly Contestant[];
  /** S with one dimension changed, graph only */
  readonly growth: boolean;
}

export interface BenchRow {
  readonly size: string;
  readonly work: BenchWork | "product";
  readonly mode: string;
  readonly median_s: number;
  readonly runs_s: readonly number[];
  readonly median_cpu_s: number;
  /**
   * share of the machine's own matrix-product speed in the same
   * run and precision; arithmetic counted as if nothing were saved
   */
  readonly share_of_products?: number;
  /** largest resident memory of a fresh process that did nothing else, at M */
  readonly peak_bytes?: number;
}

/** Unmeasured runs before the first: recording, compiling, warming up. */
const warmUps = 2;
/** Measured decodings, each many forward passes: at M a quarter of a minute. */
export const mostDecodings = 3;
/** Operations of the peer's `product` request. */
const productOperations = 6 * 2 * 6144 * 256 * 768;

/**
 * @param say one line of progress
 * @param keep called with the rows so far after each piece of work, so that a bench that is stopped loses one
 */
export async function bench(
  plan: BenchPlan,
  say: (line: string) => void,
  keep: (rows: readonly BenchRow[]) => void,
): Promise<BenchRow[]> {
  const processes = plan.contestants.map(contestant => new BenchProcess(contestant));
  try {
    const rows: BenchRow[] = [];
    const limits = await productLimits(processes, plan.rounds, rows);
    for (const name of plan.sizes) {
      for (const work of plan.works) {
        say(`${work} ${name}`);
        rows.push(...(await interleave(processes, work, name, benchSizes[name], plan.rounds, limits)));
        keep(rows);
        // Ten processes that have each trained a model of size
        // M would fill 23 GB; they start again when asked.
        if (name === "M") for (const process of processes) process.stop();
      }
    }
    if (plan.growth) {
      const graph = processes.filter(p => p.contestant.mode === "graph");
      for (const [name, size] of Object.entries(growth)) {
        for (const work of plan.works) {
          say(`${work} ${name}`);
          rows.push(...(await interleave(graph, work, name, size, Math.min(3, plan.rounds), limits)));
        }
      }
    }
    return await withPeakMemory(rows, plan.contestants);
  } finally {
    for (const process of processes) process.stop();
  }
}

/**
 * Floating-point operations a second of the fastest peer's
 * matrix products, in each precision that a peer has.
 */
type ProductLimits = Readonly<Partial<Record<Precision, number>>>;

async function productLimits(
  processes: readonly BenchProcess[],
  rounds: number,
  rows: BenchRow[],
): Promise<ProductLimits> {
  const able = processes.filter(p => p.contestant.mode.startsWith("pytorch"));
  const timings = able.map((): Timing[] => []);
  for (let round = 0; round < rounds + warmUps; round++) {
    for (const [i, process] of able.entries()) {
      const timing = await process.run("product", benchSizes.S);
      if (round >= warmUps) timings[i].push(timing);
    }
  }
  const own = able.map((p, i) => rowOf("6144 x 256 x 768", "product", p.contestant.mode, timings[i]));
  rows.push(...own);
  const limits = precisions.map(precision => {
    const fastest = Math.min(...own.filter(row => precisionOf(row.mode) === precision).map(r => r.median_s));
    return [precision, productOperations / fastest] as const;
  });
  return Object.fromEntries(limits.filter(([, limit]) => limit > 0));
}

function precisionOf(mode: string): Precision {
  return mode.endsWith("bfloat16") ? "bfloat16" : "float32";
}

async function interleave(
  processes: readonly BenchProcess[],
  work: BenchWork,
  name: string,
  size: BenchSize,
  rounds: number,
  limits: ProductLimits,
): Promise<BenchRow[]> {
  const able = processes.filter(p => canDo(p.contestant.mode, work, name));
  const timings = able.map((): Timing[] => []);
  const slow = work === "decode";
  const before = slow ? 1 : warmUps;
  const measured = slow ? Math.min(mostDecodings, rounds) : rounds;
  for (let round = 0; round < before + measured; round++) {
    for (const [i, process] of able.entries()) {
      const timing = await process.run(work, size);
      if (round >= before) timings[i].push(timing);
    }
  }
  return able.map((process, i) => {
    const { mode } = process.contestant;
    const row = rowOf(name, work, mode, timings[i]);
    const limit = limits[precisionOf(mode)];
    if (limit === undefined) return row;
    return { ...row, share_of_products: operations(work, size) / row.median_s / limit };
  });
}

/**
 * WebAssembly has the forward pass of S as its measure; torch.compile and JAX are shown for what they trace
 * whole; the long decodings are for the default mode and its peers.
 */
function canDo(mode: string, work: BenchWork, size: string): boolean {
  if (work === "decode" && size === "M") return mode.startsWith("graph") || mode.startsWith("pytorch");
  if (mode.startsWith("wasm")) return work === "forward" && size === "S";
  if (mode === "jax" || mode.startsWith("torch.compile")) return work === "forward" || work === "train";
  return true;
}

/** Adds the peak resident memory of three train steps at M, each contestant's in a fresh process. */
async function withPeakMemory(
  rows: readonly BenchRow[],
  contestants: readonly Contestant[],
): Promise<BenchRow[]> {
  const peaks = new Map<string, number>();
  for (const contestant of contestants) {
    if (!rows.some(row => row.work === "train" && row.size === "M" && row.mode === contestant.mode)) continue;
    const process = new BenchProcess(contestant);
    try {
      for (let i = 0; i < 3; i++) await process.run("train", benchSizes.M);
      peaks.set(contestant.mode, await process.peakBytes());
    } finally {
      process.stop();
    }
  }
  return rows.map(row =>
    row.work === "train" && row.size === "M" ? { ...row, peak_bytes: peaks.get(row.mode) } : row,
  );
}

export function rowOf(
  size: string,
  work: BenchRow["work"],
  mode: string,
  timings: readonly Timing[],
): BenchRow {
  const runs = timings.map(t => t.seconds);
  const cpu = timings.map(t => t.cpu_seconds);
  return { size, work, mode, median_s: median(runs), runs_s: runs, median_cpu_s: median(cpu) };
}

function median(values: readonly number[]): number {
  return quantile(
    [...values].sort((a, b) => a - b),
    0.5,
  );
}

/** The contestants of this library; in bfloat16 the one that is compared with peers. */
export function ownContestants(wanted: readonly Precision[]): Contestant[] {
  return [
    ...(["op-by-op", "graph", "xla", "wasm"] as const).map(mode => ours(mode)),
    ...(wanted.includes("bfloat16") ? [ours("graph", "bfloat16")] : []),
    wasmOnAllCores(),
  ];
}
