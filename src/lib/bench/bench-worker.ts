/**
 * A process of the bench: does one piece of work a request, in one mode, and says
 * how long it took. Requests and answers are those of bench/serve.py, one JSON a
 * line: {work, size} -> {seconds, cpu_seconds}; {work: "rss"} -> {peak_bytes}.
 */
import { createInterface } from "node:readline";
import * as tf from "@tensorflow/tfjs-core";
import type { CompileMode, CompileOptions } from "../compile/compile.js";
import type { Precision } from "../compile/precision.js";
import { Rng } from "../core/rng.js";
import { decodeConfig } from "../decode/config.js";
import { decode } from "../decode/decode.js";
import { createDenoiser } from "../model/denoiser.js";
import { initParameters } from "../model/parameters.js";
import { grpoLossDefaults } from "../rl/grpo-loss.js";
import { createGrpoStep } from "../rl/grpo-step.js";
import { coupledPasses, uniformDraws } from "../rl/mask-passes.js";
import { adamWDefaults } from "../train/adamw.js";
import { createTrainStep, initOptimizer } from "../train/train-step.js";
import { useBackend } from "../runtime/backend.js";
import { denoiserConfig, groupSize, type BenchSize, type BenchWork } from "./bench-sizes.js";

interface Request {
  readonly work: BenchWork | "rss";
  readonly size: BenchSize;
}

type Works = Readonly<Record<BenchWork, () => void | Promise<unknown>>>;

/** @param options how the library's functions are compiled */
function worksOf(size: BenchSize, options: Partial<CompileOptions>): Works {
  const { batch, length, prompt, vocabulary } = size;
  const config = denoiserConfig(size);
  const rng = Rng.fromSeed(0);
  const start = initParameters(config, rng.split("init"));
  const denoiser = createDenoiser(config, start, options);
  const copy = () => new Map([...start].map(([name, tensor]) => [name, tensor.clone()]));
  const draws = rng.split("data");
  const tokens = (n: number) =>
    Int32Array.from({ length: n }, () => Math.floor(draws.uniform() * (vocabulary - 1)));
  const clean = tokens(batch * length);
  const row = (b: number) => clean.slice(b * length, (b + 1) * length);
  const samples = Array.from({ length: batch }, (_, b) => row(b));

  const matrix = (values: Int32Array) => tf.tensor2d(values.slice(), [batch, length], "int32");
  const forward = () => {
    const ids = matrix(clean);
    tf.dispose([denoiser.logits(ids, null), ids]);
  };

  let trained:
    { step: ReturnType<typeof createTrainStep>; state: ReturnType<typeof initOptimizer> } | undefined;
  let steps = 0;
  const ratios = draws.shuffle(Array.from({ length: batch }, (_, b) => (b + 0.5) / batch));
  const train = () => {
    trained ??= {
      step: createTrainStep(config, adamWDefaults, options),
      state: initOptimizer(copy()),
    };
    const noised = clean.slice();
    const weights = new Float32Array(batch * length);
    for (let i = 0; i < noised.length; i++) {
      const t = ratios[Math.floor(i / length)];
      if (draws.uniform() >= t) continue;
      noised[i] = config.maskTokenId;
      weights[i] = 1 / (t * batch * length);
    }
    const input = {
      ids: matrix(noised),
      targets: matrix(clean),
      weights: tf.tensor2d(weights, [batch, length]),
      bias: null,
    };
    trained.state = trained.step(trained.state, input, 1e-4, steps++).state;
    tf.dispose([input.ids, input.targets, input.weights]);
  };

  const rollout = () =>
    decode(
      denoiser,
      samples.map(sample => sample.slice(0, prompt)),
      decodeConfig(length - prompt, { temperature: 0.2, topP: 1 }),
      samples.map((_, b) => draws.split(b)),
    );

  let tuned: { step: ReturnType<typeof createGrpoStep>; state: ReturnType<typeof initOptimizer> } | undefined;
  const grpo = () => {
    tuned ??= {
      step: createGrpoStep(config, adamWDefaults, grpoLossDefaults, options),
      state: initOptimizer(copy()),
    };
    // none ends early
    const completionIds = samples.map(sample => sample.slice(prompt).map(id => Math.max(1, id)));
    const old = new Float32Array(batch * (length - prompt)).fill(-5);
    const input = {
      promptIds: samples.map((_, b) => row(b - (b % groupSize)).slice(0, prompt)),
      completionIds,
      passes: completionIds.map(ids => coupledPasses(uniformDraws(ids.length, draws), 0.5)),
      completionMasks: completionIds.map(ids => new Uint8Array(ids.length).fill(1)),
      advantages: samples.map((_, b) => (2 * b) / batch - 1),
      oldLogps: old,
      refLogps: old,
    };
    tuned.state = tuned.step(tuned.state, input, 1e-4, steps++).state;
  };
  return { forward, train, decode: rollout, grpo };
}

async function serve(mode: string, precision: Precision): Promise<void> {
  const backend = await useBackend(mode === "wasm" ? "wasm" : "native");
  console.log(JSON.stringify({ version: backend.describe() }));
  const known = new Map<string, Works>();
  for await (const line of createInterface({ input: process.stdin })) {
    const { work, size } = JSON.parse(line) as Request;
    if (work === "rss") {
      console.log(JSON.stringify({ peak_bytes: process.resourceUsage().maxRSS * 1024 }));
      continue;
    }
    const key = JSON.stringify(size);
    const works =
      known.get(key) ??
      worksOf(size, { mode: mode === "wasm" ? "op-by-op" : (mode as CompileMode), precision });
    known.set(key, works);
    const [started, cpu] = [performance.now(), process.cpuUsage()];
    await works[work]();
    const { user, system } = process.cpuUsage(cpu);
    const seconds = (performance.now() - started) / 1000;
    console.log(JSON.stringify({ seconds, cpu_seconds: (user + system) / 1e6 }));
  }
}

await serve(process.argv[2], process.argv[3] as Precision);
