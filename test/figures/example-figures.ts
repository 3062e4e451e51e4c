/** One figure of every kind from small invented tables: test data, no result of anything. */
import { arnessByTemperatureFigure, arnessFigure, type ArnessRow } from "../../src/lib/figures/ar-ness.js";
import { beforeAfterByFormFigure, passBeforeAfterFigure } from "../../src/lib/figures/before-after.js";
import { cacheErrorsFigure, cachePassesFigure } from "../../src/lib/methods/kv-cache/figures.js";
import { confidenceMapFigure, type ConfidenceMap } from "../../src/lib/figures/confidence-map.js";
import { decodeOrderFigure } from "../../src/lib/figures/decode-order.js";
import { estimatorsFigure, exponentsFigure } from "../../src/lib/figures/estimators.js";
import { intervalsFigure } from "../../src/lib/figures/intervals.js";
import {
  firstStepConfidenceFigure,
  lossByTimestepFigure,
  trainingLossFigure,
} from "../../src/lib/figures/profiles.js";
import { learnedOrderFigure } from "../../src/lib/methods/learned-order/figures.js";
import { paretoFigure, type CostRow } from "../../src/lib/figures/pareto.js";
import { passAtKFigure } from "../../src/lib/figures/pass-at-k.js";
import { programsFigure, traceFigure } from "../../src/lib/methods/codefusion/figures.js";
import { rewardDifferencesFigure, rlCourseFigure } from "../../src/lib/figures/reward-curves.js";
import { directionsFigure, tieShareFigure } from "../../src/lib/figures/ties.js";
import type { FigureSource, FigureSpec } from "../../src/lib/figures/spec.js";
import { validationFigure } from "../../src/lib/figures/validation.js";

const source: FigureSource = {
  source: ["data/runs/f3-standard-0", "data/runs/f3-standard-1", "data/runs/f3-standard-2"],
  spread: "95% bootstrap interval over problems within seeds",
  unit: "problems",
  note: "Steps = completion length, temperature 0.2, top-p 0.95, decoded up to EOS.",
};
const size = { n: 128, seeds: 3 };
const around = (mean: number, half: number) => ({ mean, lower: mean - half, upper: mean + half, ...size });
const upTo = (n: number) => Array.from({ length: n }, (_, i) => i);
const models = ["adapted (stage I)", "instruct (5 epochs)", "from scratch"];
const tieRules = ["leftmost", "random", "untempered entropy"];

const arnessRows: ArnessRow[] = models.flatMap((model, m) =>
  tieRules.flatMap((tieRule, r) =>
    ["code", "math"].flatMap((task, i) =>
      (["local", "global"] as const).flatMap(kind =>
        upTo(kind === "local" ? 9 : 4).map(j => {
          const mean = (kind === "local" ? 0.9 - 0.05 * j : 0.5 + 0.1 * j) - 0.15 * m - 0.05 * r + 0.03 * i;
          return { model, tieRule, task, kind, k: j + 1, ...around(mean, 0.03) };
        }),
      ),
    ),
  ),
);

const tokens =
  "```|python|\n|def| f|(|xs|):|\n    |return| [|x|*|x| for| x| in| xs| if| x| >=| 3|]|\n|```".split("|");
const leftToRight = tokens.map((_, i) => i);
const insideOut = tokens.map((_, i) => (i % 2 === 0 ? i / 2 : tokens.length - (i + 1) / 2));

function confidenceMap(label: string, order: readonly number[]): ConfidenceMap {
  const stepOf = order.map((_, position) => order.indexOf(position));
  const values = order.map((now, step) => stepOf.map((s, p) => (s < step ? NaN : -0.2 * Math.abs(p - now))));
  return { label, values, stepOf };
}

const methodNames = [
  "threshold",
  "fixed, probability-untempered",
  "fixed, neg-entropy",
  "fixed, in blocks",
  "lookahead",
];
const methodRows: readonly CostRow[] = [
  ...methodNames,
  "dilated",
  "factor",
  "entropy-bounded, spaced",
].flatMap((series, m) =>
  [9, 18, 36].map(calls => ({
    ...{
      series,
      label: `${calls} steps`,
      calls: calls - m / 2,
      tokenPositions: 60 * calls,
      globalArness: 0.3,
    },
    ...around(0.3 + calls / 100 - 0.03 * m, 0.05),
  })),
);

