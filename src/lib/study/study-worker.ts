/** A worker process that computes the work of studies. Not a library module: importing it starts it. */
import { reportPhases } from "../host/phase-report.js";
import { useBackend } from "../runtime/backend.js";
import { serveJobs } from "./worker-pool.js";
import { LocalWorker, type NamedWork } from "./workers.js";

reportPhases();
const backend = useBackend();
const worker = new LocalWorker();

serveJobs(async (work: NamedWork) => {
  await backend;
  return worker.rows(work);
});
