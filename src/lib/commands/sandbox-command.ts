/** The command line of the sandbox. */
import { number, text, whole } from "../core/schema.js";
import type { Command } from "./cli-arguments.js";
import { option } from "./option.js";
import { checkWritable, writeRows } from "./output-file.js";
import { progressBar } from "../host/progress.js";
import { outcomes, sandboxDefaults as defaults } from "../sandbox/config.js";
import { readPrograms, resultRow } from "../sandbox/program-file.js";
import { Sandbox } from "../sandbox/sandbox.js";

const options = {
  programs: option(text, "JSON lines of {id, program, timeout_s}", { required: true }),
  json: option(text, "file for [{id, outcome, error, output, seconds}]", { required: true }),
  timeout: option(number("[0.01, Infinity)"), "default timeout_s", { default: defaults.timeoutSeconds }),
  workers: option(whole(1, 64), "200 MB each", { default: defaults.workers }),
};

export const sandboxCommand: Command<typeof options> = {
  name: "sandbox",
  summary: `Runs Python programs apart from this machine; each ends as ${outcomes.join(", ")}.`,
  example: "--programs programs.jsonl --json outcomes.json",
  options,
  needsBackend: false,
  async main({ programs: file, json, timeout, workers }) {
    const programs = readPrograms(file);
    checkWritable("sandbox", "json", json);
    const sandbox = await Sandbox.open({ timeoutSeconds: timeout, workers });
    console.error(sandbox.isolation);
    const progress = progressBar("sandbox");
    const running = sandbox.run(programs, n => progress(n / programs.length, `${n}/${programs.length}`));
    const results = await running.finally(() => sandbox.close());
    writeRows(json, results.map(resultRow));
    const ended = outcomes.map(outcome => `${results.filter(r => r.outcome === outcome).length} ${outcome}`);
    console.error(ended.join(", "));
  },
};