export const exampleFigures: readonly FigureSpec[] = [
  arnessFigure(arnessRows, source, {
    controls: (["local", "global"] as const).map(kind => ({
      label: "AR parent, left to right",
      kind,
      k: 1,
      mean: 1,
    })),
  }),
  arnessByTemperatureFigure(
    arnessRows
      .filter(row => row.task === "code")
      .flatMap(row => [0.2, 0.6, 1, 1.2].map(temperature => ({ ...row, temperature }))),
    source,
  ),
  firstStepConfidenceFigure(
    ["code", "math"].flatMap(task =>
      models.flatMap((model, m) =>
        upTo(36).map(position => ({
          task,
          model,
          position,
          ...around(-4 * (1 - 0.6 ** position) - m / 2, 0.2),
        })),
      ),
    ),
    source,
  ),
  lossByTimestepFigure(
    (["mean", "sum"] as const).flatMap(normalisation =>
      ["stage II", "instruct"].flatMap((model, m) =>
        upTo(20).map(i => {
          const t = (i + 1) / 20;
          return { normalisation, model, t, ...around((0.05 / t + 2 * t) / (m + 1), 0.04 / t) };
        }),
      ),
    ),
    source,
  ),
  trainingLossFigure(
    ["AR parent", "stage I", "stage II", "stage III"].flatMap(stage =>
      upTo(40).map(i => ({ stage, model: "MiniPy", step: 20 * i, ...around(4 * 0.9 ** i + 0.5, 0.1) })),
    ),
    { ...source, unit: "runs" },
  ),
  decodeOrderFigure(
    [
      { label: "T 0.2", tokens, rank: leftToRight },
      { label: "T 1.2", tokens, rank: insideOut },
    ],
    { ...source, spread: "one sample per temperature", unit: "samples" },
    { seeds: 1 },
  ),
  confidenceMapFigure(
    [
      confidenceMap("T 0.2", upTo(24)),
      confidenceMap(
        "T 1.2",
        upTo(24).map(i => (i * 7) % 24),
      ),
    ],
    { ...source, spread: "one sample per temperature", unit: "samples" },
    { seeds: 1 },
  ),
  paretoFigure(methodRows, methodRows.slice(0, 4), source, {
    name: "methods",
    title: "Decoding methods: pass@1 by denoiser calls",
  }),
  cacheErrorsFigure(
    ["prefix", "dual"].flatMap((cache, c) =>
      [1, 2, 4, 12, 36].flatMap(block =>
        (["divergence", "changed"] as const).map(measure => ({
          ...{ cache, block, measure },
          ...around(0.02 * (c + 1) * Math.log2(block), 0.01),
        })),
      ),
    ),
    source,
  ),
  cachePassesFigure(
    ["prefix", "dual"].flatMap((cache, c) =>
      [12, 36].flatMap(block =>
        upTo(block).map(pass => ({ cache, block, pass, ...around(0.02 * (c + 1) * pass, 0.01) })),
      ),
    ),
    source,
  ),
  intervalsFigure(
    ["leftmost ties", "untempered-entropy order"].flatMap(panel =>
      [
        "instruct (5 epochs)",
        "coupled-GRPO",
        "de-coupled",
        "full-mask",
        "d1, 15% of the prompt masked",
      ].flatMap((label, l) =>
        ["full steps", "half steps"].map((series, s) => ({
          panel,
          label,
          series,
          ...around(0.4 + 0.08 * l - 0.1 * s, 0.06),
        })),
      ),
    ),
    source,
    { name: "t2-after-rl", title: "After reinforcement learning", xTitle: "pass@1", xRange: [0, 1] },
  ),
  passAtKFigure(
    ["stage II", "instruct"].flatMap(model =>
      [0.2, 1].flatMap(temperature =>
        upTo(16).map(i => ({
          model,
          temperature,
          k: i + 1,
          ...around(1 - 0.5 * 0.8 ** (i * temperature), 0.04),
        })),
      ),
    ),
    source,
  ),
  programsFigure(
    [
      ["decoder", 0],
      ["rounding", 0],
      ["autoregressive", 0.6],
      ["autoregressive", 1.4],
    ].flatMap(([readout, temperature], r) =>
      ["valid", "passed", "variety"].map((measure, m) => ({
        ...{ readout: String(readout), temperature: Number(temperature), measure },
        ...around(0.9 - 0.15 * r - 0.1 * m, 0.05),
      })),
    ),
    source,
  ),
  traceFigure(
    ["decoder", "rounding"].flatMap((readout, r) =>
      upTo(21).map(i => ({ readout, t: 200 - 10 * i || 1, ...around((1 - i / 20) ** (1 + r), 0.02) })),
    ),
    source,
  ),
  tieShareFigure(
    [0.9, 0.95, 1].flatMap(topP =>
      [0.2, 0.6, 1, 1.2].map(temperature => ({
        topP,
        temperature,
        ...around(1.2 - topP * temperature * 0.6, 0.05),
      })),
    ),
    source,
  ),
  directionsFigure(
    ["F3: adapted minus from scratch", "F5L: instruct, T 0.2 minus 1.0"].flatMap(finding =>
      (["local", "global"] as const).flatMap(kind =>
        ["leftmost ties", "rightmost ties", "random ties", "untempered entropy"].map((order, i) => ({
          ...{ finding, kind, order },
          ...around(0.4 - 0.2 * i, 0.06),
        })),
      ),
    ),
    source,
  ),
  estimatorsFigure(
    [1, 2, 4].flatMap(pairs =>
      (["coupled", "de-coupled", "predicted"] as const).flatMap((estimator, e) => [
        ...(["end", "whole"] as const).map(scope => ({
          ...({ scope, quantity: "variance", estimator, pairs } as const),
          ...around((0.08 + 0.04 * (e % 2)) / pairs, 0.01),
        })),
        {
          scope: "end",
          quantity: "bias",
          estimator: "full-mask",
          pairs: pairs + e * 8,
          ...around(-0.2, 0.05),
        } as const,
      ]),
    ),
    source,
  ),
  exponentsFigure(
    [1, 2, 4, 8, 16].flatMap(updates =>
      (["k3", "ratio"] as const).flatMap(term =>
        ["public", "bounded", "weights divided out"].flatMap((form, f) =>
          ["median", "99th percentile", "largest"].map((share, i) => ({
            ...{ updates, term, form, share },
            ...around(10 ** i * (updates / 16) ** (1 + f / 2), 0.1 * 10 ** i),
          })),
        ),
      ),
    ),
    { ...source, unit: "prompts" },
  ),
  rewardDifferencesFigure(
    ["coupled", "full-mask", "d1", "de-coupled"].flatMap((estimator, e) =>
      upTo(11).flatMap(i => {
        const minus = e === 0 ? "its start" : "coupled";
        const at = { estimator, minus, step: 10 * i, ...around((0.03 - 0.015 * e) * i, 0.05) };
        return [
          ...(["rollout", "cold"] as const).map(sampling => ({
            ...at,
            sampling,
            measure: "reward" as const,
          })),
          ...(["base", "plus"] as const).map(measure => ({ ...at, sampling: "cold" as const, measure })),
        ];
      }),
    ),
    { ...source, seedsAre: "RL seed" },
  ),
  rlCourseFigure(
    ["coupled", "full-mask"].flatMap((estimator, e) =>
      upTo(20).flatMap(i =>
        (["reward", "klMedian", "gradNorm", "globalArness"] as const).map(measure => ({
          ...{ estimator, step: 5 * i, measure },
          ...around(0.6 + 0.01 * i * (e + 1), 0.03),
        })),
      ),
    ),
    { ...source, unit: "rollouts a point", seedsAre: "RL seed" },
  ),
  learnedOrderFigure(
    ["learned", "learned, shuffled rewards", "public order", "probability"].flatMap((label, i) =>
      (["base", "plus", "global"] as const).map((measure, m) => ({
        ...{ label, measure },
        ...around(0.6 - 0.1 * i - 0.05 * m, 0.08),
      })),
    ),
    source,
  ),
  beforeAfterByFormFigure(
    ["before", "coupled"].flatMap((estimator, e) =>
      ["loop", "comprehension", "staged"].flatMap((form, f) =>
        ["global AR-ness@1, to the end token", "pass@1, base tests"].map(measure => ({
          ...{ estimator, form, measure },
          ...around(0.6 + 0.2 * e - 0.05 * f, 0.06),
        })),
      ),
    ),
    { ...source, seedsAre: "RL seed" },
  ),
  validationFigure(
    ["n7-soft", "n7-plain-passes"].flatMap((recipe, r) =>
      (r === 0 ? ["hard", "soft"] : ["hard"]).flatMap((inputs, i) =>
        upTo(6).map(m => ({
          recipe,
          inputs,
          step: 80 * m,
          epochs: 0,
          ...around(1 - 0.05 * m + 0.02 * r - 0.03 * i, 0.01),
        })),
      ),
    ),
    { ...source, unit: "sequences" },
    {
      ...{
        name: "n7-loss",
        title: "Validation loss of soft and plain continuations",
        xTitle: "optimiser steps",
      },
      along: "step",
      labels: { "n7-soft": "soft-masked", "n7-plain-passes": "plain, as many passes" },
    },
  ),
  passBeforeAfterFigure(
    ["before", "coupled"].flatMap((estimator, e) =>
      upTo(16).map(i => ({ estimator, k: i + 1, ...around(1 - 0.5 * (0.8 + 0.1 * e) ** i, 0.04) })),
    ),
    { ...source, seedsAre: "RL seed" },
  ),
];
