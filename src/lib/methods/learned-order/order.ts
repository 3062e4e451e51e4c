/**
 * An order that is learned: positions ranked by a trained head that sees every state of the completion, not
 * one proposal at a time (DCoLT's unmasking policy module, arXiv 2505.10446). One denoiser call gives the
 * states, their scores and the logits. What is committed of the scores is still a policy's choice: the
 * highest, or a draw (`algTemperature`).
 */
import * as tf from "@tensorflow/tfjs-core";
import { compile, type CompileOptions } from "../../compile/compile.js";
import { offsetScale, orderScores, timeFeatures, type OrderConditions, type OrderHead } from "./head.js";
import type { Parameters } from "../../model/parameters.js";
import type { ConfidenceScore } from "../../decode/confidence.js";
import type { DecodeConfig } from "../../decode/types.js";
import type { LearnedOrder, StepPlace } from "../../decode/order.js";
import { blockAt } from "../../decode/policy.js";

/**
 * What the head is told of a completion's positions beside their
 * states [N, C]: masked or not, in the current block or not.
 */
export interface Conditions {
  readonly masked: Float32Array;
  readonly inBlock: Float32Array;
}

export function conditionsOf(
  masked: readonly (readonly number[])[],
  { step, steps }: StepPlace,
  config: Pick<DecodeConfig, "completionLength" | "blockLength">,
): Conditions {
  const c = config.completionLength;
  const { end, length } = blockAt(step, steps, config);
  const flags = { masked: new Float32Array(masked.length * c), inBlock: new Float32Array(masked.length * c) };
  masked.forEach((positions, i) => {
    for (const p of positions) flags.masked[i * c + p] = 1;
    flags.inBlock.fill(1, i * c + end - length, i * c + end);
  });
  return flags;
}

/** A head's order; it holds recorded graphs. */
export interface OrderOfHead extends LearnedOrder {
  /** the same head with other weights, which stay the caller's; it shares the graphs */
  readonly withParameters: (parameters: Parameters) => LearnedOrder;
  dispose(): void;
}

/**
 * The order of a head, whose weights stay the caller's.
 * @param options how it is compiled
 */
export function learnedOrder(
  head: OrderHead,
  config: Pick<DecodeConfig, "completionLength" | "blockLength">,
  options: Partial<CompileOptions> = {},
): OrderOfHead {
  const graph = compile(
    (parameters: Parameters, hidden: tf.Tensor3D, told: OrderConditions) =>
      orderScores(parameters, head.config, hidden, told),
    { name: "order head", ...options },
  );
  const scoresOf =
    (parameters: Parameters): LearnedOrder["scores"] =>
    (hidden, masked, place) =>
      tf.tidy(() => {
        const [n, c] = hidden.shape;
        const conditions = conditionsOf(masked, place, config);
        const scores = graph(parameters, hidden, {
          time: timeFeatures(masked.map(() => place.step / place.steps)),
          masked: tf.tensor2d(conditions.masked, [n, c]),
          inBlock: tf.tensor2d(conditions.inBlock, [n, c]),
        });
        return scores.dataSync<"float32">();
      });
  const weight = offsetScale(head.offset);
  const offset: ConfidenceScore =
    weight === 0 ? () => 0 : ({ plainSummary }) => weight * Math.log(plainSummary.top1);
  const withParameters = (parameters: Parameters) => ({ scores: scoresOf(parameters), offset });
  return { ...withParameters(head.parameters), withParameters, dispose: () => graph.dispose() };
}
