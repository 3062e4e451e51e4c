/** `npm run sandbox -- --programs FILE.jsonl --json OUT`: runs untrusted Python programs, one outcome each. */
import { runCommand } from "../lib/run/cli-arguments.js";
import { progressBar } from "../lib/run/progress.js";
import { outcomes, sandboxDefaults } from "../lib/sandbox/config.js";
import { checkWritable, readPrograms, writeResults } from "../lib/sandbox/program-file.js";
import { Sandbox } from "../lib/sandbox/sandbox.js";

const options = {
  programs: { type: "string", required: true, description: "JSON lines of {id, program, timeout_s}" },
  json: { type: "string", required: true, description: "file for [{id, outcome, error, output, seconds}]" },
  timeout: {
    type: "number",
    min: 0.01,
    max: 86400,
    default: sandboxDefaults.timeoutSeconds,
    description: "seconds for programs without timeout_s",
  },
  workers: {
    type: "integer",
    min: 1,
    max: 64,
    default: sandboxDefaults.workers,
    description: "interpreters side by side, 200 MB each",
  },
} as const;

await runCommand({
  name: "sandbox",
  summary: `Runs Python programs apart from this machine; each ends as ${outcomes.join(", ")}.`,
  options,
  async main({ programs: file, json, timeout, workers }) {
    const programs = readPrograms(file);
    checkWritable(json);
    const sandbox = await Sandbox.open({ timeoutSeconds: timeout, workers });
    console.error(sandbox.isolation);
    const progress = progressBar("sandbox");
    const results = await sandbox.run(programs, n =>
      progress(n / programs.length, `${n}/${programs.length}`),
    );
    await sandbox.close();
    writeResults(json, results);
    const count = (outcome: string) => results.filter(result => result.outcome === outcome).length;
    console.error(outcomes.map(outcome => `${count(outcome)} ${outcome}`).join(", "));
  },
});
