/** One call of the coupled-GRPO loss on given logits: masks, estimate, loss terms, loss and gradient. */
import * as tf from "@tensorflow/tfjs-core";
import type { SafetensorsFile } from "../model/safetensors.js";
import { completionMask } from "../rl/completion-mask.js";
import { grpoLoss, grpoTerms, tokenMean, type GrpoTargets } from "../rl/grpo-loss.js";
import { coupledPasses, fullMaskPasses, passInput, passWeights, type MaskPasses } from "../rl/mask-passes.js";
import { perTokenLogps, tokenLogps } from "../rl/token-logps.js";
import { shapeText, type CaseFile, type CheckResult } from "./case-file.js";
import type { Fields } from "./fields.js";
import {
  countDifferent,
  differenceOfLargest,
  largestDifference,
  largestRelative,
  tolerances,
  type Tolerance,
} from "./finding.js";
import { openSafetensors } from "../checkpoints/safetensors-file.js";

type Measure = (ours: ArrayLike<number>, reference: ArrayLike<number>) => number;

export function checkGrpo(source: CaseFile): CheckResult[] {
  const { fields: c } = source;
  const file = openSafetensors(source.path.replace(/\.json$/, ".safetensors"));
  try {
    const call = lossCall(c, file);
    const compare = (
      quantity: string,
      measure: Measure,
      tolerance: Tolerance,
      ours: ArrayLike<number>,
      key: string,
    ) => finding(source.name, quantity, tolerance, measure(ours, flat(c.raw(key))));
    const results = [
      ...checkMasks(source.name, c, call.passes),
      compare("log p by pass", largestDifference, tolerances.perTokenLogps, call.logpsByPass, "logp_by_pass"),
      compare(
        "per_token_logps",
        largestDifference,
        tolerances.perTokenLogps,
        call.estimate,
        "per_token_logps",
      ),
      compare("ratio", largestRelative, tolerances.ratios, call.terms.ratio, "ratio"),
      compare("surrogate", largestRelative, tolerances.ratios, call.terms.surrogate, "per_token_surrogate"),
      compare("low_clipped", countDifferent, tolerances.identical, call.terms.lowClipped, "low_clipped"),
      compare("high_clipped", countDifferent, tolerances.identical, call.terms.highClipped, "high_clipped"),
      compare("loss", largestDifference, tolerances.grpoLoss, [call.loss], "loss"),
      finding(
        source.name,
        `gradient with respect to logits ${shapeText(call.logitShape)}`,
        tolerances.logitGradient,
        differenceOfLargest(call.gradient, file.readFloat32("grad_logits")),
      ),
      ...(call.terms.k3 === null
        ? []
        : [compare("k3", largestRelative, tolerances.ratios, call.terms.k3, "per_token_kl_k3")]),
      ...checkMetrics(source.name, c, call.metrics),
      ...(c.has("full_mask_baseline")
        ? [fullMaskBaseline(source.name, c.child("full_mask_baseline"), call.logpsByPass)]
        : []),
    ];
    return results;
  } finally {
    file.close();
  }
}

/** The masks from the given draws, the ids of every pass, the weights and the completion mask. */
function checkMasks(name: string, c: Fields, passes: readonly MaskPasses[]): CheckResult[] {
  const [prompts, completions] = [c.matrix("prompt_ids"), c.matrix("completion_ids")];
  const masks = (k: number) => passes.flatMap(p => Array.from(p.passes[k].masked));
  const inputs = passes[0].passes.flatMap((_, k) =>
    prompts.flatMap((prompt, b) =>
      Array.from(passInput(prompt, completions[b], passes[b].passes[k], c.number("mask_token_id"))),
    ),
  );
  const counted = completions.flatMap(ids => Array.from(completionMask(ids, c.number("eos_token_id"))));
  const identical = (quantity: string, ours: ArrayLike<number>, key: string) =>
    finding(name, quantity, tolerances.identical, countDifferent(ours, flat(c.raw(key))));
  return [
    identical("completion mask", counted, "completion_mask"),
    identical("mask M", masks(1), "masked_in_pass_1"),
    identical("complement", masks(2), "masked_in_pass_2"),
    identical("ids of the passes", inputs, "pass_inputs"),
    finding(
      name,
      "weights",
      tolerances.float32,
      largestRelative(
        passes[0].passes.map(p => p.weight),
        c.numbers("weights"),
      ),
    ),
  ];
}

/**
 * Means over the tokens that count; the public code's own log pairs sequences wrongly and is not compared.
 */
function checkMetrics(name: string, c: Fields, ours: Readonly<Record<string, number | null>>): CheckResult[] {
  const metrics = c.child("metrics_intended");
  return Object.entries(ours).flatMap(([key, value]) =>
    metrics.has(key)
      ? [
          finding(
            name,
            `mean ${key}`,
            tolerances.ratios,
            largestRelative([value ?? NaN], [metrics.number(key)]),
          ),
        ]
      : [],
  );
}

