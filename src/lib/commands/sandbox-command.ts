/** The command line of the sandbox. */
import type { Command } from "./cli-arguments.js";
import { progressBar } from "../host/progress.js";
import { outcomes, sandboxDefaults as defaults } from "../sandbox/config.js";
import { checkWritable, readPrograms, writeResults } from "../sandbox/program-file.js";
import { Sandbox } from "../sandbox/sandbox.js";

const options = {
  programs: { type: "string", required: true, description: "JSON lines of {id, program, timeout_s}" },
  json: { type: "string", required: true, description: "file for [{id, outcome, error, output, seconds}]" },
  timeout: { type: "number", min: 0.01, default: defaults.timeoutSeconds, description: "default timeout_s" },
  workers: { type: "integer", min: 1, max: 64, default: defaults.workers, description: "200 MB each" },
} as const;

export const sandboxCommand: Command<typeof options> = {
  name: "sandbox",
  summary: `Runs Python programs apart from this machine; each ends as ${outcomes.join(", ")}.`,
  options,
  needsBackend: false,
  async main({ programs: file, json, timeout, workers }) {
    const programs = readPrograms(file);
    checkWritable(json);
    const sandbox = await Sandbox.open({ timeoutSeconds: timeout, workers });
    console.error(sandbox.isolation);
    const progress = progressBar("sandbox");
    const running = sandbox.run(programs, n => progress(n / programs.length, `${n}/${programs.length}`));
    const results = await running.finally(() => sandbox.close());
    writeResults(json, results);
    const ended = outcomes.map(outcome => `${results.filter(r => r.outcome === outcome).length} ${outcome}`);
    console.error(ended.join(", "));
  },
};
