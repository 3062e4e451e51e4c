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

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    pool: "forks",
    maxWorkers: 2, // TensorFlow already uses every core
    testTimeout: 60_000,
    hookTimeout: 120_000,
    reporters: ["default", new CountLine()],
  },
});
