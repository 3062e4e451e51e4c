/** `figures/playground.html`: the shipped models of seed 1, and the pair of tie rules recorded. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fromRoot } from "../host/package-root.js";
import type { ModelCard } from "../playground/copy.js";
import { decodeRecorded } from "../playground/decode-recorded.js";
import { engineOf, promptTokens } from "../playground/engine.js";
import type { Recording } from "../playground/recording.js";
import { configOf, defaultPane, testbedLength, type Scene } from "../playground/settings.js";
import { useBackend } from "../runtime/backend.js";
import { playgroundHtml, type PackedModel } from "./playground-file.js";

const cards: readonly ModelCard[] = [
  {
    ...{ name: "instruct", title: "Diffusion, instruct", autoregressive: false },
    folder: "data/checkpoints/instruct-seed1",
  },
  {
    ...{ name: "rl", title: "Diffusion, after RL", autoregressive: false },
    folder: "data/runs/rl/f7-estimators/coupled-grpo-seed1",
  },
  {
    ...{ name: "ar-parent", title: "AR parent", autoregressive: true },
    folder: "data/checkpoints/ar-parent-seed1",
  },
];

/** What the page opens with. */
export const shippedScene: Scene = {
  ...{ prompt: "loop: take even items, squared, return sum\n", seed: 1, length: testbedLength },
  panes: [defaultPane("instruct"), { ...defaultPane("instruct"), tieRule: "random" }],
};

const smallFiles = ["config.json", "generation_config.json", "tokenizer.json", "tokenizer_config.json"];

/** Recorded on WebAssembly, as the page decodes. */
export async function shippedPlayground(): Promise<string> {
  const models = cards.map(read);
  await useBackend("wasm");
  return playgroundHtml({ models, scene: shippedScene, recorded: await record(models[0]), place: "page" });
}

function read(card: ModelCard): PackedModel {
  const folder = fromRoot(card.folder ?? "");
  return {
    card,
    texts: Object.fromEntries(smallFiles.map(name => [name, readFileSync(join(folder, name), "utf8")])),
    weights: readFileSync(join(folder, "model.safetensors")),
  };
}

async function record({ card, texts, weights }: PackedModel): Promise<Recording[]> {
  const engine = engineOf({ name: card.title, texts, weights: { "model.safetensors": weights } });
  const promptIds = promptTokens(engine, shippedScene.prompt, shippedScene.length);
  const recordings: Recording[] = [];
  for (const pane of shippedScene.panes) {
    const config = configOf(pane, shippedScene.length);
    recordings.push(await decodeRecorded(engine, { promptIds, config, seed: shippedScene.seed, picks: [] }));
  }
  engine.denoiser.dispose();
  return recordings;
}
