/** A graph loaded into TensorFlow, run as one native call. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type * as tf from "@tensorflow/tfjs-core";
import type { Graph } from "./graph.js";
import type { NativeBackend } from "./native.js";
import { UserError } from "../core/errors.js";
import { encodeForXla, encodeSavedModel, inputName, outputName, servingTag } from "./saved-model.js";

export interface NativeGraph {
  /** Inputs are borrowed and must have the recorded shapes and dtypes; outputs belong to the caller. */
  run(inputs: tf.Tensor[]): tf.Tensor[];
  /** Frees the native session. */
  dispose(): void;
}

/**
 * @param where opens the UserError for an operation that XLA cannot be given
 * @param xla compile the graph with XLA on its first run
 */
export function loadGraph(where: string, backend: NativeBackend, graph: Graph, xla: boolean): NativeGraph {
  const unknown = (op: string): never => {
    throw new UserError(
      `${where}: operation ${op} is not known to the writer of XLA functions; use mode "graph".`,
    );
  };
  const id = loadSavedModel(backend, xla ? encodeForXla(graph, unknown) : encodeSavedModel(graph));
  const inputNames = graph.placeholders.map((_, i) => `${inputName(i)}:0`).join();
  const outputNames = graph.outputs.map((_, i) => `${outputName(i)}:0`).join();
  return {
    run(inputs) {
      const results = backend.binding.runSavedModel(
        id,
        backend.getInputTensorIds(inputs),
        inputNames,
        outputNames,
      );
      return results.map(result => backend.createOutputTensor(result));
    },
    dispose: () => backend.binding.deleteSavedModel(id),
  };
}

/** TensorFlow loads from a folder only; it is gone again when this returns. */
function loadSavedModel(backend: NativeBackend, bytes: Uint8Array): number {
  const folder = mkdtempSync(join(tmpdir(), "unmask-graph-"));
  try {
    writeFileSync(join(folder, "saved_model.pb"), bytes);
    return backend.binding.loadSavedModel(folder, servingTag);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
