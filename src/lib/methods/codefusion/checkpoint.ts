/** Checkpoint folders of CodeFusion networks: config.json and model.safetensors in bfloat16. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import * as tf from "@tensorflow/tfjs-core";
import { UserError } from "../../core/errors.js";
import { makeFolders } from "../../files/durable.js";
import { writing } from "../../files/file-error.js";
import { readJson, writeJson } from "../../checkpoints/json-file.js";
import type { Parameters } from "../../model/parameters.js";
import type { TensorToStore, SafetensorsFile } from "../../model/safetensors.js";
import { writeSafetensors } from "../../checkpoints/safetensors-file.js";
import { fusionConfigJson, parseFusionConfig, type FusionConfig } from "./config.js";
import { fusionShapes } from "./parameters.js";
import { openSafetensors } from "../../checkpoints/safetensors-file.js";

/** Each file is replaced atomically; weights are rounded to nearest even. */
export function saveFusion(folder: string, config: FusionConfig, params: Parameters): void {
  writing("fusion", folder, () => makeFolders(folder));
  writeJson(join(folder, "config.json"), fusionConfigJson(config));
  const tensors = new Map<string, TensorToStore>();
  for (const [name, shape] of fusionShapes(config)) {
    const tensor = params.get(name);
    if (tensor === undefined) throw new Error(`internal: parameter ${name} is missing.`);
    tensors.set(name, { dtype: "BF16", shape, values: () => tensor.dataSync<"float32">() });
  }
  writeSafetensors(join(folder, "model.safetensors"), tensors);
}

/**
 * The network of a folder; parameters are the caller's.
 * @throws UserError naming file, tensor and remedy
 */
export function loadFusion(folder: string): {
  readonly config: FusionConfig;
  readonly parameters: Map<string, tf.Tensor>;
} {
  const path = join(folder, "config.json");
  if (!existsSync(path))
    throw new UserError(
      `fusion: ${folder} has no config.json; train one with npm run train -- --recipe codefusion.`,
    );
  const config = parseFusionConfig(readJson(path), path);
  const file = openSafetensors(join(folder, "model.safetensors"));
  try {
    for (const [name, shape] of fusionShapes(config)) checkShape(file, name, shape);
    const read = (name: string, shape: number[]) =>
      tf.tensor(file.readFloat32(name, { finite: true }), shape);
    return {
      config,
      parameters: new Map([...fusionShapes(config)].map(([name, shape]) => [name, read(name, shape)])),
    };
  } finally {
    file.close();
  }
}

function checkShape(file: SafetensorsFile, name: string, shape: readonly number[]): void {
  const found = file.tensors.get(name)?.shape;
  if (found?.join() === shape.join()) return;
  throw new UserError(
    `fusion: ${file.path} has ` +
      `${found === undefined ? "no tensor" : `shape [${found.join(", ")}] for tensor`} ${name}, ` +
      `config.json asks for [${shape.join(", ")}]; the two do not belong together, train the network ` +
      "again.",
  );
}
