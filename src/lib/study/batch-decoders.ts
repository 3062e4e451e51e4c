/**
 * Where the batches of decoding runs are decoded: in worker processes of one thread each on a CPU with more than one core, in
 * this process on a GPU (which they would share) or where there is memory for one only.
 */
import { freemem } from "node:os";
import { pathToFileURL } from "node:url";
import { backendInUse } from "../runtime/backend.js";
import { BatchDecoder, type DecodeBatch, type DecodedSample } from "./decode-batch.js";
import { fromRoot } from "../host/package-root.js";
import { isAdded } from "../tasks/tasks.js";
import { closeSharedSandbox } from "./shared-sandbox.js";
import { workerCount, WorkerPool } from "./worker-pool.js";

let pool: WorkerPool<DecodeBatch, DecodedSample[]> | undefined;

/** The batches decoded, in order. A backend must be in use. An abort ends the workers. */
export async function* decodeBatches(
  batches: readonly DecodeBatch[],
  signal?: AbortSignal,
): AsyncGenerator<DecodedSample[]> {
  signal?.throwIfAborted();
  pool ??= new WorkerPool(pathToFileURL(fromRoot("dist/lib/study/decode-worker.js")), workerCount(freemem()));
  // prompts: maybe of a model too large for several; an added task: no other process knows it
  const onlyHere = batches.some(({ study: { task } }) => task === "prompts" || isAdded(task));
  if (backendInUse() === "native-cuda" || pool.size === 1 || onlyHere) {
    yield* decodeHere(batches, signal);
    return;
  }
  const stop = () => closeWorkers();
  signal?.addEventListener("abort", stop, { once: true });
  try {
    yield* pool.map(batches);
  } catch (error) {
    signal?.throwIfAborted();
    throw error;
  } finally {
    signal?.removeEventListener("abort", stop);
  }
}

async function* decodeHere(
  batches: readonly DecodeBatch[],
  signal?: AbortSignal,
): AsyncGenerator<DecodedSample[]> {
  const decoder = new BatchDecoder();
  try {
    for (const batch of batches) yield await decoder.decode(batch, signal);
  } finally {
    decoder.dispose();
  }
}

/** End the workers and the sandbox of this process. Commands and notebooks call this last, so that the process can end. */
export async function closeDecoders(): Promise<void> {
  closeWorkers();
  await closeSharedSandbox();
}

function closeWorkers(): void {
  pool?.close();
  pool = undefined;
}
