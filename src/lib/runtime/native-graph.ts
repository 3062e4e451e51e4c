/** A graph loaded into TensorFlow, run as one native call. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import type { Graph } from "../compile/graph.js";
import type { GraphRunner, NativeBackend, NativeGraph } from "../compile/native.js";
import { UserError } from "../core/errors.js";
import { encodeForXla, encodeSavedModel, inputName, outputName, servingTag } from "./saved-model.js";

/** Loads graphs into the TensorFlow that tfjs-node binds. */
export const nativeGraphs: GraphRunner = { cores: availableParallelism(), load: loadGraph };

function loadGraph(where: string, backend: NativeBackend, graph: Graph, xla: boolean): NativeGraph {
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
