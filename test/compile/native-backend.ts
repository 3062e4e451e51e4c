/** Whether tfjs-node runs here; what only it can do is skipped where its binding could not be built or fetched. */
export const hasNativeBackend: boolean = await import("@tensorflow/tfjs-node-gpu").then(
  () => true,
  () => false,
);
