/** The safetensors files of a checkpoint folder: one, or shards with an index. */
import { existsSync, readdirSync } from "node:fs";
import { totalmem } from "node:os";
import { basename, join } from "node:path";
import { UserError } from "../core/errors.js";
import { quote, shorten } from "../core/plain-text.js";
import type { SafetensorsFile } from "../model/safetensors.js";
import { Weights } from "../model/weights.js";
import { readJson } from "./json-file.js";
import { openSafetensors } from "./safetensors-file.js";

const singleName = "model.safetensors";
const indexName = "model.safetensors.index.json";

/** Whether a folder holds weights of a whole model. */
export function hasWeights(folder: string): boolean {
  return [singleName, indexName].some(name => existsSync(join(folder, name)));
}

/**
 * What `work` makes of the weights of a folder, whose files are open as long as it runs.
 * @throws UserError when a file is missing or its header does not describe it
 */
export function withWeights<T>(folder: string, work: (weights: Weights) => T): T {
  const index = existsSync(join(folder, singleName)) ? null : readIndex(folder);
  const names = index === null ? [singleName] : [...new Set(index.values())];
  const files = new Map<string, SafetensorsFile>();
  try {
    for (const name of names) files.set(name, openSafetensors(join(folder, name)));
    return work(new Weights(files, index, join(folder, index === null ? singleName : indexName)));
  } finally {
    for (const file of files.values()) file.close();
  }
}

function readIndex(folder: string): ReadonlyMap<string, string> {
  const path = join(folder, indexName);
  if (!existsSync(path)) throw noWeights(folder);
  const map = readJson(path)["weight_map"];
  if (typeof map !== "object" || map === null || Array.isArray(map))
    throw new UserError(`checkpoint: ${path} has no weight_map; fetch it again.`);
  const index = new Map<string, string>();
  const present = new Set(readdirSync(folder));
  for (const [tensor, shard] of Object.entries(map as Record<string, unknown>)) {
    if (typeof shard !== "string" || basename(shard) !== shard)
      throw new UserError(
        `checkpoint: ${path} names ${quote(shard)} for tensor ${shorten(tensor, 120)}, which is no file ` +
          "name; fetch it again.",
      );
    if (!present.has(shard))
      throw new UserError(
        `checkpoint: ${join(folder, shard)} is missing, the shard that ${indexName} names for tensor ` +
          `${shorten(tensor, 120)}; fetch it.`,
      );
    index.set(tensor, shard);
  }
  return index;
}

function noWeights(folder: string): UserError {
  const pickled = readdirSync(folder).find(name => name.endsWith(".bin"));
  const what =
    pickled === undefined
      ? "fetch the weights"
      : `convert ${pickled} to safetensors, pickled weights are not read`;
  return new UserError(`checkpoint: ${folder} has neither ${singleName} nor ${indexName}; ${what}.`);
}

/** @throws UserError when this machine's memory cannot hold so many bytes of weights */
export function checkMemory(path: string, bytes: number): void {
  const limit = process.constrainedMemory() ?? 0;
  const memory = limit > 0 ? Math.min(limit, totalmem()) : totalmem();
  if (bytes <= memory) return;
  const gigabytes = (n: number) => (n / 1e9).toFixed(1);
  throw new UserError(
    `checkpoint: the weights of ${path} take ${gigabytes(bytes)} GB in memory and this machine has ` +
      `${gigabytes(memory)} GB; use a larger machine or a smaller checkpoint.`,
  );
}
