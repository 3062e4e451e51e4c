/**
 * The worker: models, tokenizers and the decoder of the library on WebAssembly, apart from the page, which
 * stays responsive. It fetches nothing: bytes come with the messages.
 */
import * as tf from "@tensorflow/tfjs-core";
import { setWasmPaths } from "@tensorflow/tfjs-backend-wasm";
import { decodeRecorded, engineOf, knownSpans, promptTokens, type OwnedEngine } from "../lib/instrument.js";
import type { Answers, FromWorker, Request, ToWorker } from "./protocol.js";

const scope = globalThis as unknown as {
  onmessage: (message: MessageEvent<ToWorker>) => void;
  postMessage(message: FromWorker): void;
};
const engines = new Map<string, OwnedEngine>();
const running = new Map<number, AbortController>();
/** One question after the other: two decodings at once would only be later, both. */
let queue: Promise<unknown> = Promise.resolve();

async function start(wasm: Uint8Array): Promise<null> {
  tf.env().platform.fetch = () => Promise.resolve(new Response(wasm as BlobPart));
  setWasmPaths("./", true);
  if (!(await tf.setBackend("wasm"))) throw new Error("This browser runs no WebAssembly with SIMD.");
  return null;
}

async function answer(
  ask: Request,
  signal: AbortSignal,
  onShare: (share: number) => void,
): Promise<Answers[keyof Answers]> {
  switch (ask.kind) {
    case "start":
      return start(ask.wasm);
    case "load": {
      for (const [name, engine] of engines) if (name === ask.model) engine.denoiser.dispose();
      const engine = engineOf(ask.files);
      engines.set(ask.model, engine);
      const { denoiser, tokenizer, autoregressive } = engine;
      const weights = [...denoiser.parameters.values()].reduce((sum, { size }) => sum + size, 0);
      return { autoregressive, vocabSize: tokenizer.vocabSize, weights };
    }
    case "words":
      return knownSpans(engineFor(ask.model).tokenizer, ask.text);
    case "decode": {
      const engine = engineFor(ask.model);
      const autoregressive = ask.autoregressive || engine.autoregressive;
      const promptIds = promptTokens(engine, ask.prompt, ask.config.completionLength);
      const { config, seed, picks } = ask;
      const onStep = (step: number, steps: number) => onShare(step / steps);
      return decodeRecorded(
        { ...engine, autoregressive },
        { promptIds, config, seed, picks, signal, onStep },
      );
    }
  }
}

function engineFor(model: string): OwnedEngine {
  const engine = engines.get(model);
  if (engine === undefined) throw new Error(`internal: model ${model} is not loaded.`);
  return engine;
}

scope.onmessage = ({ data }) => {
  if ("drop" in data) return running.get(data.id)?.abort();
  const { id, ask } = data;
  const abort = new AbortController();
  running.set(id, abort);
  queue = queue.then(async () => {
    try {
      abort.signal.throwIfAborted();
      scope.postMessage({
        id,
        answer: await answer(ask, abort.signal, share => scope.postMessage({ id, share })),
      });
    } catch (error) {
      scope.postMessage({ id, error: error instanceof Error ? error.message : String(error) });
    } finally {
      running.delete(id);
    }
  });
};
