/** The page's side of the worker: questions as promises. */
import type { Answers, FromWorker, Request, ToWorker } from "./protocol.js";

interface Waiting {
  readonly resolve: (answer: never) => void;
  readonly reject: (error: Error) => void;
  readonly onShare: ((share: number) => void) | undefined;
}

interface Asking {
  /** aborted, the answer is given up, and the worker told */
  readonly signal?: AbortSignal;
  readonly transfer?: readonly ArrayBuffer[];
  /** called with how much is done */
  readonly onShare?: (share: number) => void;
}

export class Client {
  private readonly worker: Worker;
  private readonly waiting = new Map<number, Waiting>();
  private next = 0;

  /** @param code of the worker */
  constructor(code: Uint8Array) {
    const address = URL.createObjectURL(new Blob([code as BlobPart], { type: "text/javascript" }));
    this.worker = new Worker(address);
    this.worker.onmessage = ({ data }: MessageEvent<FromWorker>) => {
      const { resolve, reject, onShare } = this.waiting.get(data.id) ?? {};
      if ("share" in data) return onShare?.(data.share);
      this.waiting.delete(data.id);
      if ("error" in data) reject?.(new Error(data.error));
      else resolve?.(data.answer as never);
    };
    this.worker.onerror = ({ message }) => {
      for (const { reject } of this.waiting.values()) reject(new Error(message));
      this.waiting.clear();
    };
  }

  ask<K extends Request["kind"]>(
    ask: Extract<Request, { readonly kind: K }>,
    { signal, transfer = [], onShare }: Asking = {},
  ): Promise<Answers[K]> {
    const id = this.next++;
    const send = (message: ToWorker) => this.worker.postMessage(message, [...transfer]);
    return new Promise<Answers[K]>((resolve, reject) => {
      this.waiting.set(id, { resolve, reject, onShare });
      send({ id, ask });
      signal?.addEventListener("abort", () => {
        this.worker.postMessage({ id, drop: true } satisfies ToWorker);
        this.waiting.delete(id);
        reject(new DOMException("given up", "AbortError"));
      });
    });
  }
}
