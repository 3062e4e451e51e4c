/** Starts the worker, and gives it a model when one is first asked about. */
import type { ModelCard } from "../lib/instrument.js";
import { Client } from "./client.js";
import { packed, textsOf } from "./embedded.js";
import type { OwnFiles } from "./own-files.js";

export class Models {
  private client: Promise<Client> | undefined;
  private readonly loaded = new Map<string, Promise<unknown>>();

  constructor(private readonly cards: readonly ModelCard[]) {}

  /** The worker, once it holds the model. */
  async ready(model: string): Promise<Client> {
    const client = await this.start();
    const loading = this.loaded.get(model) ?? this.load(client, model);
    this.loaded.set(model, loading);
    await loading;
    return client;
  }

  /** A model of the reader's own, under a name that no other has. */
  async add(name: string, files: OwnFiles): Promise<boolean> {
    const client = await this.start();
    const transfer = Object.values(files.weights).map(bytes => bytes.buffer);
    const loading = client.ask({ kind: "load", model: name, files }, { transfer });
    this.loaded.set(name, loading);
    return (await loading).autoregressive;
  }

  private start(): Promise<Client> {
    this.client ??= (async () => {
      const client = new Client(await packed("worker"));
      const wasm = await packed("wasm");
      await client.ask({ kind: "start", wasm }, { transfer: [wasm.buffer] });
      return client;
    })();
    return this.client;
  }

  private async load(client: Client, model: string): Promise<void> {
    const name = this.cards.find(card => card.name === model)?.title ?? model;
    const bytes = await packed(`weights-${model}`);
    const files = { name, texts: textsOf(model), weights: { "model.safetensors": bytes } };
    await client.ask({ kind: "load", model, files }, { transfer: [bytes.buffer] });
  }
}
