/** Runs the project's own tests in this process, so that they inherit the launcher's allocator settings. */
import { configDefaults } from "vitest/config";
import { startVitest } from "vitest/node";
import { packageRoot } from "../package-root.js";

/** Files named *.slow.test.ts train, decode or install; the rest takes under a minute. */
const slowTests = "**/*.slow.test.ts";

export interface TestSuiteOptions {
  /** leave out the slow tests */
  readonly quick: boolean;
  /** parts of file paths; none runs every file */
  readonly only: readonly string[];
}

/** Runs the tests and returns the exit status: 0 when none failed. */
export async function runTestSuite({ quick, only }: TestSuiteOptions): Promise<number> {
  const exclude = quick ? [...configDefaults.exclude, slowTests] : configDefaults.exclude;
  const vitest = await startVitest("test", [...only], {
    root: packageRoot,
    run: true,
    watch: false,
    exclude,
  });
  await vitest.close();
  return Number(process.exitCode ?? 0);
}
