/** A worker process that decodes and grades batches. Not a library module: importing it starts it. */
import { useBackend } from "../runtime/backend.js";
import { BatchDecoder, type DecodeBatch } from "./decode-batch.js";
import { serveJobs } from "./worker-pool.js";

const backend = useBackend();
const decoder = new BatchDecoder();

serveJobs(async (batch: DecodeBatch) => {
  await backend;
  return decoder.decode(batch);
});
