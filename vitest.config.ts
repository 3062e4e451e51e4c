import { defineConfig } from "vitest/config";
import type { Reporter, SerializedError, TestModule } from "vitest/node";

/** Ends the output with a line of its own that any reader of test logs understands: "N passed, N failed". */
class CountLine implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly SerializedError[]): void {
    const tests = modules.flatMap(module => [...module.children.allTests()]);
    const count = (state: string) => tests.filter(test => test.result().state === state).length;
    const broken = modules.filter(module => module.errors().length > 0).length + unhandledErrors.length;
    const skipped = count("skipped") + count("pending");
    const line = `${count("passed")} passed, ${count("failed") + broken} failed`;
    console.log(`\n${line}${skipped > 0 ? `, ${skipped} skipped` : ""}`);
  }
}

/** The instrument's rooms: they leave nothing behind, so that files share a process and its loaded modules. */
const instrument = ["analysis", "claims", "core", "decode", "diffusion", "figures", "methods", "model"]
  .concat(["rl", "tasks", "tokenizer", "train"])
  .map(room => `test/${room}/**/*.test.ts`);
const slow = "test/**/*.slow.test.ts";

export default defineConfig({
  test: {
    maxWorkers: 3, // many tests wait, for the sandbox and for processes; those that compute use every core
    reporters: ["default", new CountLine()],
    projects: [
      { extends: true, test: { name: "instrument", include: instrument, exclude: [slow], isolate: false } },
      {
        extends: true,
        test: { name: "workbench", include: ["test/**/*.test.ts"], exclude: [slow, ...instrument] },
      },
      { extends: true, test: { name: "slow", include: [slow] } },
    ],
    pool: "forks",
    testTimeout: 60_000,
    hookTimeout: 120_000,
  },
});
