/** The bundle of a worker: a job in, what was decoded out. */
import { decodeFromBytes, type Job } from "./decode-from-bytes.js";

const scope = globalThis as unknown as {
  onmessage: (message: { readonly data: Job }) => void;
  postMessage(answer: unknown): void;
};
scope.onmessage = ({ data }) => {
  decodeFromBytes(data).then(
    result => scope.postMessage({ result }),
    (error: unknown) => scope.postMessage({ error: String(error) }),
  );
};
