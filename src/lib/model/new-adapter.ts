/** An adapter to be trained: the base as it is, until the first step. */
import * as tf from "@tensorflow/tfjs-core";
import type { Rng } from "../core/rng.js";
import type { DenoiserConfig } from "./config.js";
import type { Adapter, Change } from "./lora.js";
import { parameterShapes, type Parameters } from "./parameters.js";

/** What is trained of every layer: all of its products. */
const modules = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"];

export interface NewAdapter {
  readonly rank: number;
  /** the scale of its products, times the rank */
  readonly alpha: number;
  /** rows of the embedding that it trains */
  readonly tokens: readonly number[];
}

/**
 * LoRA on all products of all layers as PEFT begins it, A uniform within 1 / sqrt(in) and B zero, and rows of
 * the embedding as they are in the base.
 */
export function newAdapter(config: DenoiserConfig, base: Parameters, asked: NewAdapter, rng: Rng): Adapter {
  const changes = changesOf(config, asked);
  const shapes = adapterShapes(config, asked);
  const tensors = new Map<string, tf.Tensor>();
  for (const change of changes) {
    if (change.kind === "low-rank") {
      const [a, b] = [change.a, change.b].map(name => shapes.get(name) as [number, number]);
      tensors.set(change.a, uniform(a, 1 / Math.sqrt(a[1]), rng.split(change.a)));
      tensors.set(change.b, tf.zeros(b));
    } else if (change.kind === "rows") {
      const table = base.get(change.parameter) as tf.Tensor2D;
      tensors.set(
        change.tensor,
        tf.tidy(() => tf.gather(table, [...change.ids])),
      );
    }
  }
  return { config: loraConfig(asked), changes, tensors };
}

/** Names and shapes of its tensors, in the order in which they are stored. */
export function adapterShapes(config: DenoiserConfig, asked: NewAdapter): Map<string, number[]> {
  const shapes = parameterShapes(config);
  const { rank, tokens } = asked;
  return new Map(
    changesOf(config, asked).flatMap((change): [string, number[]][] => {
      const [out, inputs] = shapes.get(change.parameter) as number[];
      if (change.kind === "low-rank")
        return [
          [change.a, [rank, inputs]],
          [change.b, [out, rank]],
        ];
      return change.kind === "rows" ? [[change.tensor, [tokens.length, inputs]]] : [];
    }),
  );
}

function changesOf(config: DenoiserConfig, { rank, alpha, tokens }: NewAdapter): Change[] {
  const products = [...parameterShapes(config).keys()].filter(name =>
    modules.some(module => name.endsWith(`.${module}.weight`)),
  );
  const lowRank = products.map((parameter): Change => {
    const module = `base_model.model.${parameter.replace(/\.weight$/, "")}`;
    const [a, b] = [`${module}.lora_A.weight`, `${module}.lora_B.weight`];
    return { kind: "low-rank", parameter, scale: alpha / rank, isTable: false, a, b };
  });
  const rows: Change = {
    kind: "rows",
    parameter: "model.embed_tokens.weight",
    tensor: "base_model.model.model.embed_tokens.token_adapter.trainable_tokens_delta",
    ids: tokens,
  };
  return [rows, ...lowRank];
}

function loraConfig({ rank, alpha, tokens }: NewAdapter): Adapter["config"] {
  return {
    ...{ file: "", baseModel: null, rank, alpha, rankStabilised: false, dora: false, keepsTying: false },
    ...{ rankPattern: new Map(), alphaPattern: new Map() },
    trainableTokens: new Map([["embed_tokens", tokens]]),
  };
}

function uniform(shape: [number, number], bound: number, rng: Rng): tf.Tensor {
  const values = Float32Array.from({ length: shape[0] * shape[1] }, () => bound * (2 * rng.uniform() - 1));
  return tf.tensor2d(values, shape);
}
