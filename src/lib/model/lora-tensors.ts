/** What the tensors of an adapter in PEFT's layout change, and their values. */
import * as tf from "@tensorflow/tfjs-core";
import { UserError } from "../core/errors.js";
import type { DenoiserConfig } from "./config.js";
import { loraRank, loraScale, type LoraConfig } from "./lora-config.js";
import type { Adapter, Change } from "./lora.js";
import { parameterShapes } from "./parameters.js";
import type { SafetensorsFile } from "./safetensors.js";
import { lladaName, plainName } from "./weights.js";

/**
 * The adapter of a file for a base of this shape. Names and shapes of all tensors are checked before the
 * first is read.
 * @throws UserError at the first that has no place in the base, is misshapen, or lacks its partner
 */
export function adapterOf(file: SafetensorsFile, config: LoraConfig, base: DenoiserConfig): Adapter {
  const changes = changesOf(file, config, base);
  const tensors = new Map<string, tf.Tensor>();
  try {
    for (const [name, { shape }] of file.tensors)
      tensors.set(name, tf.tensor(file.readFloat32(name, { finite: true }), [...shape], "float32"));
    return { config, changes, tensors };
  } catch (error) {
    tf.dispose([...tensors.values()]);
    throw error;
  }
}

/** What a tensor is to its module, by the end of its name. */
const roles = [
  ["a", ".lora_A.weight"],
  ["b", ".lora_B.weight"],
  ["a", ".lora_embedding_A"],
  ["b", ".lora_embedding_B"],
  ["magnitude", ".lora_magnitude_vector"],
  ["rows", ".token_adapter.trainable_tokens_delta"],
  ["copy", ".weight"],
  ["copy", ".bias"],
] as const;
type Role = (typeof roles)[number][0];

interface Part {
  readonly name: string;
  readonly shape: readonly number[];
  readonly ending: string;
}

function changesOf(file: SafetensorsFile, config: LoraConfig, base: DenoiserConfig): Change[] {
  const refuse = (what: string) =>
    new UserError(`lora: ${file.path} ${what}; the adapter belongs to another base, or was cut off.`);
  const shapes = new Map(parameterShapes(base));
  shapes.set("lm_head.weight", [base.vocabSize, base.hiddenSize]); // also where it is tied
  const parameterOf = new Map(
    [...shapes.keys()].map(name => [base.modelType === "llada" ? lladaName(name) : name, name]),
  );
  const modules = new Map<string, Map<Role, Part>>();
  const paths = new Map<string, string>();
  for (const [name, { shape }] of file.tensors) {
    file.floatBytes(name);
    const plain = plainName(name)
      .replace(/^base_model\.model\./, "")
      .replace(".modules_to_save", "")
      .replace(/\.default\b/, "");
    const found = roles.find(([, ending]) => plain.endsWith(ending));
    if (found === undefined) throw refuse(`holds tensor ${name}, which is no part of a LoRA adapter`);
    const [role, ending] = found;
    const module = plain.slice(0, -ending.length);
    const parameter = parameterOf.get(`${module}${ending === ".bias" ? ".bias" : ".weight"}`);
    if (parameter === undefined) throw refuse(`holds tensor ${name}, for which the base has no module`);
    const parts = modules.get(parameter) ?? new Map<Role, Part>();
    if (parts.has(role)) throw refuse(`holds tensors ${parts.get(role)?.name} and ${name} for one place`);
    paths.set(parameter, module);
    modules.set(parameter, parts.set(role, { name, shape, ending }));
  }
  if (modules.size === 0) throw refuse("holds no tensors");
  return [...modules].map(([parameter, parts]) =>
    changeOf({
      ...{ parameter, parts, config, refuse },
      path: paths.get(parameter) as string,
      shape: shapes.get(parameter) as number[],
    }),
  );
}

interface Module {
  readonly parameter: string;
  /** of the module, as the base's own code names it */
  readonly path: string;
  /** of the base's parameter */
  readonly shape: readonly number[];
  readonly parts: ReadonlyMap<Role, Part>;
  readonly config: LoraConfig;
  readonly refuse: (what: string) => UserError;
}

function changeOf(module: Module): Change {
  const { parameter, parts, refuse } = module;
  const [copy, rows] = [parts.get("copy"), parts.get("rows")];
  if (copy !== undefined && parts.size === 1) {
    needShape(module, copy, module.shape);
    return { kind: "copy", parameter, tensor: copy.name };
  }
  if (rows !== undefined && parts.size === 1) return rowsChange(module, rows);
  if (copy !== undefined || rows !== undefined)
    throw refuse(`replaces ${parameter} and changes it too, which is not supported`);
  return lowRankChange(module);
}

function rowsChange(module: Module, rows: Part): Change {
  const { parameter, path, shape, config, refuse } = module;
  const named = [...config.trainableTokens].find(([name]) => path === name || path.endsWith(`.${name}`));
  if (named === undefined)
    throw refuse(`holds tensor ${rows.name}, for which ${config.file} has no trainable_token_indices`);
  const ids = named[1];
  const outside = ids.find(id => id >= shape[0]);
  if (outside !== undefined) throw refuse(`trains token ${outside}, but the base has ${shape[0]} rows`);
  needShape(module, rows, [ids.length, shape[1]]);
  return { kind: "rows", parameter, tensor: rows.name, ids };
}

function lowRankChange(module: Module): Change {
  const { parameter, path, shape, parts, config, refuse } = module;
  const [a, b, magnitude] = (["a", "b", "magnitude"] as const).map(role => parts.get(role));
  if (a === undefined || b === undefined || shape.length !== 2)
    throw refuse(
      `holds ${[...parts.values()].map(({ name }) => name).join(" and ")} without what belongs to it`,
    );
  if ((magnitude !== undefined) !== config.dora)
    throw refuse(
      `has ${magnitude === undefined ? "no " : "a "}magnitude for ${parameter}, but ${config.file} ` +
        `says use_dora=${config.dora}`,
    );
  const isTable = a.ending.includes("embedding");
  if (isTable && config.dora) throw refuse(`changes the table ${parameter} by DoRA, which is not supported`);
  const rank = loraRank(config, path);
  const [out, inputs] = isTable ? [shape[1], shape[0]] : shape;
  needShape(module, a, [rank, inputs]);
  needShape(module, b, [out, rank]);
  if (magnitude !== undefined) needShape(module, magnitude, [shape[0]]);
  return {
    ...{ kind: "low-rank", parameter, scale: loraScale(config, path, rank), isTable },
    ...{ a: a.name, b: b.name },
    ...(magnitude !== undefined && { magnitude: magnitude.name }),
  };
}

function needShape({ refuse }: Module, { name, shape }: Part, needed: readonly number[]): void {
  if (shape.join() !== needed.join())
    throw refuse(
      `holds tensor ${name} of shape [${shape.join(", ")}] where [${needed.join(", ")}] is needed`,
    );
}
