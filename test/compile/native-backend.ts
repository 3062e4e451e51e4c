/**
 * Whether tfjs-node runs here; what only it can do is
 * skipped where its binding could not be built or fetched.
 */
import { registerGraphRunner } from "../../src/lib/compile/native.js";
import { nativeGraphs } from "../../src/lib/runtime/native-graph.js";

export const hasNativeBackend: boolean = await import("@tensorflow/tfjs-node-gpu").then(
  () => true,
  () => false,
);
registerGraphRunner(nativeGraphs);
