/**
 * The second way to a native backend: the tfjs package's own install script, which npm was told not to run. It
 * downloads TensorFlow 2.9.1 (for NVIDIA machines: CUDA 11.2) and a binding built for it from the tfjs project's
 * host, or from a mirror named in TFJS_NODE_BASE_URI.
 */
import { delimiter, join } from "node:path";
import { StepFailure, runProgram, step } from "./setup-step.js";
import { nodeHeaders, type NativeKind } from "./native-tensorflow.js";

export const downloadedTensorflow = "2.9.1";
const packageFolder = "node_modules/@tensorflow/tfjs-node-gpu";

/** Runs the package's install script. Throws StepFailure where its host does not answer within five seconds. */
export async function downloadNative(root: string, kind: NativeKind, log: string): Promise<void> {
  const library = kind === "cuda" ? "gpu" : "cpu";
  await step(`downloading TensorFlow ${downloadedTensorflow} instead, as the tfjs package does`, async () => {
    await checkHost();
    const prefix = nodeHeaders(); // used if no binding is on offer for this Node: then the script builds one
    await runProgram(process.execPath, ["scripts/install.js", library, "download"], {
      log,
      limitSeconds: 900,
      cwd: join(root, packageFolder),
      environment: {
        PATH: [join(root, "node_modules/.bin"), process.env.PATH].join(delimiter),
        ...(prefix === undefined ? {} : { npm_config_nodedir: prefix }),
      },
    });
  });
}

/** The script itself waits for minutes on a host that does not answer. Behind a proxy only it can tell. */
async function checkHost(): Promise<void> {
  const proxies = ["HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy"];
  if (proxies.some(name => (process.env[name] ?? "") !== "")) return;
  const host = new URL(process.env.TFJS_NODE_BASE_URI ?? "https://storage.googleapis.com/");
  try {
    await fetch(host.origin, { method: "HEAD", signal: AbortSignal.timeout(5000) });
  } catch {
    throw new StepFailure(`${host.host} cannot be reached`);
  }
}
