/** What the page asks of its worker, and what the worker answers. */
import type { DecodeConfig, HandPick, ModelFiles, Recording, Span } from "../lib/instrument.js";

export interface DecodeRequest {
  readonly kind: "decode";
  readonly model: string;
  readonly autoregressive: boolean;
  readonly prompt: string;
  readonly config: DecodeConfig;
  readonly seed: number;
  readonly picks: readonly HandPick[];
}

export type Request =
  | { readonly kind: "start"; readonly wasm: Uint8Array }
  | { readonly kind: "load"; readonly model: string; readonly files: ModelFiles }
  | { readonly kind: "words"; readonly model: string; readonly text: string }
  | DecodeRequest;

/** What is known of a model once it is loaded. */
export interface Loaded {
  readonly autoregressive: boolean;
  readonly vocabSize: number;
  readonly weights: number;
}

export interface Answers {
  readonly start: null;
  readonly load: Loaded;
  readonly words: readonly Span[];
  readonly decode: Recording;
}

/** To the worker: a question by its number, or that its answer is no longer wanted. */
export type ToWorker =
  { readonly id: number; readonly ask: Request } | { readonly id: number; readonly drop: true };

/** From it; `share` is how much of a decoding is done. */
export type FromWorker =
  | { readonly id: number; readonly share: number }
  | { readonly id: number; readonly answer: Answers[keyof Answers] }
  | { readonly id: number; readonly error: string };
