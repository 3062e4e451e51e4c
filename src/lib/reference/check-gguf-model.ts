/** Whole GGUF files: shape, metadata, tokenizer, dequantised weights and logits. */
import { dirname, join } from "node:path";
import * as tf from "@tensorflow/tfjs-core";
import { ggufMetadata } from "../checkpoints/gguf-files.js";
import type { Metadata } from "../gguf/header.js";
import { isCausal, type DenoiserConfig } from "../model/config.js";
import { ggufName } from "../model/gguf/gguf-weights.js";
import { loadTokenizer } from "../checkpoints/tokenizer-file.js";
import {
  shapeIn,
  shapeText,
  valuesOf,
  type CaseFile,
  type CheckContext,
  type CheckResult,
} from "./case-file.js";
import { rawPass } from "./check-logits.js";
import type { Fields } from "./fields.js";
import {
  countDifferent,
  differenceOfLargest,
  largestDifference,
  tolerances,
  type Finding,
} from "./finding.js";
import { openSafetensors } from "../checkpoints/safetensors-file.js";
import { openGguf } from "../checkpoints/gguf-files.js";

export function checkGgufModel({ path, name, fields }: CaseFile, context: CheckContext): CheckResult[] {
  const gguf = join(dirname(path), fields.text("file"));
  const same = (what: string, quantity: string, differ: number): Finding => {
    return { name: `${name} ${what}`, quantity, difference: differ, tolerance: tolerances.identical };
  };
  const { config, parameters } = context.denoiserOf(gguf);
  const encode = fields.list("encode");
  return [
    same("shape", "attention, shift and mask token", differencesOfShape(config, fields)),
    same("metadata", "values and their types", differencesOfMetadata(ggufMetadata(gguf), fields)),
    same("tensors", "types and shapes", differencesOfTensors(gguf, fields)),
    ...(encode.length === 0
      ? []
      : [same("encode", `${encode.length} texts`, differencesOfText(gguf, config, encode))]),
    ...numbers(path, name, gguf, config, parameters),
  ];
}

/** A parent is always shifted here, whatever a decoder of the format would do with it. */
function differencesOfShape(config: DenoiserConfig, fields: Fields): number {
  const causal = isCausal(config);
  const ours = [causal, ...(causal ? [] : [config.shift, config.maskTokenId])];
  const theirs = [
    fields.flag("causal"),
    ...(causal ? [] : [fields.flag("shifted_when_decoding"), fields.number("mask_token_id")]),
  ];
  return countDifferent(ours, theirs);
}

function differencesOfMetadata(metadata: Metadata, fields: Fields): number {
  const expected = fields.child("metadata");
  const keys = expected.keys();
  const wrong = keys.filter(key => {
    const [ours, theirs] = [metadata.get(key), expected.child(key)];
    if (ours === undefined) return true;
    const types = [ours.type, ...(ours.elements === undefined ? [] : [ours.elements])];
    return types.join() !== theirs.texts("types").join() || !sameValue(ours.value, theirs.raw("value"));
  });
  return wrong.length + Math.abs(metadata.size - keys.length);
}

/** A list is written as its length, its first and its last elements. */
function sameValue(ours: unknown, theirs: unknown): boolean {
  if (!Array.isArray(ours) || Array.isArray(theirs)) return JSON.stringify(ours) === JSON.stringify(theirs);
  const { length, first = [], last = [] } = theirs as { length: number; first?: unknown[]; last?: unknown[] };
  const [start, end] = [ours.slice(0, first.length), ours.slice(ours.length - last.length)];
  return ours.length === length && JSON.stringify([start, end]) === JSON.stringify([first, last]);
}

function differencesOfTensors(gguf: string, fields: Fields): number {
  const file = openGguf(gguf);
  file.close();
  const listed = fields
    .list("tensors")
    .map(t => `${t.text("name")} ${t.text("type")} ${t.numbers("shape").join()}`);
  const ours = [...file.tensors].map(([name, { type, shape }]) => `${name} ${type.name} ${shape.join()}`);
  return countDifferent(ours.sort(), listed.sort());
}

function differencesOfText(gguf: string, config: DenoiserConfig, encode: readonly Fields[]): number {
  const tokenizer = loadTokenizer(gguf, { mask: isCausal(config) ? "optional" : "needed" });
  return encode.reduce((sum, c) => {
    const ids = Array.from(tokenizer.encode(c.text("text")));
    return (
      sum +
      countDifferent([...ids, tokenizer.decode(c.numbers("ids"))], [...c.numbers("ids"), c.text("decoded")])
    );
  }, 0);
}

/**
 * Logits as the model gives them, and every dequantised
 * tensor that is there, as stored and put back in order.
 */
function numbers(
  path: string,
  name: string,
  gguf: string,
  config: DenoiserConfig,
  parameters: ReadonlyMap<string, tf.Tensor>,
): CheckResult[] {
  const file = openSafetensors(path.replace(/\.json$/, ".safetensors"));
  const container = openGguf(gguf);
  try {
    const [b, t] = shapeIn(file, "input_ids");
    const logits = tf.tidy(
      () => rawPass({ config, parameters }, file.readInt32("input_ids"), null, [b, t]).logits,
    );
    const difference = largestDifference(valuesOf(logits), file.readFloat32("logits"));
    const named = new Map([...parameters].map(([parameter, tensor]) => [ggufName(parameter), tensor]));
    const weights = [...file.tensors.keys()].flatMap(key => {
      const [, kind, stored] = /^(dequantised|reordered)\.(.*)$/.exec(key) ?? [];
      if (kind === undefined) return [];
      const ours =
        kind === "dequantised"
          ? container.readFloat32(stored)
          : (named.get(stored)?.dataSync<"float32">() ?? []);
      return [weight(`${name} ${key}`, shapeIn(file, key), differenceOfLargest(ours, file.readFloat32(key)))];
    });
    return [
      {
        name: `${name} logits`,
        quantity: shapeText([b, t, config.vocabSize]),
        difference,
        tolerance: tolerances.logits,
      },
      ...weights,
    ];
  } finally {
    file.close();
    container.close();
  }
}

function weight(name: string, shape: readonly number[], difference: number): Finding {
  return { name, quantity: shapeText(shape), difference, tolerance: tolerances.dequantised };
}