function fullMaskBaseline(name: string, c: Fields, logpsByPass: Float32Array): CheckResult {
  const reference = flat(c.raw("per_token_logps"));
  const [length] = [c.matrix("per_token_logps")[0].length];
  const weights = passWeights(fullMaskPasses(length));
  const ours = reference.map((_, i) => logpsByPass[i] * weights[i % length]);
  return finding(name, "full-mask estimate", tolerances.perTokenLogps, largestDifference(ours, reference));
}

/** Everything computed of one case, read from the device. */
interface LossCall {
  readonly passes: readonly MaskPasses[];
  readonly logitShape: readonly number[];
  /** [3, B, C] */
  readonly logpsByPass: Float32Array;
  /** [B, C] */
  readonly estimate: Float32Array;
  readonly terms: Readonly<Record<"ratio" | "surrogate" | "lowClipped" | "highClipped", Float32Array>> & {
    readonly k3: Float32Array | null;
  };
  readonly loss: number;
  readonly gradient: Float32Array;
  readonly metrics: Readonly<Record<string, number | null>>;
}

function lossCall(c: Fields, file: SafetensorsFile): LossCall {
  const completions = c.matrix("completion_ids");
  const [b, length, p] = [completions.length, completions[0].length, c.number("prompt_length")];
  const passes = c.matrix("uniform_draws").map(draws => coupledPasses(draws, c.number("mask_ratio")));
  const logitShape = file.tensors.get("logits")?.shape ?? [];
  const [rows, , v] = logitShape;
  const [epsilonLow, epsilonHigh, beta] = ["epsilon_low", "epsilon_high", "beta"].map(key => c.number(key));
  const config = { epsilonLow, epsilonHigh, beta, exponents: "public" } as const;
  const scope = tf.engine();
  scope.startScope();
  try {
    const ids = tf.tensor2d([...completions, ...completions, ...completions], [rows, length], "int32");
    const targets = targetsOf(c, completions);
    const weights = tf.tensor3d(byPass(passes), [3, b, length]);
    const logpsOf = (logits: tf.Tensor): tf.Tensor3D => {
      const aligned = tf.slice<tf.Rank.R3, tf.Tensor3D>(
        logits as tf.Tensor3D,
        [0, p - 1, 0],
        [rows, length, v],
      );
      return tf.reshape(tokenLogps(aligned, ids), [3, b, length]);
    };
    const lossOf = (logits: tf.Tensor) => grpoLoss(perTokenLogps(logpsOf(logits), weights), targets, config);
    const logits = tf.tensor(file.readFloat32("logits"), [...logitShape]);
    const logpsByPass = logpsOf(logits);
    const estimate = perTokenLogps(logpsByPass, weights);
    const terms = grpoTerms(estimate, targets, config);
    const { value, grad } = tf.valueAndGrad(lossOf)(logits);
    const mean = (x: tf.Tensor) => read(tokenMean(x, targets.completionMask))[0];
    const [low, high] = [mean(terms.lowClipped), mean(terms.highClipped)];
    const kl = terms.k3 === null ? null : mean(terms.k3);
    return {
      passes,
      logitShape,
      logpsByPass: read(logpsByPass),
      estimate: read(estimate),
      terms: {
        ratio: read(terms.ratio),
        surrogate: read(terms.surrogate),
        k3: terms.k3 === null ? null : read(terms.k3),
        lowClipped: read(terms.lowClipped),
        highClipped: read(terms.highClipped),
      },
      loss: read(value)[0],
      gradient: read(grad),
      metrics: { kl, clip_low: low, clip_high: high, clip_region: low + high },
    };
  } finally {
    scope.endScope();
  }
}

function read(tensor: tf.Tensor): Float32Array {
  return tensor.dataSync<"float32">();
}

function targetsOf(c: Fields, completions: readonly number[][]): GrpoTargets {
  const given = (key: string) => (c.has(key) ? tf.tensor2d(c.matrix(key)) : null);
  const counted = completions.map(ids => Array.from(completionMask(ids, c.number("eos_token_id"))));
  return {
    oldLogps: given("old_per_token_logps"),
    refLogps: given("ref_per_token_logps"),
    advantages: tf.tensor1d(c.numbers("advantages")),
    completionMask: tf.tensor2d(counted),
  };
}

/** Weights of all sequences as [3, B, C], from [3, C] of each. */
function byPass(passes: readonly MaskPasses[]): Float32Array {
  const each = passes.map(passWeights);
  const length = each[0].length / 3;
  return Float32Array.from(
    [0, 1, 2].flatMap(k => each.flatMap(w => Array.from(w.subarray(k * length, (k + 1) * length)))),
  );
}

function finding(name: string, quantity: string, tolerance: Tolerance, difference: number): CheckResult {
  return { name, quantity, difference, tolerance };
}

/** Numbers of nested lists, or of one number. */
function flat(value: unknown): number[] {
  return Array.isArray(value) ? value.flatMap(flat) : [value as number];
}
