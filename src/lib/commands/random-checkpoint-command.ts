/** The command line that makes a checkpoint folder with random weights. */
import { resolve } from "node:path";
import type { Command } from "./cli-arguments.js";
import { writeRandomCheckpoint } from "../checkpoints/random-checkpoint.js";
import { randomFamilies, randomShapes } from "../checkpoints/random-checkpoint-config.js";

const options = {
  shape: { type: "choice", values: randomShapes, default: "qwen2.5-0.5b", description: "sizes of the model" },
  family: {
    type: "choice",
    values: randomFamilies,
    default: "dream",
    description: "how the folder is laid out",
  },
  tied: {
    type: "choice",
    values: ["as-shipped", "yes", "no"],
    default: "as-shipped",
    description: "whether the embedding is the head too",
  },
  out: { type: "string", required: true, description: "folder to write" },
  seed: { type: "integer", default: 0, min: 0, description: "seed of the weights" },
  shards: {
    type: "integer",
    default: 2,
    min: 1,
    max: 100,
    description: "files that the weights are spread over",
  },
} as const;

export const randomCheckpointCommand: Command<typeof options> = {
  name: "random-checkpoint",
  summary: "Make a checkpoint folder with random weights, laid out as the public ones.",
  options,
  needsBackend: false,
  main({ shape, family, tied: tying, out, seed, shards }) {
    const started = performance.now();
    const folder = resolve(out);
    const tied = tying === "as-shipped" ? undefined : tying === "yes";
    const weights = writeRandomCheckpoint(folder, { shape, family, seed, shards, tied });
    const seconds = (performance.now() - started) / 1000;
    console.log(
      `${folder}: ${weights.toLocaleString("en")} weights in ${shards} ` +
        `${shards === 1 ? "file" : "files"}, ${seconds.toFixed(1)} s`,
    );
    return Promise.resolve();
  },
};
