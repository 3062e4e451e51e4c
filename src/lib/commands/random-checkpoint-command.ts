/** The command line that makes a checkpoint folder with random weights. */
import { resolve } from "node:path";
import { choice, text, whole } from "../core/schema.js";
import type { Command } from "./cli-arguments.js";
import { option } from "./option.js";
import { writeRandomCheckpoint } from "../checkpoints/random-checkpoint.js";
import { randomFamilies, randomShapes } from "../checkpoints/random-checkpoint-config.js";

const options = {
  shape: option(choice(randomShapes), "sizes of the model", { default: "qwen2.5-0.5b" }),
  family: option(choice(randomFamilies), "how the folder is laid out", { default: "dream" }),
  tied: option(choice(["as-shipped", "yes", "no"]), "whether the embedding is the head too", {
    default: "as-shipped",
  }),
  out: option(text, "folder to write", { required: true }),
  seed: option(whole(0), "seed of the weights", { default: 0 }),
  shards: option(whole(1, 100), "files that the weights are spread over", { default: 2 }),
};

export const randomCheckpointCommand: Command<typeof options> = {
  name: "random-checkpoint",
  summary: "Make a checkpoint folder with random weights, laid out as the public ones.",
  example: "--family llada --shape tiny --out /tmp/llada",
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
